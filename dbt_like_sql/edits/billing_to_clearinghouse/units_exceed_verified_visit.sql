-- UNIT-GT-EVV: More units are billed than the verified visit has.
-- checkpoint: V14
-- class: UNRECONCILED
-- severity: BLOCK
-- owner: Billing specialist
-- due: 1 business day
-- clinical: The visit was shortened after it was billed; see whether the correction is right.
-- billing: The payer compares the claim with the EVV record and denies what is over.
-- next: Run delivery_to_billing, which counts the visit as it is now; nothing else is to be done.
-- source: state EVV rules: units on the claim do not exceed units verified
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.is_over_verified
