-- CP-OLD-VERSION-DELIVERED: A visit recorded tasks that are not this plan version's.
-- checkpoint: C06
-- class: PLAN_DELIVERY_VARIANCE
-- severity: WARN
-- owner: Clinical supervisor
-- due: 2 business days
-- clinical: Something was done that the plan no longer has, or a required task was not even
--   recorded.
-- billing: What was delivered differs from what was ordered, and perhaps from what was
--   authorized.
-- next: Ask the caregiver which list was used, and correct the list or the plan.
-- source: 42 CFR 484.60; agency policy on assessed and delivered support
select candidate.record_id
from {{ ref('candidate') }} as candidate
inner join {{ ref('evv_visit_now') }} as visit
    on
        candidate.client_id = visit.client_id
        and candidate.caregiver_id = visit.caregiver_id
        and candidate.entered_at <= visit.call_in_at
where
    candidate.is_live
    and visit.action <> 'cancel'
    and visit.call_out_at is not null
    and (visit.service_code is null or visit.service_code = any(candidate.services))
    and (candidate.until_at is null or visit.call_in_at < candidate.until_at)
    and cast(visit.call_in_at at time zone :zone as date) >= candidate.effective_from
    and core.strays_from_plan(visit.tasks, candidate.tasks)
