-- One row per line said in this pass. Key: claim_id, attempt_no, record_id, line_no.
select
    passed.claim_id
    , passed.attempt_no
    , line.record_id
    , line.line_no
    , line.reconciliation_id
    , line.charge_cents
from {{ ref('passed') }} as passed
inner join {{ ref('written_claim') }} as written on passed.claim_id = written.claim_id
inner join {{ ref('billable_line') }} as line on passed.record_id = line.record_id
