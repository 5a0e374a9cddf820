-- One row per planned visit about which the last pass may have thought otherwise, or not at all: so
-- asking costs what is new or open, however many plans there are. Key: schedule_id.
select schedule.schedule_id
from {{ ref('schedule_now') }} as schedule
where
    schedule.end_at < :now
    -- over since the last pass that published; an older one was looked at by it
    and schedule.end_at >= coalesce(
        (
            select pass.started_at
            from {{ ref('pass') }} as pass
            where
                pass.hop = 'evv_to_coordination'
                and pass.outcome = 'published'
            order by pass.pass_id desc
            limit 1
        ), '-infinity'
    )
union
select plan_arrived.schedule_id
from {{ ref('plan_arrived') }} as plan_arrived
union
-- a newer version took the visit away from its plan
select earlier.schedule_id
from {{ ref('clocked') }} as clocked
inner join {{ ref('evv_visit') }} as earlier
    on
        clocked.source_system = earlier.source_system
        and clocked.visit_id = earlier.visit_id
where
    not earlier.is_current
    and earlier.schedule_id is not null
    and (
        clocked.is_cancelled
        or clocked.schedule_id is distinct from earlier.schedule_id
    )
union
select known.schedule_id
from {{ ref('visit_deviation') }} as known
where
    known.is_open
    and known.kind = 'missed'
    and known.occurred_at >= :now - interval '35 days'
