-- VISIT-CANCELLED: The visit was cancelled at its source after coordination had it.
-- checkpoint: V09
-- class: STATUS_LOCK
-- severity: BLOCK
-- outcome: cancelled
-- owner: EVV coordinator
-- due: 1 business day
-- clinical: The EVV system says this visit shall not count. Whatever was documented for it stays in
--   the record.
-- billing: Nothing may be billed for it. Units held for it go back to the authorization.
-- next: Nothing, if the cancellation is right; otherwise send the visit again as a higher version.
-- source: state EVV rules: a cancelled visit is no proof of service
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.coordination_state in ('cancelled', 'rejected', 'excluded')
