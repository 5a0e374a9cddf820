-- CP-ACK-LATE: The caregiver has not acknowledged the change, and a visit is near.
-- checkpoint: C05
-- class: NO_ACK
-- severity: BLOCK
-- owner: Clinical supervisor
-- due: 1 hour
-- clinical: The next visit is about to start with a caregiver who has not confirmed knowing the
--   new plan.
-- billing: The visit may be run on a plan that is no longer valid.
-- next: Reach the caregiver before the visit, have the change acknowledged, or send somebody
--   else.
-- source: 42 CFR 484.60, changes are communicated to caregivers; agency policy on when
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    candidate.is_live
    and candidate.acknowledged_at is null
    and candidate.is_ack_due
    and not candidate.ran_unacknowledged
