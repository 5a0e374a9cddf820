-- DOC-DUTIES: Tasks the plan requires are not recorded, or took too little of the visit.
-- checkpoint: V12
-- class: PLAN_DELIVERY_VARIANCE
-- severity: HOLD
-- owner: Care coordinator
-- due: 2 business days
-- clinical: Nobody can tell whether the client got what the plan requires.
-- billing: The record does not support the time that would be billed.
-- next: Ask the caregiver what was done, and have it recorded, refusals too.
-- source: payer contract: duties_needed, duty_minutes_percent
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    candidate.duties_needed
    and (
        candidate.is_task_missing
        or coalesce(candidate.duty_minutes, 0) * 100
        < candidate.minutes * candidate.duty_minutes_percent
    )
