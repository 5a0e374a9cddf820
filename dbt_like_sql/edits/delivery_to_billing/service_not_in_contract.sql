-- MAP-SERVICE: No contract prices this service with these modifiers on that day.
-- checkpoint: V10
-- class: MAPPING
-- severity: BLOCK
-- owner: Contract/payer-relations manager
-- due: 2 business days
-- clinical: The service was given, but the agency has no terms for it with this payer on that day.
-- billing: Without terms there is no rate, unit or limit; every visit of this kind waits.
-- next: Add the service to the payer's contract file for that day, or have the visit's service
--   corrected.
-- source: payer contract: service, modifiers and dates
select candidate.record_id
from {{ ref('candidate') }} as candidate
where not candidate.has_contract and candidate.near_service is null
