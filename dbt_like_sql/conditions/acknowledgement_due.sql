-- acknowledgement_due: A caregiver has not acknowledged a plan change that is due before a visit.
-- owner: Clinical supervisor
-- runbook: docs/runbooks/acknowledgement_due.md
-- A safety change, or a visit within four hours, wakes people. A safety change that a visit ran
-- without stays until somebody has followed it up: it is not put right by reading it afterwards.
select
    'care_plan_to_frontline' as subject
    , delivery.urgency as cause
    , case
        when delivery.urgency = 'safety' then 'P1'
        when min(delivery.first_visit_at) <= :now + interval '4 hours' then 'P1'
        else 'P2'
    end as severity
    , min(least(delivery.ack_due_at, :now)) as since
    , count(*) as count
    , min(delivery.entered_at) as oldest
    , count(*) as visits
from {{ ref('core.plan_delivery') }} as delivery
left join {{ ref('ledger.entry') }} as entry
    on delivery.record_id = entry.record_id and entry.hop = 'care_plan_to_frontline'
where
    (
        delivery.standing in ('pending', 'delivered', 'late', 'unreachable')
        and delivery.ack_due_at <= :now
    )
    or (
        delivery.standing = 'breached'
        and delivery.urgency = 'safety'
        and entry.state = 'held'
    )
group by delivery.urgency
