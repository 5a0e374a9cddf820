-- PERM-VISIT-EDIT: The visit was changed by a role without the right visit_edit.
-- checkpoint: V05
-- class: PERMISSION
-- severity: HOLD
-- owner: Privacy/security officer
-- due: 1 business day
-- clinical: The source system took the change, but the role that made it held no right to on that
--   day.
-- billing: The visit stays out of billing until somebody with the right stands behind the change.
-- next: Grant the role visit_edit from that day on if it should have had it, or have a visit editor
--   redo the change.
-- source: Agency's access register; HIPAA technical safeguards, 45 CFR 164.312
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    not candidate.is_cancelled
    and (candidate.is_manual or candidate.sequence_id > 1)
    and not candidate.has_visit_edit_right
