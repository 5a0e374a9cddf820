-- plan_review_due: Clients' visits stray again and again while nobody looked at the plan.
-- severity: P3
-- owner: Care coordinator
-- runbook: docs/runbooks/plan_review_due.md
-- Three in fourteen days since the plan was last revised, or a review looked at it.
with strayed as (
    select
        found.client_id
        , found.occurred_at
    from {{ ref('core.visit_deviation') }} as found
    where
        found.is_open
        and found.client_id is not null
        and found.occurred_at > :now - interval '14 days' and found.occurred_at <= :now
)

, repeated as (
    select strayed.client_id
    from strayed
    group by strayed.client_id
    having count(*) >= 3
)

, reviewed as (
    select
        plan.client_id
        , plan.entered_at as looked_at
    from repeated
    inner join {{ ref('landing.care_plan') }} as plan on repeated.client_id = plan.client_id
    where plan.entered_at <= :now
    union all
    select
        found.client_id
        , review.reviewed_at as looked_at
    from repeated
    inner join {{ ref('core.visit_deviation') }} as found on repeated.client_id = found.client_id
    inner join {{ ref('ops.deviation_review') }} as review
        on
            found.kind = review.kind and found.subject = review.subject
            and review.action = 'plan_reviewed'
)

, newest as (
    select
        reviewed.client_id
        , max(reviewed.looked_at) as looked_at
    from reviewed
    group by reviewed.client_id
)

, due as (
    select
        strayed.client_id
        , count(*) as visits
        , (array_agg(strayed.occurred_at order by strayed.occurred_at))[3] as since
    from strayed
    inner join repeated on strayed.client_id = repeated.client_id
    left join newest on strayed.client_id = newest.client_id
    where newest.looked_at is null or strayed.occurred_at > newest.looked_at
    group by strayed.client_id
    having count(*) >= 3
)

select
    'evv_to_coordination' as subject
    , '' as cause
    , min(due.since) as since
    , count(*) as count
    , sum(due.visits) as visits
from due
having count(*) > 0
