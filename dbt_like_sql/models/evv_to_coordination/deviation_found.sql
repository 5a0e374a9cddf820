-- One row per way in which delivery strays from the plan, by what is known now.
-- Key: kind, subject.
with compared as (
    select
        seen.*
        -- bigint: one plan with a mistyped year must not stop the pass
        , cast(
            extract(epoch from seen.planned_end_at - seen.planned_start_at) / 60 as bigint
        ) - seen.minutes as minutes_short
    from {{ ref('seen') }} as seen
    where not seen.is_cancelled
)

select
    strayed.kind
    , compared.record_id as subject
    , compared.client_id
    , compared.caregiver_id
    , compared.schedule_id
    , coalesce(compared.start_at, compared.source_updated_at) as occurred_at
    , strayed.detail_code
    , case strayed.kind when 'shortened' then compared.minutes_short end as minutes_short
    , strayed.owner_role
    , false as is_critical
    -- times in doubt are no deviation yet; a concern does not wait for a missing clock-out
    , strayed.kind <> 'risk_flag' as needs_moved
from compared
inner join lateral (
    values
    (
        'shortened', compared.minutes_short > compared.allowed_short_minutes
        , 'below_tolerance', 'Care coordinator'
    )
    , (
        'late', compared.start_at > compared.planned_start_at + interval '15 minutes'
        , 'after_tolerance', 'Care coordinator'
    )
    , (
        'unscheduled', compared.planned_start_at is null
        , case when compared.schedule_id is null then 'none_named' else 'unknown_plan' end
        , 'Scheduler'
    )
    , ('risk_flag', compared.concern_codes <> '-', compared.concern_codes, 'Care coordinator')
) as strayed (kind, is_true, detail_code, owner_role) on strayed.is_true
union all
select
    'missed' as kind
    , 'schedule/' || missed.schedule_id as subject
    , missed.client_id
    , missed.caregiver_id
    , missed.schedule_id
    , missed.start_at as occurred_at
    , case when missed.is_critical then 'critical' else 'routine' end as detail_code
    , greatest(1, cast(extract(epoch from missed.end_at - missed.start_at) / 60 as bigint))
        as minutes_short
    , 'Care coordinator' as owner_role
    , missed.is_critical
    , false as needs_moved
from {{ ref('missed') }} as missed
