-- AUTH-PROVIDER: The authorization was given to a location the agency is not enrolled as.
-- checkpoint: V10
-- class: PROVIDER_DATA
-- severity: BLOCK
-- owner: Authorization specialist
-- due: 2 business days
-- clinical: The payer agreed to the care, but from another provider or another of our locations.
-- billing: The payer compares the provider number; a claim under another one is denied.
-- next: Have the payer move the authorization, or the enrolment of that location recorded.
-- source: payer authorization: provider_npi
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.is_other_providers_auth
