-- acknowledgement_due: A caregiver has not acknowledged a plan change that is due before a visit.
-- owner: Clinical supervisor
-- runbook: docs/runbooks/acknowledgement_due.md
-- A safety change, or a visit within four hours, wakes people.
select
    'care_plan_to_frontline' as subject
    , delivery.urgency as cause
    , case
        when delivery.urgency = 'safety' then 'P1'
        when min(delivery.first_visit_at) <= :now + interval '4 hours' then 'P1'
        else 'P2'
    end as severity
    , min(delivery.ack_due_at) as since
    , count(*) as count
    , min(delivery.entered_at) as oldest
    , count(*) as visits
from {{ ref('core.plan_delivery') }} as delivery
where
    delivery.standing in ('pending', 'delivered', 'late', 'unreachable')
    and delivery.ack_due_at <= :now
group by delivery.urgency
