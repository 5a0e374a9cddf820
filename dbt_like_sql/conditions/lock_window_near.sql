-- lock_window_near: Visits that need correcting come near the day from which they cannot be.
-- owner: EVV coordinator
-- runbook: docs/runbooks/lock_window_near.md
-- Fourteen days before for the list, seven for the day, three for the night; past is past.
with today as (
    select cast(cast(:now as timestamptz) at time zone :zone as date) as day
)

, near as (
    select
        payer.partner as name
        , cast(visit.call_in_at at time zone :zone as date) + payer.lock_days as last_day
        , entry.since
        , entry.amount_cents
    from {{ ref('ledger.entry') }} as entry
    inner join {{ ref('landing.evv_visit_now') }} as visit
        on
            visit.source_system = split_part(entry.record_id, '/', 1)
            and visit.visit_id = split_part(entry.record_id, '/', 2)
    inner join {{ watched('payer') }} as payer on visit.payer_id = payer.payer_id
    cross join today
    where
        entry.hop = 'evv_to_coordination' and entry.state = 'held'
        and cast(visit.call_in_at at time zone :zone as date) + payer.lock_days
        between today.day and today.day + 14
)

{% include 'conditions/endings/last_day.sql' %}
