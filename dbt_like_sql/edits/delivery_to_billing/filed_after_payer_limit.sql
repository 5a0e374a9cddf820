-- CLM-TIMELY: The payer's last filing day has passed.
-- checkpoint: V13
-- class: DATE_RANGE
-- severity: BLOCK
-- owner: Billing manager
-- due: 1 business day
-- clinical: The visit stayed unbilled too long; see which earlier reason held it.
-- billing: The payer will not pay a late claim. The money is lost unless an exception is granted.
-- next: Ask the payer for an exception to timely filing, or write the visit off.
-- source: payer contract: filing_limit_days and filing_anchor; 42 CFR 447.45
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    candidate.claimed_sequence_id is null
    and not candidate.is_replacing
    and candidate.last_filing_date < candidate.today
