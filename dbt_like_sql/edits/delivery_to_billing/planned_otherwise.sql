-- RECON-PLANNED-DELIVERED: The plan behind the visit is cancelled, or for another client or day.
-- checkpoint: V13
-- class: UNRECONCILED
-- severity: HOLD
-- owner: Billing manager
-- due: 2 business days
-- clinical: What was delivered is not what was planned; see whether the client expected the visit.
-- billing: Plan, visit and claim must tell one story; it goes on only with an approved exception.
-- next: The care coordinator links the visit to its right plan, or approves that it stands.
-- source: agency rule: planned, delivered and billed agree
select
    candidate.record_id
    , 'plan version ' || candidate.schedule_version || ': ' || candidate.planned_otherwise as fact
from {{ ref('candidate') }} as candidate
where candidate.planned_otherwise is not null
