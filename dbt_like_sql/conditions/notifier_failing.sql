-- notifier_failing: A channel has taken no page for five minutes.
-- severity: P1
-- owner: Data on-call
-- runbook: docs/runbooks/notifier_failing.md
select
    state.channel as subject
    , '' as cause
    , state.failing_since as since
    , count(page.page_id) as count
    , min(page.due_at) as oldest
from {{ ref('ops.channel_state') }} as state
left join {{ ref('ops.page') }} as page
    on state.channel = page.channel and page.sent_at is null and page.dropped_at is null
where state.failing_since <= :now - interval '5 minutes'
group by state.channel, state.failing_since
