-- CP-UNACKED-VISIT: The visit began before its caregiver had acknowledged the plan in force.
-- checkpoint: V13
-- class: NO_ACK
-- severity: WARN
-- owner: Clinical supervisor
-- due: 1 business day
-- clinical: The client may have been cared for by the old plan; the supervisor follows it up.
-- billing: The visit is billed; keep the supervisor's finding for an audit.
-- next: See the plan's own record in care_plan_to_frontline.
-- source: 42 CFR 484.60, changes are communicated to caregivers
select distinct candidate.record_id
from {{ ref('candidate') }} as candidate
inner join {{ ref('plan_delivery') }} as delivery
    on
        candidate.client_id = delivery.client_id
        and candidate.caregiver_id = delivery.caregiver_id
        and candidate.start_at >= delivery.entered_at
        and candidate.start_at < coalesce(delivery.acknowledged_at, 'infinity')
inner join {{ ref('care_plan') }} as plan
    on
        delivery.plan_id = plan.plan_id
        and delivery.plan_version = plan.plan_version
        and candidate.service_code = any(string_to_array(plan.service_codes, ';'))
where
    delivery.standing = 'breached'
    and not exists (
        select 1
        from {{ ref('care_plan') }} as newer
        where
            newer.plan_id = plan.plan_id
            and newer.plan_version > plan.plan_version
            and newer.entered_at <= candidate.start_at
    )
