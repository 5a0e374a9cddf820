-- MAP-PAYER: No contract with this payer and programme holds on that day.
-- checkpoint: V03
-- class: MAPPING
-- severity: BLOCK
-- owner: Contract/payer-relations manager
-- due: 2 business days
-- clinical: Nothing is wrong with the care; the payer on the visit is one we hold no terms with.
-- billing: There is no rate, unit rule or filing limit, so the visit cannot be priced or sent.
-- next: Add the contract, or have the payer corrected on the visit.
-- source: Payer, programme and service must be an agreed combination
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    not candidate.is_cancelled
    and not candidate.is_payer_known
    and candidate.near_payer is null
