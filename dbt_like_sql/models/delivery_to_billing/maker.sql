-- Who made or changed the visit :record_id, for they may not approve its exceptions. Key: maker.
select distinct visit.updated_by as maker
from {{ ref('evv_visit') }} as visit
where
    visit.source_system = split_part(:record_id, '/', 1)
    and visit.visit_id = substr(:record_id, length(split_part(:record_id, '/', 1)) + 2)
