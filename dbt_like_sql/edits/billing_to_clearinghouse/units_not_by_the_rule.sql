-- UNIT-RULE: The units were counted by another rule than the one in force.
-- checkpoint: V14
-- class: UNRECONCILED
-- severity: BLOCK
-- owner: Billing specialist
-- due: 1 business day
-- clinical: Nothing changes for care.
-- billing: The contract's rule or its wording changed after the units were counted; the payer would
--   count otherwise and cut the claim.
-- next: Run delivery_to_billing, which counts again; if it stays, compare contract and line.
-- source: payer contract: unit_rule and unit_rule_version
select candidate.record_id
from {{ ref('candidate') }} as candidate
where not candidate.is_counted_right
