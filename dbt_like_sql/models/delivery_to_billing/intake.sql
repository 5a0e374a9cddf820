-- Visits a pass of coordination just published, under the file that brought them.
select
    visit.record_id
    , visit.sequence_id as version
    , coordinated.feed
    , coordinated.file_id
    , visit.client_id
    , cast(null as bigint) as amount_cents
from {{ ref('coordination_visit') }} as visit
left join {{ ref('entry') }} as coordinated
    on visit.record_id = coordinated.record_id and coordinated.hop = 'evv_to_coordination'
where visit.batch_id = :batch_id
