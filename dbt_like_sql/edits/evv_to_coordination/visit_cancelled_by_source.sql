-- EVV-CANCELLED: The EVV system cancelled this visit.
-- checkpoint: V02
-- class: STATUS_LOCK
-- severity: BLOCK
-- outcome: cancelled
-- owner: EVV coordinator
-- due: 1 business day
-- clinical: The sender says this visit did not happen or was entered by mistake.
-- billing: It is not billed. If it is on a claim already, that claim needs a void.
-- next: Nothing, if the cancellation is right; otherwise have the sender send the visit again
--   under a higher sequence.
-- source: Aggregators cancel a visit only by marking it not to be billed
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.is_cancelled
