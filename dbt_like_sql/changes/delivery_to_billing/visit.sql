-- visit: A visit was corrected or cancelled at its source.
-- table: evv_visit
-- differs: action, client_id, caregiver_id, payer_id, payer_program, service_code, modifier1,
--   modifier2, modifier3, modifier4, schedule_id, call_in_at, call_out_at, adjusted_in_at,
--   adjusted_out_at, bill_minutes, location_type, group_code, tasks, change_reason_code
-- owner: Billing specialist
-- open: The corrected visit is judged and billed instead of the older one.
-- final: The claim told the older version: replace (frequency 7) or void (8) it.
-- source: X12 837 professional guide: claim frequency
select
    line.record_id
    , news.subject
    , line.visit_sequence_id as old_version
    , line.claim_id as sent_as
    , cast(null as text) as code
from {{ ref('news') }} as news
inner join {{ ref('billable_line') }} as line
    on
        news.source_system || '/' || news.visit_id = line.record_id
        and news.sequence_id > line.visit_sequence_id
