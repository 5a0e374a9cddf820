-- CLM-DUP: The visit is on a claim already.
-- checkpoint: V14
-- class: STATUS_LOCK
-- severity: BLOCK
-- owner: Billing specialist
-- due: 2 business days
-- clinical: Nothing changes for care.
-- billing: A second claim for the same visit is denied as a duplicate and looks like double
--   billing.
-- next: Look at the claim it is on with carehops trace; to change it, replace or void that claim.
-- lock: submitted claim
-- locks: A line that is on a claim: it goes on no other.
-- unlock: Billing specialist: void (8) the claim it is on, then bill it anew.
-- source: payer rules on duplicate claims
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.is_claimed and not candidate.is_changed_since_claim
