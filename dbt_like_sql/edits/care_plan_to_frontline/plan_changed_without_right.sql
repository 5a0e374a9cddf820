-- PERM-PLAN-EDIT: The plan was changed by a role without the right plan_edit.
-- checkpoint: C02
-- class: PERMISSION
-- severity: HOLD
-- owner: Privacy/security officer
-- due: 1 business day
-- clinical: The change was entered by somebody whose role held no right to on that day;
--   caregivers do not get it yet.
-- billing: Visits delivered on it could not be shown to follow a valid plan.
-- next: Grant the role plan_edit from that day on if it should have had it, or have a plan editor
--   enter the change as a new version.
-- source: Agency's access register; HIPAA technical safeguards, 45 CFR 164.312
select candidate.record_id
from {{ ref('candidate') }} as candidate
where not candidate.has_plan_edit_right
