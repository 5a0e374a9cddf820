-- queue_growing: More records stand open after each day's passes than a week before: it is not
--   draining.
-- severity: P2
-- runbook: docs/runbooks/queue_growing.md
-- Twice as many as at the same hour a week ago, today and yesterday, and fifty more.
select
    hop.name as subject
    , '' as cause
    , hop.owner
    , yesterday.finished_at as since
    , today.records as count
from {{ watched('hop') }} as hop
inner join {{ ref('ledger.open_after') }}(hop.name, :now) as today on true
inner join
    {{ ref('ledger.open_after') }}(hop.name, today.finished_at - interval '1 day') as yesterday
    on true
inner join
    {{ ref('ledger.open_after') }}(hop.name, today.finished_at - interval '7 days')
        as week_before_today
    on true
inner join
    {{ ref('ledger.open_after') }}(hop.name, yesterday.finished_at - interval '7 days')
        as week_before_yesterday
    on true
where
    today.records >= 2 * week_before_today.records + 50
    and yesterday.records >= 2 * week_before_yesterday.records + 50
