-- reviews_in_time: How many deviations were reviewed by the time they were due.
-- reads: Compliance/QA lead, Care coordinator
-- owner: Care coordinator
-- grain: one row per week and kind of deviation
-- unit: deviations; shares from 0 to 1
-- formula: reviewed in time / deviations that still stand and are due
-- benchmark: 1.00
-- source: daily exception review of home-care operations
-- columns: week = its Monday; kind = kind of deviation; listed = deviations found that still stand;
--   due = those that were to be looked at by now; in_time = those that were, in time; late = looked
--   at later; never = not looked at; share_in_time = in_time of due
with judged as (
    select
        cast(date_trunc('week', found.listed_at at time zone :zone) as date) as week
        , found.kind
        , found.review_due_at <= :at as is_due
        , (
            select min(review.reviewed_at)
            from {{ ref('ops.deviation_review') }} as review
            where
                review.kind = found.kind and review.subject = found.subject
                and review.listed_at = found.listed_at and review.reviewed_at <= :at
        ) as reviewed_at
        , found.review_due_at
    from {{ ref('core.visit_deviation') }} as found
    where found.listed_at >= :begins and found.listed_at < :ends and found.is_open
)

, counted as (
    select
        judged.week
        , judged.kind
        , count(*) as listed
        , count(*) filter (where judged.is_due) as due
        , count(*) filter (where judged.is_due and judged.reviewed_at <= judged.review_due_at)
            as in_time
        , count(*) filter (where judged.is_due and judged.reviewed_at > judged.review_due_at)
            as late
        , count(*) filter (where judged.is_due and judged.reviewed_at is null) as never
    from judged
    group by judged.week, judged.kind
)

select
    counted.*
    , round(counted.in_time * 1.0 / nullif(counted.due, 0), 3) as share_in_time
from counted
order by counted.week, counted.kind
