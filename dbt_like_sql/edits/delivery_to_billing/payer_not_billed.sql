-- NOT-BILLED: The contract says visits under it are not billed.
-- checkpoint: V09
-- class: MAPPING
-- severity: BLOCK
-- outcome: excluded
-- owner: Contract/payer-relations manager
-- due: 5 business days
-- clinical: Care goes on as planned; only the bill is not ours to send.
-- billing: The visit leaves the billing path by name. It stays countable and can be found here.
-- next: Nothing, if the contract is right; otherwise correct is_billed in the contract register.
-- source: payer contract: is_billed
select candidate.record_id
from {{ ref('candidate') }} as candidate
where not candidate.is_billed
