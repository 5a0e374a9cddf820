-- DOC-PLAN-EXPIRED: No reviewed plan of care covers the day of service.
-- checkpoint: V09
-- class: DOC_TIMING
-- severity: BLOCK
-- owner: Clinical supervisor
-- due: 3 business days
-- clinical: The plan had ended, or its review was overdue on that day.
-- billing: A visit without a plan in force is not payable.
-- next: Review the plan with the client and enter the recertification that covers this day.
-- source: 42 CFR 484.60 (60 days), 42 CFR 441.540 (12 months); payer contract: plan_review_days
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.plan_review_days > 0 and candidate.is_plan_in_force is null
