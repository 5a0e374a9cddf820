-- EVV-EXTRANEOUS: A single call was made while a whole visit of the same two people ran.
-- checkpoint: V05
-- class: UNRECONCILED
-- severity: BLOCK
-- owner: EVV coordinator
-- due: 1 business day
-- clinical: The caregiver called once too often; the visit itself is on record beside this one.
-- billing: Completed with a time, this record would bill the same care twice.
-- next: Cancel this record in the EVV system, or give it its own times if it was another visit.
-- source: Aggregators list calls that belong to no visit as extraneous
select
    candidate.record_id
    , 'beside ' || candidate.beside_record_id as fact
from {{ ref('candidate') }} as candidate
where
    not candidate.is_cancelled
    and candidate.beside_record_id is not null
