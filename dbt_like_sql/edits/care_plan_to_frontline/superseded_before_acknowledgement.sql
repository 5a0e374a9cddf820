-- CP-SUPERSEDED: A newer version of the plan has come.
-- checkpoint: C03
-- class: SEQUENCE
-- severity: BLOCK
-- outcome: cancelled
-- owner: Clinical supervisor
-- due: 1 business day
-- clinical: Only the newest version needs to be acknowledged; both stay on record.
-- billing: None; visits are held against the version in force when they ran.
-- next: Nothing here; see the newer version of the same plan.
-- source: Agency policy: only the newest version is acknowledged
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.is_superseded
