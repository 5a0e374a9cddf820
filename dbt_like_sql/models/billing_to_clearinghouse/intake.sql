-- Visits a pass of billing just priced, each to go on a claim.
select
    line.record_id
    , max(line.visit_sequence_id) as version
    , 'delivery_to_billing' as feed
    , line.batch_id as file_id
    , min(line.client_id) as client_id
    , cast(sum(line.charge_cents) as bigint) as amount_cents
from {{ ref('billable_line') }} as line
where line.batch_id = :batch_id
group by line.record_id, line.batch_id
