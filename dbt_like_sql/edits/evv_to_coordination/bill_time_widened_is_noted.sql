-- EVV-BILLTIME-WIDENED-WARN: The corrected time reaches beyond what was clocked.
-- checkpoint: V05
-- class: HIDDEN_CORRECTION
-- severity: WARN
-- owner: EVV coordinator
-- due: 2 business days
-- clinical: The correction makes the visit start earlier or end later than the caregiver's own
--   clock.
-- billing: This payer takes corrections both ways; an auditor will ask for the reason.
-- next: Check with the caregiver that the added time was worked, and keep the answer with the
--   visit.
-- source: Contract, where it says widened_time_is_held = false
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    not candidate.is_cancelled
    and candidate.is_widened
    and not candidate.is_widened_held
