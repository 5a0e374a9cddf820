-- schedule: A planned visit was changed, moved or cancelled.
-- table: schedule
-- differs: client_id, caregiver_id, payer_id, payer_program, service_code, start_at, end_at, status
-- owner: Scheduler
-- open: Planned and delivered are compared again.
-- final: What was planned changed after the claim: adjust or void it if the visit no longer fits.
-- source: agency rule: planned, delivered and billed agree
select
    visit.record_id
    , news.subject
    , news.old_version
    , line.claim_id as sent_as
    , cast(null as text) as code
from {{ ref('news') }} as news
inner join {{ ref('coordination_visit') }} as visit on news.schedule_id = visit.schedule_id
inner join {{ ref('billable_line') }} as line on visit.record_id = line.record_id
where
    line.claim_id is null
    or (news.status, news.client_id, news.caregiver_id, news.service_code)
    is distinct from (
        news.was_status, news.was_client_id, news.was_caregiver_id, news.was_service_code
    )
