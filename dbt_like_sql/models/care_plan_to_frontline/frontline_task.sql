-- One row per task of a plan version on a caregiver's list.
-- Key: plan_id, plan_version, caregiver_id, task_code.
select
    candidate.plan_id
    , candidate.plan_version
    , candidate.caregiver_id
    , split_part(listed.task, ':', 1) as task_code
    , candidate.client_id
    -- a task named twice is required if it is required once
    , bool_or(split_part(listed.task, ':', 2) = 'required') as is_required
    , candidate.effective_from
from {{ ref('candidate') }} as candidate
inner join {{ ref('judged') }} as judged on candidate.record_id = judged.record_id
cross join string_to_table(candidate.tasks, ';') as listed (task)
where
    candidate.is_pair
    and judged.outcome in ('moved', 'waiting', 'held')
    and judged.checkpoint >= 'C03'
group by
    candidate.plan_id
    , candidate.plan_version
    , candidate.caregiver_id
    , split_part(listed.task, ':', 1)
    , candidate.client_id
    , candidate.effective_from
