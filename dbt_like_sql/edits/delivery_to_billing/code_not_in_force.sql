-- CODE-INVALID: The service code or a modifier does not exist on that day.
-- checkpoint: V10
-- class: MAPPING
-- severity: BLOCK
-- owner: Billing specialist
-- due: 2 business days
-- clinical: Nothing is wrong with the care; its code is not in use on that day.
-- billing: A claim with a code that is not in force is refused.
-- next: Correct the contract's code, or the code set if the code is in force.
-- source: code sets: HCPCS level II by date
select
    candidate.record_id
    , candidate.unknown_codes as fact
from {{ ref('candidate') }} as candidate
where candidate.unknown_codes is not null
