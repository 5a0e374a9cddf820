-- Visits a pass of coordination just published, each to be billed, held or left out by name.
select
    visit.record_id
    , visit.sequence_id as version
    , 'evv_to_coordination' as feed
    , visit.batch_id as file_id
    , visit.client_id
    , cast(null as bigint) as amount_cents
from {{ ref('coordination_visit') }} as visit
where visit.batch_id = :batch_id
