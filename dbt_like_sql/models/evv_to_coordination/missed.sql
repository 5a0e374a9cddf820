-- One row per planned visit of the last 35 days that is over and nobody clocked. Key: schedule_id.
select
    schedule.schedule_id
    , schedule.client_id
    , schedule.caregiver_id
    , schedule.start_at
    , schedule.end_at
    , schedule.is_critical
from {{ ref('schedule_now') }} as schedule
where
    schedule.status = 'planned'
    and schedule.end_at < :now
    -- looked for again every time, because a visit is absent in what is stored, not in an event;
    -- what stayed open for 35 days stays so until its visit turns up
    and schedule.end_at >= :now - interval '35 days'
    and not exists (
        select 1
        from {{ ref('evv_visit_now') }} as visit
        where
            visit.schedule_id = schedule.schedule_id
            and visit.action <> 'cancel'
    )
