-- CLM-GATE: The written claim does not pass the check against the claim guide.
-- checkpoint: V15
-- class: SCHEMA
-- severity: BLOCK
-- owner: EDI analyst
-- due: 1 business day
-- clinical: Nothing changes for care, unless intake left out an address, birth date or member id.
-- billing: The clearinghouse would reject it; it is held here instead, with its claim.
-- next: Look at the pass's log for segment and rule, then mend the client's or the agency's facts.
-- source: X12 837 professional guide 005010X222A1
select finding.record_id
from {{ ref('finding') }} as finding
where finding.code = 'CLM-GATE'
