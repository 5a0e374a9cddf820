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
inner join lateral (
    select
        pass.finished_at
        , cast(pass.counts ->> 'waiting' as bigint) + cast(pass.counts ->> 'held' as bigint)
            as records
    from {{ ref('ledger.pass') }} as pass
    where pass.hop = hop.name and pass.outcome = 'published' and pass.finished_at <= :now
    order by pass.finished_at desc
    limit 1
) as today on true
inner join lateral (
    select
        pass.finished_at
        , cast(pass.counts ->> 'waiting' as bigint) + cast(pass.counts ->> 'held' as bigint)
            as records
    from {{ ref('ledger.pass') }} as pass
    where
        pass.hop = hop.name and pass.outcome = 'published'
        and pass.finished_at <= today.finished_at - interval '1 day'
    order by pass.finished_at desc
    limit 1
) as yesterday on true
inner join lateral (
    select
        cast(pass.counts ->> 'waiting' as bigint) + cast(pass.counts ->> 'held' as bigint)
            as records
    from {{ ref('ledger.pass') }} as pass
    where
        pass.hop = hop.name and pass.outcome = 'published'
        and pass.finished_at <= today.finished_at - interval '7 days'
    order by pass.finished_at desc
    limit 1
) as week_before_today on true
inner join lateral (
    select
        cast(pass.counts ->> 'waiting' as bigint) + cast(pass.counts ->> 'held' as bigint)
            as records
    from {{ ref('ledger.pass') }} as pass
    where
        pass.hop = hop.name and pass.outcome = 'published'
        and pass.finished_at <= yesterday.finished_at - interval '7 days'
    order by pass.finished_at desc
    limit 1
) as week_before_yesterday on true
where
    today.records >= 2 * week_before_today.records + 50
    and yesterday.records >= 2 * week_before_yesterday.records + 50
