-- RECON-TODAY: The day of service is not over yet.
-- checkpoint: V09
-- class: DATE_RANGE
-- severity: BLOCK
-- outcome: waiting
-- owner: Billing specialist
-- due: 2 business days
-- clinical: Visits of today are still being clocked and documented.
-- billing: Overlaps, limits and notes can only be judged on a finished day; it goes on tomorrow.
-- next: Nothing: the visit is looked at again after midnight.
-- source: agency rule: never reconcile a day in progress
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.service_date >= candidate.today
