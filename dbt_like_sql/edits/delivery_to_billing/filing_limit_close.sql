-- CLM-TIMELY-NEAR: The payer's last filing day is at most 30 days away.
-- checkpoint: V13
-- class: DATE_RANGE
-- severity: WARN
-- owner: Billing manager
-- due: 5 business days
-- clinical: The visit has been unbilled for long; whatever held it must not hold it longer.
-- billing: After the last filing day the money is lost. From 14 days before, somebody is paged.
-- next: See that it goes out with the next claims, and why it came so late.
-- source: payer contract: filing_limit_days and filing_anchor
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    candidate.claimed_sequence_id is null
    and candidate.last_filing_date between candidate.today and candidate.today + 30
