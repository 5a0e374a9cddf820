-- EVV-BILLTIME-WIDENED: The corrected time reaches beyond what was clocked.
-- checkpoint: V05
-- class: HIDDEN_CORRECTION
-- severity: WARN
-- owner: EVV coordinator
-- due: 2 business days
-- clinical: The correction makes the visit start earlier or end later than the caregiver's own
--   clock.
-- billing: Some states let corrections only shorten a visit; there the extra time needs a visit
--   of its own.
-- next: Check with the caregiver that the added time was worked, and keep the answer with the
--   visit.
-- source: Texas EVV policy on bill time in and out
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    not candidate.is_cancelled
    and candidate.is_widened
