-- ELIG-INACTIVE: The client was not covered on the day of service.
-- checkpoint: V10
-- class: DATE_RANGE
-- severity: BLOCK
-- owner: Billing specialist
-- due: 2 business days
-- clinical: Cover had ended or not begun; tell the care coordinator if visits go on.
-- billing: The payer denies days outside cover. Another payer, or the client, may have to pay.
-- next: Check eligibility with the payer for that day and correct the client's dates, or bill
--   otherwise.
-- source: payer eligibility roster
select candidate.record_id
from {{ ref('candidate') }} as candidate
where not candidate.is_eligible
