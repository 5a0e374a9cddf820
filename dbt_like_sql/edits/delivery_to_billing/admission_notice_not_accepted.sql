-- DOC-NOA-MISSING: No accepted notice of admission covers the day of service.
-- checkpoint: V09
-- class: DOC_TIMING
-- severity: BLOCK
-- owner: Billing specialist
-- due: 1 business day
-- clinical: Nothing for the care itself; the payer has not been told that it began.
-- billing: The payer takes no claim before it has accepted the notice, and pays less for each day
--   it is late.
-- next: Send the notice of admission, and enter when it was accepted.
-- source: 42 CFR 484.205 and payer contract: noa_needed
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.noa_needed and candidate.has_notice is not true
