-- minutes: A visit was corrected whose minutes others of its day or month were counted after.
-- table: evv_visit
-- differs: action, client_id, payer_id, payer_program, service_code, modifier1, modifier2,
--   modifier3, modifier4, call_in_at, call_out_at, adjusted_in_at, adjusted_out_at, bill_minutes
-- owner: Billing specialist
-- open: The visits after it are counted again.
-- final: Units of the claim were counted after minutes that changed: replace it if they differ.
-- source: payers' rules that sum minutes over a day or carry them through a month
select
    later.record_id
    , news.subject
    , line.visit_sequence_id as old_version
    , later.claim_id as sent_as
    , cast(null as text) as code
from {{ ref('news') }} as news
inner join {{ ref('billable_line') }} as line
    on
        news.source_system || '/' || news.visit_id = line.record_id
        and news.sequence_id > line.visit_sequence_id
inner join {{ ref('billable_line') }} as later
    on
        line.client_id = later.client_id
        and line.payer_id = later.payer_id
        and line.payer_program = later.payer_program
        and line.service_code = later.service_code
        and line.modifiers = later.modifiers
        and line.record_id <> later.record_id
        and later.minutes_before > 0
        and date_trunc(core.unit_span(later.unit_rule), cast(line.service_date as timestamp))
        = date_trunc(core.unit_span(later.unit_rule), cast(later.service_date as timestamp))
