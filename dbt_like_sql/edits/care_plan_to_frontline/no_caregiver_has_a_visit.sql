-- CP-NO-VISIT-AHEAD: No caregiver had a visit ahead when this plan version came.
-- checkpoint: C03
-- class: SEQUENCE
-- severity: BLOCK
-- outcome: excluded
-- owner: Scheduler
-- due: 1 business day
-- clinical: Nobody had to be told yet; each caregiver scheduled later gets the version as a
--   record of their own.
-- billing: Nothing: no visit is planned under this version.
-- next: Schedule the client's visits, if care is to go on.
-- source: Agency policy: who has a visit ahead acknowledges
select candidate.record_id
from {{ ref('candidate') }} as candidate
where not candidate.is_pair
