-- EVV-NOT-VERIFIED: The state's aggregator has not verified the visit yet.
-- checkpoint: V06
-- class: EXTERNAL
-- severity: BLOCK
-- outcome: waiting
-- owner: EVV coordinator
-- due: 24 hours
-- clinical: Nothing to do for the care; the visit is with the state's system.
-- billing: This payer pays only visits the aggregator verified; a claim sent now would be denied.
-- next: Wait until the due time; then look the visit up in the aggregator's portal.
-- source: Contract needs a verified visit; aggregators answer within 24 hours
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    not candidate.is_cancelled
    and candidate.needs_verified_visit
    and coalesce(candidate.aggregator_status, 'In Process') = 'In Process'
