-- ELIG-PLAN-CHANGED: The visit names a payer that did not cover the client on that day.
-- checkpoint: V10
-- class: MAPPING
-- severity: BLOCK
-- owner: Billing specialist
-- due: 2 business days
-- clinical: The client changed plans, or the schedule still carries the old payer.
-- billing: The wrong payer denies it; the right one may need its own authorization.
-- next: Correct the payer on the visit, or the client's cover, whichever is wrong.
-- source: payer eligibility roster
select candidate.record_id
from {{ ref('candidate') }} as candidate
where not candidate.is_clients_payer
