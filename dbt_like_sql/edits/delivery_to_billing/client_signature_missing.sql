-- DOC-CLIENT-SIGNATURE: The client has not signed the visit.
-- checkpoint: V12
-- class: DOC_TIMING
-- severity: HOLD
-- owner: EVV coordinator
-- due: 2 business days
-- clinical: Nobody but the caregiver says that the visit took place.
-- billing: The payer asks for the client's signature with each visit.
-- next: Get the signature, or write down why the client could not sign.
-- source: payer contract: client_signature_needed
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.client_signature_needed and candidate.client_signed_at is null
