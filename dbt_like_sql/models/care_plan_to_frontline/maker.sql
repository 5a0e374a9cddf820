-- Who entered the plan version of :record_id, for they may not approve its exceptions. Key: maker.
select distinct plan.entered_by as maker
from {{ ref('care_plan') }} as plan
where
    plan.plan_id = split_part(:record_id, '/', 1)
    and 'v' || plan.plan_version = split_part(:record_id, '/', 2)
