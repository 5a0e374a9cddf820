-- OVLP-CLIENT: Two caregivers gave the client the same service at once.
-- checkpoint: V12
-- class: UNRECONCILED
-- severity: HOLD
-- owner: Scheduler
-- due: 2 business days
-- clinical: If two people were needed, the plan must say so; if not, one visit is wrong or ran
--   over.
-- billing: Both visits wait. They may go on with an approved exception for two-person care.
-- next: Correct the wrong time, or have the exception approved by somebody with that right.
-- source: payer rules on two-person care
select
    candidate.record_id
    , candidate.doubled_by as fact
from {{ ref('candidate') }} as candidate
where candidate.is_client_doubled
