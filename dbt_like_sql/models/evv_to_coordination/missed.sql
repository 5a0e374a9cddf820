-- One row per planned visit of the last 35 days that is over and nobody clocked, of those that need
-- a look. Key: schedule_id.
select
    schedule.schedule_id
    , schedule.client_id
    , schedule.caregiver_id
    , schedule.start_at
    , schedule.end_at
    , schedule.is_critical
from {{ ref('maybe_missed') }} as maybe_missed
inner join {{ ref('schedule_now') }} as schedule
    on maybe_missed.schedule_id = schedule.schedule_id
where
    schedule.status = 'planned'
    and schedule.end_at < :now
    -- what stayed open for 35 days stays so until its visit turns up
    and schedule.end_at >= :now - interval '35 days'
    -- a visit is absent in what is stored, not in an event
    and not exists (
        select 1
        from {{ ref('evv_visit_now') }} as visit
        where
            visit.schedule_id = schedule.schedule_id
            and visit.action <> 'cancel'
    )
