-- AUTH-NONE: No authorization for this service with this payer.
-- checkpoint: V10
-- class: UNRECONCILED
-- severity: BLOCK
-- owner: Authorization specialist
-- due: 2 business days
-- clinical: The service was given before, or without, the payer's consent to it.
-- billing: The payer denies it as not authorized; many payers never authorize backwards.
-- next: Ask the payer for the authorization, or load the one that was granted.
-- source: payer contract: needs_service_auth
select candidate.record_id
from {{ ref('candidate') }} as candidate
where not candidate.has_any_auth and not candidate.has_other_auth
