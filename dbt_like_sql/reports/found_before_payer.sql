-- found_before_payer: Whether discrepancies are found here, or by a payer.
-- reads: Compliance/QA lead, Billing manager
-- owner: Compliance/QA lead
-- grain: one row per week
-- unit: records; shares from 0 to 1
-- formula: records held or rejected here for the first time / those and records on claims a partner
--   refused or denied for the first time
-- benchmark: 1.00
-- source: internal data discrepancies identified and corrected proactively
-- columns: week = its Monday; found_here = records an edit stopped first; found_by_payer = records
--   whose claim was refused or denied first; share_found_here = found_here of both
with touched as (
    select distinct entry.record_id
    from {{ ref('ledger.transition') }} as move
    inner join {{ ref('ledger.entry') }} as entry on move.entry_id = entry.entry_id
    where
        move.at >= :begins and move.at < :ends and move.to_state in ('held', 'rejected')
)

, here as (
    select
        entry.record_id
        , min(move.at) as at
    from touched
    inner join {{ ref('ledger.entry') }} as entry on touched.record_id = entry.record_id
    inner join {{ ref('ledger.transition') }} as move on entry.entry_id = move.entry_id
    where move.to_state in ('held', 'rejected') and move.at < :ends
    group by entry.record_id
)

, payer as (
    select
        line.record_id
        , min(answer.landed_at) as at
    from {{ ref('core.answer') }} as answer
    inner join {{ ref('core.claim_answer') }} as spoken on answer.answer_id = spoken.answer_id
    inner join {{ ref('core.claim_line') }} as line on spoken.claim_id = line.claim_id
    where answer.verdict in ('rejected', 'denied') and answer.landed_at < :ends
    group by line.record_id
)

, found as (
    select
        cast(date_trunc('week', here.at at time zone :zone) as date) as week
        , true as is_ours
    from here
    where here.at >= :begins
    union all
    select
        cast(date_trunc('week', payer.at at time zone :zone) as date) as week
        , false as is_ours
    from payer
    where payer.at >= :begins
)

select
    found.week
    , count(*) filter (where found.is_ours) as found_here
    , count(*) filter (where not found.is_ours) as found_by_payer
    , round(count(*) filter (where found.is_ours) * 1.0 / count(*), 3) as share_found_here
from found
group by found.week
order by found.week
