-- CLM-ANSWERED: An answer came after somebody asked for the claim to go out again.
-- checkpoint: V14
-- class: SEQUENCE
-- severity: BLOCK
-- owner: Billing specialist
-- due: 1 business day
-- clinical: Nothing changes for care.
-- billing: What the partner says now is not what the request followed; sent all the same, the
--   claim would be there twice. The visit was taken off it meanwhile.
-- next: Look at the newest answer with carehops trace; then ask for what it calls for.
-- source: agency rule: no claim is sent over an answer
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.is_overtaken and candidate.is_released
