-- One row per visit of which a batch brought the version that now counts. Key: record_id.
select
    visit.source_system || '/' || visit.visit_id as record_id
    , visit.sequence_id as version
    , visit.feed
    , visit.file_id
    , visit.client_id
    , cast(null as bigint) as amount_cents
from {{ ref('evv_visit_now') }} as visit
where visit.file_id = :batch_id
