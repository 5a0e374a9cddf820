-- MAP-NEAR-MISS: The contract has this service, spelled otherwise.
-- checkpoint: V10
-- class: MAPPING
-- severity: BLOCK
-- owner: Contract/payer-relations manager
-- due: 1 business day
-- clinical: Nothing is wrong with the care or its record.
-- billing: Case, a blank or the order of modifiers differs; the payer reads that as another
--   service.
-- next: Compare the visit's codes with the contract row and correct whichever is wrong.
-- source: payer contract: codes must match exactly
select candidate.record_id
from {{ ref('candidate') }} as candidate
where not candidate.has_contract and candidate.has_near_contract
