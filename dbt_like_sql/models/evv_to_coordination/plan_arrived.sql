-- One row per planned visit whose newest version came since the last pass. Key: schedule_id.
select
    schedule.schedule_id
    , schedule.start_at
    , schedule.end_at
from {{ ref('arrived') }} as arrived
inner join {{ ref('schedule_now') }} as schedule on arrived.file_id = schedule.file_id
