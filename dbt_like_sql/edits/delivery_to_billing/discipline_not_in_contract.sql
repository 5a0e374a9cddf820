-- MAP-DISCIPLINE: The contract does not pay this service by a caregiver of that discipline.
-- checkpoint: V10
-- class: MAPPING
-- severity: BLOCK
-- owner: Contract/payer-relations manager
-- due: 2 business days
-- clinical: Somebody gave the service whose discipline the payer does not accept for it.
-- billing: The payer pays the service only by the disciplines the contract names.
-- next: Correct the caregiver's discipline or the service, or add the discipline to the contract.
-- source: payer contract: disciplines of a service
select
    candidate.record_id
    , candidate.discipline as fact
from {{ ref('candidate') }} as candidate
where candidate.is_other_discipline
