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
with here as (
    select
        entry.record_id
        , min(move.at) as at
    from {{ ref('ledger.transition') }} as move
    inner join {{ ref('ledger.entry') }} as entry on move.entry_id = entry.entry_id
    where move.to_state in ('held', 'rejected') and move.at < :ends
    group by entry.record_id
)

, payer as (
    select
        line.record_id
        , min(reply.landed_at) as at
    from {{ ref('landing.clearinghouse_reply_now') }} as reply
    inner join {{ ref('core.claim_line') }} as line on reply.refers_to = line.claim_id
    where
        reply.level = 'claim' and reply.outcome in ('rejected', 'denied')
        and reply.landed_at < :ends
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
