-- PROV-CAREGIVER-INELIG: The caregiver was not allowed to give care on that day.
-- checkpoint: V12
-- class: PROVIDER_DATA
-- severity: BLOCK
-- owner: Credentialing specialist
-- due: 2 business days
-- clinical: Not employed, credential lapsed, on an exclusion list, or kept from this client: take
--   the caregiver off these visits now.
-- billing: Care by somebody who may not give it is never payable; excluded staff make it an
--   offence.
-- next: Correct the caregiver's record or restriction if it is out of date; otherwise tell
--   compliance.
-- source: 42 CFR 1001.1901 and 42 CFR 484.80
select candidate.record_id
from {{ ref('candidate') }} as candidate
where not candidate.is_caregiver_eligible
