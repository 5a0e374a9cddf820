-- ELIG-ID-FORMAT: The client's member id is missing or not one this payer issues.
-- checkpoint: V10
-- class: MAPPING
-- severity: BLOCK
-- owner: Billing specialist
-- due: 2 business days
-- clinical: Intake copied an id that cannot be the payer's.
-- billing: The clearinghouse rejects the claim before the payer ever sees it.
-- next: Read the id from the client's card again; if ids look otherwise now, correct the contract's
--   pattern.
-- source: payer contract: member_id_pattern
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.contract_version is not null and not candidate.member_id_matches
