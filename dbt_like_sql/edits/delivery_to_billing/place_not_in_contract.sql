-- MAP-LOCATION: The contract has no place of service for where the visit took place.
-- checkpoint: V10
-- class: MAPPING
-- severity: BLOCK
-- owner: Contract/payer-relations manager
-- due: 2 business days
-- clinical: The visit was given away from home, which the payer may not pay.
-- billing: Without a place of service the claim cannot say where care was given.
-- next: Add the place to the contract, or correct the visit's location.
-- source: payer contract: places of service
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.has_contract and candidate.place_of_service is null
