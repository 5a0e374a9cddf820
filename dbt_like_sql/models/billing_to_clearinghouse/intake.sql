-- Visits a pass of billing just priced, under the file that brought them.
select
    line.record_id
    , max(line.visit_sequence_id) as version
    , min(billed.feed) as feed
    , min(billed.file_id) as file_id
    , min(line.client_id) as client_id
    , cast(sum(line.charge_cents) as bigint) as amount_cents
from {{ ref('billable_line') }} as line
left join {{ ref('entry') }} as billed
    on line.record_id = billed.record_id and billed.hop = 'delivery_to_billing'
where line.batch_id = :batch_id
group by line.record_id
