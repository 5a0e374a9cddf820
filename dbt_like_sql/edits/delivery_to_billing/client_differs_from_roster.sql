-- ELIG-DEMOG: The payer's roster has the client's name, birth date or sex otherwise.
-- checkpoint: V10
-- class: MAPPING
-- severity: HOLD
-- owner: Billing specialist
-- due: 2 business days
-- clinical: Intake and payer disagree about who the client is; one of the records is mistaken.
-- billing: The payer may not find the member and rejects the claim.
-- next: Compare the client's card with both, and have the one that is wrong corrected.
-- source: payer eligibility roster
select
    candidate.record_id
    , candidate.roster_differs_in as fact
from {{ ref('candidate') }} as candidate
where candidate.roster_differs_in <> ''
