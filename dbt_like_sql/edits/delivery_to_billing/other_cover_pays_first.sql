-- COB-PRIMARY-FIRST: Another payer covers the client first and has not answered.
-- checkpoint: V12
-- class: EXTERNAL
-- severity: BLOCK
-- owner: Billing specialist
-- due: 5 business days
-- clinical: Nothing is wrong with the care or its record.
-- billing: This payer pays only what the first one leaves over, and denies a claim that does not
--   say what that was.
-- next: Bill the other payer first, then load its answer; or correct the other cover's dates.
-- source: payer contract: primary_first; payer eligibility roster
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.is_secondary and candidate.primary_first and not candidate.has_primary_answer
