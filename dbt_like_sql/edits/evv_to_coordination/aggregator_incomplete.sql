-- EVV-REFUSED: The state's aggregator does not accept the visit.
-- checkpoint: V06
-- class: EXTERNAL
-- severity: BLOCK
-- owner: EVV coordinator
-- due: 1 business day
-- clinical: The aggregator found something missing or wrong in the visit's record.
-- billing: This payer pays only verified visits; as it stands the claim would be denied.
-- next: Open the visit in the aggregator's portal, mend the exceptions it lists, and resend it.
-- source: Contract needs a verified visit; statuses Incomplete and Omit
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    not candidate.is_cancelled
    and candidate.needs_verified_visit
    and candidate.aggregator_status in ('Incomplete', 'Omit')
