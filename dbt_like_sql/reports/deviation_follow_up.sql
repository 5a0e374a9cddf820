-- deviation_follow_up: From each deviation to its review, its actions and its close.
-- reads: Compliance/QA lead, Care coordinator
-- owner: Care coordinator
-- grain: one row per deviation listed in the window
-- unit: instants
-- formula: in_time is a first review by the time it was due
-- benchmark: every deviation reviewed by 10:00 on the next business day
-- source: daily exception review of home-care operations
-- columns: kind = kind of deviation; subject = the visit, or schedule/ and the planned visit;
--   client_id = whose; caregiver_id = who went or was to go; occurred_at = when it happened;
--   listed_at = when it was found; review_due_at = by when it was to be looked at;
--   first_reviewed_at = when somebody first did; reviewed_by = who; reviewed_role = by which role;
--   in_time = whether by then, null while there is still time; actions = what was done, in order;
--   closed_at = when nothing was left to do; closed_by = who said so; standing = unreviewed,
--   overdue, reviewed, closed or taken_back
select
    found.kind
    , found.subject
    , found.client_id
    , found.caregiver_id
    , found.occurred_at
    , found.listed_at
    , found.review_due_at
    , said.first_reviewed_at
    , said.reviewed_by
    , said.reviewed_role
    , case
        when said.first_reviewed_at is not null then said.first_reviewed_at <= found.review_due_at
        when found.is_open and found.review_due_at <= :at then false
    end as in_time
    , coalesce(said.actions, '{}') as actions
    , said.closed_at
    , said.closed_by
    , case
        when said.closed_at is not null then 'closed'
        when not found.is_open then 'taken_back'
        when said.first_reviewed_at is not null then 'reviewed'
        when found.review_due_at <= :at then 'overdue'
        else 'unreviewed'
    end as standing
from {{ ref('core.visit_deviation') }} as found
inner join lateral (
    select
        min(review.reviewed_at) as first_reviewed_at
        , (array_agg(review.reviewed_by order by review.review_id))[1] as reviewed_by
        , (array_agg(review.reviewed_role order by review.review_id))[1] as reviewed_role
        , array_agg(review.action order by review.review_id) as actions
        , max(review.reviewed_at) filter (where review.closes) as closed_at
        , max(review.reviewed_by) filter (where review.closes) as closed_by
    from {{ ref('ops.deviation_review') }} as review
    where
        review.kind = found.kind and review.subject = found.subject
        and review.listed_at = found.listed_at and review.reviewed_at <= :at
) as said on true
where found.listed_at >= :begins and found.listed_at < :ends
order by found.listed_at, found.kind, found.subject
