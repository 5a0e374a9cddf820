-- MAP-VERSION: Nobody has approved the crosswalks of the contract version that holds on that day.
-- checkpoint: V10
-- class: MAPPING
-- severity: BLOCK
-- owner: Contract/payer-relations manager
-- due: 1 business day
-- clinical: Nothing changes for care.
-- billing: Every line under that version waits; the payer's other versions and other payers go on.
-- next: Look at the version's crosswalks, then approve them: carehops contracts approve.
-- source: payer contract: mappings are approved for each version
select
    candidate.record_id
    , candidate.unapproved_versions as fact
from {{ ref('candidate') }} as candidate
where candidate.has_contract and not candidate.is_mapping_approved
