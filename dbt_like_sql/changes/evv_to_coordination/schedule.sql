-- schedule: A planned visit was changed, moved or cancelled.
-- table: schedule
-- differs: client_id, caregiver_id, service_code, start_at, end_at, status
-- owner: Scheduler
-- open: The visit is compared with its plan again; deviations follow.
-- final: Not final here.
-- source: agency rule: planned and delivered are compared
select
    visit.record_id
    , news.subject
    , news.old_version
    , cast(null as text) as sent_as
    , cast(null as text) as code
from {{ ref('news') }} as news
inner join {{ ref('coordination_visit') }} as visit on news.schedule_id = visit.schedule_id
