-- UNIT-RULE: The contract counts by a wording of its unit rule that is not known here.
-- checkpoint: V11
-- class: MAPPING
-- severity: BLOCK
-- owner: Billing specialist
-- due: 1 business day
-- clinical: Nothing is wrong with the care or its record.
-- billing: Nobody can say how many units the minutes are; guessing would be a false claim.
-- next: Correct the rule or its version in the contract; a new wording comes with a release.
-- source: payer contract: unit_rule and unit_rule_version
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.is_rule_unknown
