-- CLM-GATE: The written claim would come back: one of the three gates refuses it.
-- checkpoint: V15
-- class: SCHEMA
-- severity: BLOCK
-- owner: EDI analyst
-- due: 1 business day
-- clinical: Nothing changes for care, unless intake left out an address, birth date or member id.
-- billing: The clearinghouse would reject it; it is held here instead, with its claim.
-- next: The reason names rule and place; core.gate_finding says how to mend it, at intake or in
--   the agency's own file.
-- source: X12 837 guides 005010X222A1 and 005010X223A2; docs/claims.md
select finding.record_id
from {{ ref('finding') }} as finding
where finding.code = 'CLM-GATE'
