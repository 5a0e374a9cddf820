-- rights_review_due: A role's rights end within a week, or nobody has looked at them for a year.
-- severity: P2
-- owner: Privacy/security officer
-- runbook: docs/runbooks/rights_review_due.md
with today as (
    select cast(cast(:now as timestamptz) at time zone :zone as date) as day
)

, due as (
    select
        known.role
        , case
            when known.valid_to is null then 'year'
            else 'ends'
        end as cause
        , case
            when known.valid_to is null then known.source_updated_at + interval '365 days'
            else cast(known.valid_to - 7 as timestamp) at time zone :zone
        end as since
    from {{ ref('landing.role_right_now') }} as known
    cross join today
    where
        (known.valid_to between today.day and today.day + 7)
        or (known.valid_to is null and known.source_updated_at <= :now - interval '365 days')
)

select
    role as subject
    , cause
    , min(since) as since
    , count(*) as count
from due
group by role, cause
