-- CP-NOT-ACKED: The caregiver has not acknowledged the change yet.
-- checkpoint: C05
-- class: NO_ACK
-- severity: BLOCK
-- outcome: waiting
-- owner: Clinical supervisor
-- due: 1 business day
-- clinical: There is still time before the next visit.
-- billing: Nothing yet: visits that run after the acknowledgement are billed as usual.
-- next: Nothing before it is due: two hours before the visit, or half an hour after a safety
--   change.
-- source: 42 CFR 484.60, changes are communicated to caregivers; agency policy on when
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    candidate.is_live
    and candidate.acknowledged_at is null
    and not candidate.is_ack_due
    and not candidate.ran_unacknowledged
