-- CP-NOT-DELIVERED: The new tasks have not reached the caregiver's device yet.
-- checkpoint: C04
-- class: NO_ACK
-- severity: BLOCK
-- outcome: waiting
-- owner: Scheduler
-- due: 1 hour
-- clinical: The list was published within the last half hour; a receipt is normally there by
--   then.
-- billing: Nothing yet: no visit has run on the new tasks.
-- next: Wait half an hour from publishing.
-- source: Agency policy: a delivery receipt within 30 minutes
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    candidate.is_live
    and candidate.is_newest
    and not candidate.is_delivered
    and not candidate.is_delivery_due
