-- CP-UNREACHABLE: The new tasks did not reach the caregiver within 30 minutes.
-- checkpoint: C04
-- class: NO_ACK
-- severity: BLOCK
-- owner: Scheduler
-- due: 2 hours
-- clinical: The caregiver does not know of the change and may work by the old list.
-- billing: A visit on the old plan may not be what was ordered and authorized.
-- next: Phone the caregiver, read out the change, and record how; otherwise send somebody who
--   knows it.
-- source: Agency policy: a delivery receipt within 30 minutes
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    candidate.is_live
    and candidate.is_newest
    and not candidate.is_delivered
    and candidate.is_delivery_due
