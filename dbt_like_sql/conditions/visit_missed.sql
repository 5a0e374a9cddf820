-- visit_missed: A planned visit is over, nobody clocked in, and nobody has said what was done.
-- owner: Care coordinator
-- runbook: docs/runbooks/visit_missed.md
-- A client for whom a missed visit is an emergency wakes people, until somebody has answered. What
-- is routine and past the time for a review is deviation_not_reviewed.
select
    'evv_to_coordination' as subject
    , found.detail_code as cause
    , case when found.detail_code = 'critical' then 'P1' else 'P2' end as severity
    , min(found.listed_at) as since
    , count(*) as count
    , min(found.occurred_at) as oldest
    , count(*) as visits
from {{ ref('core.visit_deviation') }} as found
where
    found.kind = 'missed'
    and found.is_open
    and found.reviewed_at is null
    and (found.detail_code = 'critical' or found.review_due_at > :now)
group by found.detail_code
