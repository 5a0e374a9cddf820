-- EVV-NO-OUT: The visit has no end time.
-- checkpoint: V04
-- class: SCHEMA
-- severity: BLOCK
-- owner: EVV coordinator
-- due: 1 business day
-- clinical: The caregiver did not clock out; when care ended is not on record, or it is still
--   going on.
-- billing: The end is one of the six EVV elements; units cannot be counted.
-- next: Get the end from the caregiver, enter it with a reason and attestation, and resend the
--   visit.
-- source: 21st Century Cures Act section 12006; Sandata exception 4
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    not candidate.is_cancelled
    and candidate.effective_out_at is null
