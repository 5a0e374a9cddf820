-- One row per plan version and caregiver that a batch of plans or planned visits brings together,
-- and one per plan version of the batch with no caregiver's visit ahead. Key: record_id.
with changed as (
    select
        plan.client_id
        , min(plan.entered_at) as since_at
    from {{ ref('care_plan') }} as plan
    where plan.file_id = :batch_id
    group by plan.client_id
)

, planned as (
    select schedule.*
    from {{ ref('schedule_now') }} as schedule
    where schedule.file_id = :batch_id
    union all
    select schedule.*
    from changed
    inner join {{ ref('schedule_now') }} as schedule
        on changed.client_id = schedule.client_id and changed.since_at <= schedule.start_at
)

, plan_version as (
    select
        plan.*
        , plan.plan_id || '/v' || plan.plan_version || '/' as id_stem
        -- a version is what holds until the next one was entered
        , lead(plan.entered_at) over (partition by plan.plan_id order by plan.plan_version)
            as until_at
    from {{ ref('care_plan') }} as plan
    where plan.client_id in (
        select planned.client_id from planned
        union
        select changed.client_id from changed
    )
)

select distinct
    plan.id_stem || coalesce(planned.caregiver_id, '-') as record_id
    -- counts how often the caregiver was put on: who was taken off and comes back is taken up again
    , coalesce(entry.version + cast(entry.reason_code = 'CP-SWAPPED' as integer), entry.version, 1)
        as version
    , case when plan.file_id = :batch_id then plan.feed else planned.feed end as feed
    , cast(:batch_id as bigint) as file_id
    , plan.client_id
    , cast(null as bigint) as amount_cents
from plan_version as plan
left join planned
    on
        plan.client_id = planned.client_id
        and plan.entered_at <= planned.start_at
        and coalesce(plan.until_at, 'infinity') > planned.start_at
        and planned.status = 'planned'
        and planned.caregiver_id is not null
        and planned.service_code = any(string_to_array(plan.service_codes, ';'))
left join {{ ref('entry') }} as entry
    on
        plan.id_stem || coalesce(planned.caregiver_id, '-') = entry.record_id
        and entry.hop = 'care_plan_to_frontline'
where :batch_id in (plan.file_id, planned.file_id)
