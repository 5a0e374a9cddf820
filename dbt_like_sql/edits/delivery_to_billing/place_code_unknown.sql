-- CODE-POS: The place of service does not exist on that day.
-- checkpoint: V10
-- class: MAPPING
-- severity: BLOCK
-- owner: Billing specialist
-- due: 2 business days
-- clinical: Nothing is wrong with the care; the place has a code that is not in use.
-- billing: A claim with an unknown place of service is refused.
-- next: Correct the place of service in the contract, or the code set.
-- source: code sets: places of service; 12 is home
select
    candidate.record_id
    , candidate.place_of_service as fact
from {{ ref('candidate') }} as candidate
where candidate.is_place_unknown
