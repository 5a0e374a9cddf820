-- PROV-TAXONOMY: The agency is not enrolled with the payer on that day, or under no valid taxonomy.
-- checkpoint: V14
-- class: PROVIDER_DATA
-- severity: BLOCK
-- owner: Credentialing specialist
-- due: 2 business days
-- clinical: Nothing changes for care.
-- billing: A payer denies claims for days the provider is not enrolled, and taxonomies it does not
--   know; ten letters and digits, the last an X.
-- next: Renew the enrolment with the payer, or correct its dates or taxonomy in the register.
-- source: payer enrolment on the date of service
select candidate.record_id
from {{ ref('candidate') }} as candidate
where not candidate.is_enrolled
