-- EVV-NO-IN: The visit has no start time.
-- checkpoint: V04
-- class: SCHEMA
-- severity: BLOCK
-- owner: EVV coordinator
-- due: 1 business day
-- clinical: The caregiver did not clock in; when care began is not on record.
-- billing: The start is one of the six EVV elements; units cannot be counted.
-- next: Get the start from the caregiver, enter it with a reason and attestation, and resend the
--   visit.
-- source: 21st Century Cures Act section 12006; Sandata exception 3
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    not candidate.is_cancelled
    and candidate.effective_in_at is null
