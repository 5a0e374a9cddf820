-- CP-SWAPPED: The caregiver has no visit with this client any more.
-- checkpoint: C04
-- class: SEQUENCE
-- severity: BLOCK
-- outcome: cancelled
-- owner: Scheduler
-- due: 1 business day
-- clinical: The visits went to somebody else or were cancelled; whoever has them now is a record
--   of their own.
-- billing: Nothing: this caregiver gave no visit under this version.
-- next: Nothing; if the caregiver is put back on, the record is taken up again.
-- source: Agency policy: pairs follow the schedule
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.is_swapped_out
