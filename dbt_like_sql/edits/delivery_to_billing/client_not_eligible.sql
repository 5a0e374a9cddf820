-- ELIG-INACTIVE: The client was not covered on the day of service, or owes the payer a share.
-- checkpoint: V10
-- class: DATE_RANGE
-- severity: BLOCK
-- owner: Billing specialist
-- due: 2 business days
-- clinical: Cover had ended or not begun, or waits for the client's own share; tell the care
--   coordinator if visits go on.
-- billing: The payer denies days outside cover, and days before the client's share of cost is met.
--   Another payer, or the client, may have to pay.
-- next: Check eligibility with the payer for that day and correct the client's dates, or bill
--   otherwise.
-- source: payer eligibility roster
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    not candidate.is_eligible
    or not candidate.is_on_roster
    or candidate.is_share_open
