-- CLM-PART: Another visit of the claim that is to go out again stands still.
-- checkpoint: V15
-- class: SEQUENCE
-- severity: BLOCK
-- outcome: waiting
-- owner: Billing specialist
-- due: 2 business days
-- clinical: Nothing changes for care.
-- billing: A claim that goes out again says everything it says anew: a part of it would take back
--   the rest.
-- next: Mend what holds the claim's other visits; carehops trace with the claim's number names
--   them. It goes on by itself.
-- source: X12 837 professional guide: a replacement is the whole claim
select finding.record_id
from {{ ref('finding') }} as finding
where finding.code = 'CLM-PART'
