-- deviation_not_reviewed: Deviations stand without a response by the time one was due.
-- severity: P2
-- runbook: docs/runbooks/deviation_not_reviewed.md
-- Due at 10:00 on the business day after they were found. A critical missed visit is visit_missed.
select
    'evv_to_coordination' as subject
    , found.kind as cause
    , min(found.owner_role) as owner
    , min(found.review_due_at) as since
    , count(*) as count
    , min(found.listed_at) as oldest
    , count(*) as visits
from {{ ref('core.visit_deviation') }} as found
where
    found.is_open
    and found.reviewed_at is null
    and found.review_due_at <= :now
    and found.detail_code <> 'critical'
group by found.kind
