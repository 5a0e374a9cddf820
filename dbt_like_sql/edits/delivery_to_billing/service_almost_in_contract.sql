-- MAP-NEAR-MISS: The contract has this service, spelled otherwise.
-- checkpoint: V10
-- class: MAPPING
-- severity: BLOCK
-- owner: Contract/payer-relations manager
-- due: 1 business day
-- clinical: Nothing is wrong with the care or its record.
-- billing: Case, a blank, a leading zero or the order of modifiers differs; the payer reads that as
--   another service.
-- next: Correct the visit, or add the spelling to also_called in the contract.
-- source: payer contract: codes must match exactly
select
    candidate.record_id
    , candidate.near_service as fact
from {{ ref('candidate') }} as candidate
where not candidate.has_contract and candidate.near_service is not null
