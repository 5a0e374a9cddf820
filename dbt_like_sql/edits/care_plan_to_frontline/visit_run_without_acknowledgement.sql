-- CP-UNACKED-VISIT: A visit began before the caregiver acknowledged the change.
-- checkpoint: C05
-- class: NO_ACK
-- severity: HOLD
-- owner: Clinical supervisor
-- due: 1 business day
-- clinical: The client may have been cared for by the old plan; check on the client.
-- billing: The visit may not match what was ordered; it must be explained before an audit asks.
-- next: Find out what was done, follow up with client and caregiver, and write the finding down.
-- source: 42 CFR 484.60, changes are communicated to caregivers
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    candidate.is_live
    and candidate.ran_unacknowledged
