-- PROV-NPI: The agency's own provider number is missing or mistyped.
-- checkpoint: V14
-- class: PROVIDER_DATA
-- severity: BLOCK
-- owner: Credentialing specialist
-- due: 1 business day
-- clinical: Nothing changes for care.
-- billing: No payer pays a claim whose billing provider cannot be identified; all claims wait.
-- next: Correct npi in the agency's own file; the number ends in a check digit.
-- source: 45 CFR 162.406
select finding.record_id
from {{ ref('finding') }} as finding
where finding.code = 'PROV-NPI'
