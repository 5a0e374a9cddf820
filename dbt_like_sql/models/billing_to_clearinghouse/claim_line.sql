-- One row per line of a visit that goes on a claim. Key: record_id, line_no.
-- A visit whose claim stays as it was, for an answer has overtaken a request, keeps its lines.
select
    line.record_id
    , line.line_no
    , passed.claim_id
    , line.reconciliation_id
    , line.charge_cents
from {{ ref('passed') }} as passed
inner join {{ ref('billable_line') }} as line on passed.record_id = line.record_id
