-- CP-NOT-CONFIRMED: The supervisor has not confirmed the acknowledgement.
-- checkpoint: C06
-- class: NO_ACK
-- severity: BLOCK
-- outcome: waiting
-- owner: Clinical supervisor
-- due: 1 business day
-- clinical: The caregiver knows the change; the supervisor has still to look at it and say so.
-- billing: None; the proof an auditor asks for is not complete yet.
-- next: Confirm the acknowledgement before the visit.
-- source: Agency policy: supervisors confirm before the next scheduled visit
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    candidate.is_live
    and candidate.acknowledged_at is not null
    and candidate.confirmed_at is null
