-- MAP-NEAR-MISS: A contract names this payer and programme, spelled otherwise.
-- checkpoint: V03
-- class: MAPPING
-- severity: BLOCK
-- owner: Contract/payer-relations manager
-- due: 1 business day
-- clinical: Nothing is wrong with the care; the payer on the visit is misspelled.
-- billing: Case, a blank or a leading zero differs; nothing says it is the same payer.
-- next: Correct the visit, or add the spelling to also_called in the contract.
-- source: payer contract: names must match exactly
select
    candidate.record_id
    , candidate.near_payer as fact
from {{ ref('candidate') }} as candidate
where not candidate.is_cancelled and candidate.near_payer is not null
