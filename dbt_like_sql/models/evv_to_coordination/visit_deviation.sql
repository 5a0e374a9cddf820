-- One row per deviation found now, and per open one that turned out to be none. Key: kind, subject.
with found as (
    select deviation_found.*
    from {{ ref('deviation_found') }} as deviation_found
    left join {{ ref('judged') }} as judged on deviation_found.subject = judged.record_id
    where not deviation_found.needs_moved or coalesce(judged.outcome, 'moved') = 'moved'
)

select
    found.kind
    , found.subject
    , found.client_id
    , found.caregiver_id
    , found.schedule_id
    , found.occurred_at
    , found.detail_code
    , found.minutes_short
    , true as is_open
    , found.owner_role
    -- counted from the day it was first listed: a visit may come days after it happened
    , case
        when known.is_open then known.review_due_at
        when found.is_critical then :now + interval '1 hour'
        -- one day for all: a subquery of its own is asked once
        else (select ops.add_business_days(:now, 1, :zone)) - interval '7 hours'
    end as review_due_at
from found
left join {{ ref('visit_deviation') }} as known
    on found.kind = known.kind and found.subject = known.subject
union all
select
    known.kind
    , known.subject
    , known.client_id
    , known.caregiver_id
    , known.schedule_id
    , known.occurred_at
    , known.detail_code
    , known.minutes_short
    , false as is_open
    , known.owner_role
    , known.review_due_at
from {{ ref('deviation_known') }} as looked_at
inner join {{ ref('visit_deviation') }} as known
    on looked_at.kind = known.kind and looked_at.subject = known.subject
left join {{ ref('judged') }} as judged on looked_at.record_id = judged.record_id
where
    -- while a visit is being corrected, what was found before stands
    (known.kind = 'risk_flag' or coalesce(judged.outcome, 'moved') in ('moved', 'cancelled'))
    and not exists (
        select 1 from found
        where found.kind = known.kind and found.subject = known.subject
    )
