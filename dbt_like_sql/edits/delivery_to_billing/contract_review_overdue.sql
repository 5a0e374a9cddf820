-- CONTRACT-REVIEW-DUE: The contract's terms were to be looked at again before this day.
-- checkpoint: V10
-- class: CONTRACT_STALE
-- severity: WARN
-- owner: Contract/payer-relations manager
-- due: 10 business days
-- clinical: Nothing changes for care.
-- billing: The visit is billed under terms nobody has confirmed for a while; a rate or limit may be
--   old.
-- next: Check the terms with the payer and set the next review day.
-- source: payer contract: review_on
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.review_on < candidate.service_date
