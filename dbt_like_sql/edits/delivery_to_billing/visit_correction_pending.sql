-- EVV-CORRECTION-OPEN: A newer version of the visit is still on its way through coordination.
-- checkpoint: V09
-- class: HIDDEN_CORRECTION
-- severity: BLOCK
-- outcome: waiting
-- owner: EVV coordinator
-- due: 1 business day
-- clinical: Somebody corrected this visit, and the correction has not been accepted yet.
-- billing: Billing the older version would put times on a claim that are known to be wrong.
-- next: Clear what holds the newer version in evv_to_coordination; this visit follows by itself.
-- source: agency rule: bill the record that stands, not the one before it
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.coordination_state in ('waiting', 'held')
