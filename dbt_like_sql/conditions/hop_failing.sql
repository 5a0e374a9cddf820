-- hop_failing: The hop's newest passes failed, were stopped by a check that must hold, or its runs
--   died.
-- runbook: docs/runbooks/hop_failing.md
-- What another try may get over counts from the third time in a row.
with good as (
    select
        hop.name
        , hop.owner
        , hop.severity
        , coalesce(pass.pass_id, 0) as pass_id
        , coalesce(pass.finished_at, '-infinity') as finished_at
    from {{ watched('hop') }} as hop
    left join lateral (
        select
            published.pass_id
            , published.finished_at
        from {{ ref('ledger.pass') }} as published
        where published.hop = hop.name and published.outcome = 'published'
        order by published.finished_at desc
        limit 1
    ) as pass on true
)

, newest as (
    select
        good.*
        , pass.pass_id as newest_id
        , pass.run_id
        , pass.taken
        , pass.failed_expectations
        , coalesce(pass.failure, 'died') as failure
        , pass.outcome
    from good
    inner join lateral (
        select last.*
        from {{ ref('ledger.pass') }} as last
        where
            last.hop = good.name and last.pass_id > good.pass_id and last.outcome <> 'running'
        order by last.pass_id desc
        limit 1
    ) as pass on true
)

, stopped as (
    select
        newest.name
        , newest.owner
        , newest.severity
        , 'check_' || failed.expectation as cause
        , newest.taken
        , newest.run_id
        , (
            select min(pass.finished_at)
            from {{ ref('ledger.pass') }} as pass
            where
                pass.hop = newest.name and pass.pass_id > newest.pass_id
                and pass.outcome = 'stopped'
                and failed.expectation = any(pass.failed_expectations)
        ) as since
    from newest
    cross join unnest(newest.failed_expectations) as failed (expectation)
    where newest.outcome = 'stopped'
)

, failed as (
    select
        newest.name
        , newest.owner
        , newest.severity
        , newest.failure as cause
        , newest.run_id
        , times.first_at as since
    from newest
    inner join lateral (
        select
            count(*) as times
            , min(pass.finished_at) as first_at
        from {{ ref('ledger.pass') }} as pass
        where
            pass.hop = newest.name and pass.pass_id > newest.pass_id
            and pass.outcome = 'failed' and coalesce(pass.failure, 'died') = newest.failure
    ) as times on true
    where
        newest.outcome = 'failed'
        and (
            newest.failure not in ('transient', 'database', 'interrupted', 'died')
            or times.times >= 3
        )
)

, died as (
    select
        good.name
        , good.owner
        , good.severity
        , run.run_id
        , run.failing_since as since
    from good
    inner join {{ ref('ops.run_failure') }} as run on good.name = run.hop
    where
        run.failed_at > good.finished_at
        and not exists (
            select 1 from {{ ref('ledger.pass') }} as pass
            where
                pass.hop = good.name and pass.pass_id > good.pass_id and pass.run_id = run.run_id
        )
)

select
    name as subject
    , cause
    , severity
    , owner
    , since
    , coalesce(taken, 0) as count
    , run_id
from stopped
union all
select
    name as subject
    , cause
    , severity
    , owner
    , since
    , 0 as count
    , run_id
from failed
union all
select
    name as subject
    , 'run' as cause
    , severity
    , owner
    , since
    , 0 as count
    , run_id
from died
