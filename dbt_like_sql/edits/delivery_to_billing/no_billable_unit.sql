-- UNIT-ZERO: The visit comes to no unit under the payer's rule.
-- checkpoint: V11
-- class: UNRECONCILED
-- severity: BLOCK
-- owner: Billing specialist
-- due: 3 business days
-- clinical: The visit was too short to count, or other visits of its day or month took its units.
-- billing: A line with no unit is refused. Where the payer lets minutes add up, these still count
--   towards a unit of a later visit.
-- next: Check the times; if they are right, close the visit as not billable.
-- source: payer contract: unit_rule
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.units = 0
