-- rework: How often records came back, and how often somebody touched them.
-- reads: Billing manager, Compliance/QA lead
-- owner: Billing manager
-- grain: one row per hop
-- unit: touches; shares from 0 to 1
-- formula: a touch is an entry of the ledger; a reopening is one that leaves moved, rejected,
--   excluded or cancelled
-- benchmark: falling
-- source: administrative rework and repeated requests
-- columns: hop = where; records = touched in the window; touches = entries of the ledger; by_people
--   = of them, made by a person; reopened = records that came back after they had ended there;
--   reopenings = how often; requests = how often a record was held or held anew for other reasons;
--   touches_per_record = touches of records; reopened_share = reopened of records; most_touches =
--   of one record
with step as (
    select
        entry.hop
        , move.entry_id
        , move.actor
        , move.to_state
        , move.from_state in ('moved', 'rejected', 'excluded', 'cancelled')
        and move.to_state <> move.from_state as is_reopening
    from {{ ref('ledger.transition') }} as move
    inner join {{ ref('ledger.entry') }} as entry on move.entry_id = entry.entry_id
    where move.at >= :begins and move.at < :ends
)

, record as (
    select
        step.hop
        , step.entry_id
        , count(*) as touches
        , count(*) filter (where step.actor <> 'carehops') as by_people
        , count(*) filter (where step.is_reopening) as reopenings
        , count(*) filter (where step.to_state = 'held' and step.actor = 'carehops') as requests
    from step
    group by step.hop, step.entry_id
)

select
    record.hop
    , count(*) as records
    , cast(sum(record.touches) as bigint) as touches
    , cast(sum(record.by_people) as bigint) as by_people
    , count(*) filter (where record.reopenings > 0) as reopened
    , cast(sum(record.reopenings) as bigint) as reopenings
    , cast(sum(record.requests) as bigint) as requests
    , round(sum(record.touches) / count(*), 2) as touches_per_record
    , round(count(*) filter (where record.reopenings > 0) * 1.0 / count(*), 3) as reopened_share
    , max(record.touches) as most_touches
from record
group by record.hop
order by record.hop
