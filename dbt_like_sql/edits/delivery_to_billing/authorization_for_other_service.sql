-- AUTH-SERVICE-MISMATCH: The authorization is for other modifiers or another kind of unit.
-- checkpoint: V10
-- class: MAPPING
-- severity: BLOCK
-- owner: Authorization specialist
-- due: 2 business days
-- clinical: The payer agreed to the service, but not as it was given or is counted.
-- billing: The payer matches code, modifiers and unit; a claim that differs is denied.
-- next: Compare authorization, contract and visit; have the one that is wrong corrected.
-- source: payer authorization: modifiers and unit_type
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.has_other_auth
