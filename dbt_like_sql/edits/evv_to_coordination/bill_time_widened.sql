-- EVV-BILLTIME-WIDENED: The corrected time reaches beyond what was clocked.
-- checkpoint: V05
-- class: HIDDEN_CORRECTION
-- severity: BLOCK
-- owner: EVV coordinator
-- due: 2 business days
-- clinical: The correction makes the visit start earlier or end later than the caregiver's own
--   clock.
-- billing: This payer lets corrections only shorten a visit; the extra time needs a visit of its
--   own.
-- next: Bring the times back inside the clocked ones, and enter the extra time as another visit.
-- source: Contract's widened_time_is_held; Texas EVV policy on bill time in and out
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    not candidate.is_cancelled
    and candidate.is_widened
    and candidate.is_widened_held
