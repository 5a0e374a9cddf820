-- CP-OLD-VERSION-DELIVERED: The visit recorded tasks that are not those of the plan in force.
-- checkpoint: V13
-- class: PLAN_DELIVERY_VARIANCE
-- severity: WARN
-- owner: Clinical supervisor
-- due: 2 business days
-- clinical: Something was done that the plan no longer has, or a required task was not even
--   recorded.
-- billing: The visit is billed; what was delivered differs from what was ordered.
-- next: Ask the caregiver which list was used, and correct the list or the plan.
-- source: 42 CFR 484.60; agency policy on assessed and delivered support
select distinct candidate.record_id
from {{ ref('candidate') }} as candidate
inner join {{ ref('evv_visit_now') }} as visit
    on candidate.source_system = visit.source_system and candidate.visit_id = visit.visit_id
inner join {{ ref('care_plan') }} as plan
    on
        candidate.client_id = plan.client_id
        and candidate.start_at >= plan.entered_at
        and candidate.service_date >= plan.effective_from
        and candidate.service_code = any(string_to_array(plan.service_codes, ';'))
where
    core.strays_from_plan(visit.tasks, plan.tasks)
    and not exists (
        select 1
        from {{ ref('care_plan') }} as newer
        where
            newer.plan_id = plan.plan_id
            and newer.plan_version > plan.plan_version
            and newer.entered_at <= candidate.start_at
    )
