-- OVLP-SAME-VISIT: The same caregiver, client and service are recorded twice at one time.
-- checkpoint: V12
-- class: UNRECONCILED
-- severity: BLOCK
-- owner: EVV coordinator
-- due: 2 business days
-- clinical: Two systems, or two clock-ins, tell of one visit with slightly different times.
-- billing: Billed as two it would be paid twice and taken back with questions.
-- next: Keep the better record and cancel the other at its source.
-- source: payer rules on duplicate services
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.is_recorded_twice
