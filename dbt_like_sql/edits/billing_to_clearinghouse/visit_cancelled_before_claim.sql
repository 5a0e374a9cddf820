-- VISIT-CANCELLED: The visit was taken out of billing before it was claimed.
-- checkpoint: V14
-- class: STATUS_LOCK
-- severity: BLOCK
-- outcome: cancelled
-- owner: Billing specialist
-- due: 1 business day
-- clinical: It was cancelled at its source, or somebody settled that it is not billed.
-- billing: It goes on no claim. What was priced for it counts no more.
-- next: Nothing; why it was taken out is told by delivery_to_billing.
-- source: agency rule: only reconciled visits go on claims
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.billing_state in ('cancelled', 'rejected', 'excluded')
