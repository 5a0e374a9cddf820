-- time_to_find_and_clear: How long trouble went unseen, and how long it took to clear.
-- reads: Compliance/QA lead, Data on-call
-- owner: Compliance/QA lead
-- grain: one row per kind of incident, and per hop and code records were held for
-- unit: hours, the middle one
-- formula: an incident: since it was wrong until it was opened, until somebody took it on, until it
--   closed; a record: since it was received until it was held, since then until it was not
-- benchmark: falling
-- source: identifying the exact failure point speeds up resolution
-- columns: what = incident or record; place = the incident's subject, or the hop; code = kind of
--   incident, or first code; found = how many were found in the window; hours_to_find = until
--   found; hours_to_take = until acknowledged, for incidents; hours_to_clear = until closed or let
--   go; still_open = how many are not; oldest_open_at = since when the oldest of them is
with step as (
    select
        entry.entry_id
        , entry.hop
        , entry.received_at
        , move.at
        , move.to_state
        , move.reason_codes[1] as code
        , lag(move.to_state) over (
            partition by move.entry_id order by move.transition_id
        ) as came_from
        , min(move.at) filter (where move.to_state <> 'held') over (
            partition by move.entry_id order by move.transition_id
            rows between 1 following and unbounded following
        ) as let_go_at
        , lag(move.at) over (partition by move.entry_id order by move.transition_id) as before_at
    from {{ ref('ledger.transition') }} as move
    inner join {{ ref('ledger.entry') }} as entry on move.entry_id = entry.entry_id
    where
        move.at < :ends
        and exists (
            select 1 from {{ ref('ledger.transition') }} as fresh
            where
                fresh.entry_id = move.entry_id and fresh.at >= :begins and fresh.at < :ends
                and fresh.to_state = 'held'
        )
)

, found as (
    select
        'record' as what
        , step.hop as place
        , coalesce(step.code, '-') as code
        , coalesce(step.before_at, step.received_at) as since
        , step.at as found_at
        , cast(null as timestamptz) as taken_at
        , case when step.let_go_at <= :at then step.let_go_at end as cleared_at
    from step
    where
        step.to_state = 'held' and step.came_from is distinct from 'held'
        and step.at >= :begins and step.at < :ends
    union all
    select
        'incident' as what
        , incident.subject as place
        , incident.kind as code
        , incident.since
        , incident.opened_at as found_at
        , incident.acknowledged_at as taken_at
        , case when incident.closed_at <= :at then incident.closed_at end as cleared_at
    from {{ ref('ops.incident') }} as incident
    where incident.opened_at >= :begins and incident.opened_at < :ends
)

, timed as (
    select
        found.*
        , extract(epoch from found.found_at - found.since) / 3600 as to_find
        , extract(epoch from found.taken_at - found.found_at) / 3600 as to_take
        , extract(epoch from found.cleared_at - found.found_at) / 3600 as to_clear
    from found
)

select
    timed.what
    , timed.place
    , timed.code
    , count(*) as found
    , round(cast(percentile_cont(0.5) within group (order by timed.to_find) as numeric), 1)
        as hours_to_find
    , round(cast(percentile_cont(0.5) within group (order by timed.to_take) as numeric), 1)
        as hours_to_take
    , round(cast(percentile_cont(0.5) within group (order by timed.to_clear) as numeric), 1)
        as hours_to_clear
    , count(*) filter (where timed.cleared_at is null) as still_open
    , min(timed.found_at) filter (where timed.cleared_at is null) as oldest_open_at
from timed
group by timed.what, timed.place, timed.code
order by timed.what, timed.place, timed.code
