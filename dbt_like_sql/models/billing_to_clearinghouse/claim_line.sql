-- One row per line of a visit that goes on a claim. Key: record_id, line_no.
select
    line.record_id
    , line.line_no
    , passed.claim_id
    , line.reconciliation_id
    , line.charge_cents
from {{ ref('passed') }} as passed
inner join {{ ref('billable_line') }} as line on passed.record_id = line.record_id
