-- DOC-F2F-MISSING: No face-to-face encounter in its window supports the care of that day.
-- checkpoint: V09
-- class: DOC_TIMING
-- severity: BLOCK
-- owner: Clinical supervisor
-- due: 3 business days
-- clinical: Nobody who may certify the care has seen the client from 90 days before it began to
--   30 days after.
-- billing: Care that was certified without the encounter is not payable.
-- next: Get the signed record of the encounter from the physician who certified the care.
-- source: 42 CFR 424.22 and payer contract: face_to_face_needed
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.face_to_face_needed and candidate.has_face_to_face is not true
