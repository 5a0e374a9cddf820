-- found_at_the_claim: How many exceptions nobody had found before the claim was made.
-- reads: Billing manager, Clinical supervisor
-- owner: Billing manager
-- grain: one row per week
-- unit: exceptions; shares from 0 to 1
-- formula: exceptions first found at billing_to_clearinghouse / exceptions first found
-- benchmark: less than 0.10
-- source: discrepancies that are discovered only after claim preparation begins
-- columns: week = its Monday; found = record and code seen for the first time; at_the_claim = of
--   them, seen only when the claim was made; share_at_the_claim = at_the_claim of found
with touched as (
    select distinct entry.record_id
    from {{ ref('ledger.transition') }} as move
    inner join {{ ref('ledger.entry') }} as entry on move.entry_id = entry.entry_id
    where
        move.at >= :begins and move.at < :ends and move.to_state in ('held', 'rejected')
)

, first_seen as (
    select distinct on (entry.record_id, reason.code)
        entry.record_id
        , reason.code
        , move.at
        , entry.hop
    from touched
    inner join {{ ref('ledger.entry') }} as entry on touched.record_id = entry.record_id
    inner join {{ ref('ledger.transition') }} as move on entry.entry_id = move.entry_id
    inner join lateral unnest(move.reason_codes) as reason (code) on true
    where move.to_state in ('held', 'rejected') and move.at < :ends
    order by entry.record_id, reason.code, move.at, move.transition_id
)

, dated as (
    select
        cast(date_trunc('week', first_seen.at at time zone :zone) as date) as week
        , first_seen.hop
    from first_seen
    where first_seen.at >= :begins
)

, counted as (
    select
        dated.week
        , count(*) as found
        , count(*) filter (where dated.hop = 'billing_to_clearinghouse') as at_the_claim
    from dated
    group by dated.week
)

select
    counted.week
    , counted.found
    , counted.at_the_claim
    , round(counted.at_the_claim * 1.0 / counted.found, 3) as share_at_the_claim
from counted
order by counted.week
