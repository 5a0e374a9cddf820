-- clarification_trend: Whether clarifications pile up, week by week.
-- reads: Billing manager, Compliance/QA lead
-- owner: Billing manager
-- grain: one row per week
-- unit: records and days
-- formula: records held for a document, an authorization or a correction: those that began to be
--   and those that ended in the week, those open at its end and their ages added up
-- benchmark: no more opened than closed
-- source: open items times age as a compounding index
-- columns: week = its Monday; opened = began; closed = ended; open_at_end = still open when the
--   week ended, or at the instant asked for; index_days = their ages added up
with touched as (
    select move.entry_id
    from {{ ref('ledger.transition') }} as move
    where move.at >= cast(:begins as timestamptz) - interval '7 days' and move.at < :ends
    union
    select entry.entry_id
    from {{ ref('ledger.entry') }} as entry
    where entry.state in ('waiting', 'held')
)

, step as (
    select
        move.entry_id
        , move.transition_id
        , move.at
        , move.to_state = 'held' and exists (
            select 1
            from unnest(move.reason_codes) as reason (code)
            where reason.code ~ '^(DOC|AUTH)-'
        ) as is_asked
    from touched
    inner join {{ ref('ledger.transition') }} as move on touched.entry_id = move.entry_id
    where move.at < :ends
)

, turn as (
    select
        step.*
        , lag(step.is_asked, 1, false) over (
            partition by step.entry_id order by step.transition_id
        ) as was_asked
    from step
)

, asked as (
    select
        turn.entry_id
        , turn.at as opened_at
        , lead(turn.at) over (partition by turn.entry_id order by turn.transition_id) as closed_at
        , turn.is_asked
    from turn
    where turn.is_asked <> turn.was_asked
)

, week as (
    select
        cast(days.day as date) as week
        , days.day at time zone :zone as began_at
        , least((days.day + interval '7 days') at time zone :zone, :at) as ended_at
    from generate_series(
        date_trunc('week', cast(cast(:since as date) as timestamp))
        , cast(cast(:until as date) as timestamp), interval '7 days'
    ) as days (day)
)

select
    week.week
    , count(*) filter (
        where asked.opened_at >= week.began_at and asked.opened_at < week.ended_at
    ) as opened
    , count(*) filter (
        where asked.closed_at >= week.began_at and asked.closed_at < week.ended_at
    ) as closed
    , count(*) filter (
        where asked.opened_at < week.ended_at
        and (asked.closed_at is null or asked.closed_at >= week.ended_at)
    ) as open_at_end
    , coalesce(round(sum(extract(epoch from week.ended_at - asked.opened_at)) filter (
        where asked.opened_at < week.ended_at
        and (asked.closed_at is null or asked.closed_at >= week.ended_at)
    ) / 86400, 1), 0) as index_days
from week
left join asked on asked.is_asked
group by week.week
order by week.week
