-- COB-SECONDARY-DATA: The first payer's answer lacks the amount paid, the reasons or the date.
-- checkpoint: V12
-- class: EXTERNAL
-- severity: BLOCK
-- owner: Billing specialist
-- due: 2 business days
-- clinical: Nothing is wrong with the care or its record.
-- billing: A secondary claim must say what was paid, when, and why the rest was not.
-- next: Complete the answer from the first payer's remittance.
-- source: X12 837 professional guide: other payer paid amount, adjustments and date
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    candidate.is_secondary
    and candidate.primary_first
    and candidate.has_primary_answer
    and not candidate.has_primary_amounts
