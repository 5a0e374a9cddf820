-- EVV-TOO-LONG: The visit is longer than the payer believes.
-- checkpoint: V05
-- class: UNRECONCILED
-- severity: BLOCK
-- owner: EVV coordinator
-- due: 1 business day
-- clinical: Most often the caregiver forgot to clock out and the next clock-out closed this
--   visit.
-- billing: Units over the payer's longest visit are denied, or paid and taken back later.
-- next: Ask the caregiver when care ended, correct the end with a reason, and resend the visit.
-- source: Contract's longest visit; aggregators stop at 24 or 25 hours
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    not candidate.is_cancelled
    and candidate.minutes > candidate.max_visit_minutes
