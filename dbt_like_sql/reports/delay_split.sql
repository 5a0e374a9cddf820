-- delay_split: Whether records waited in a queue, for somebody outside, or for somebody to mend.
-- reads: Compliance/QA lead, Data on-call, Billing manager
-- owner: Compliance/QA lead
-- grain: one row per hop
-- unit: hours within the window
-- formula: time between two entries of the ledger counts as the state it began with: waiting with
--   nothing against it is the queue, waiting with a reason is outside, held is mending
-- benchmark: delays often come from queues, not from what people entered; the share says which
-- source: where data gets stuck, monthly split
-- columns: hop = where; records = that stood still in the window; queue_hours = waiting for a pass;
--   outside_hours = waiting for an answer or a day; mending_hours = held until somebody mends it;
--   queue_share = queue_hours of all three
with touched as (
    select step.entry_id
    from {{ ref('ledger.transition') }} as step
    where step.at >= :begins and step.at < :ends
    union
    select entry.entry_id
    from {{ ref('ledger.entry') }} as entry
    where entry.state in ('waiting', 'held') and entry.received_at < :ends
)

, event as (
    select
        entry.entry_id
        , entry.hop
        , cast(0 as bigint) as place
        , entry.received_at as at
        , 'queue' as what
    from touched
    inner join {{ ref('ledger.entry') }} as entry on touched.entry_id = entry.entry_id
    union all
    select
        step.entry_id
        , entry.hop
        , step.transition_id as place
        , step.at
        , case
            when step.to_state = 'held' then 'mending'
            when step.to_state = 'waiting' and step.reason_codes = '{}' then 'queue'
            when step.to_state = 'waiting' then 'outside'
        end as what
    from touched
    inner join {{ ref('ledger.entry') }} as entry on touched.entry_id = entry.entry_id
    inner join {{ ref('ledger.transition') }} as step on touched.entry_id = step.entry_id
)

, spell as (
    select
        event.entry_id
        , event.hop
        , event.what
        , greatest(event.at, :begins) as began
        , least(
            coalesce(
                lead(event.at) over (partition by event.entry_id order by event.place), :at
            )
            , :at
        ) as ended
    from event
)

, counted as (
    select
        spell.hop
        , spell.entry_id
        , spell.what
        , extract(epoch from spell.ended - spell.began) / 3600 as hours
    from spell
    where spell.what is not null and spell.ended > spell.began
)

, summed as (
    select
        counted.hop
        , count(distinct counted.entry_id) as records
        , coalesce(sum(counted.hours) filter (where counted.what = 'queue'), 0) as queue_hours
        , coalesce(sum(counted.hours) filter (where counted.what = 'outside'), 0) as outside_hours
        , coalesce(sum(counted.hours) filter (where counted.what = 'mending'), 0) as mending_hours
        , sum(counted.hours) as hours
    from counted
    group by counted.hop
)

select
    summed.hop
    , summed.records
    , round(summed.queue_hours, 1) as queue_hours
    , round(summed.outside_hours, 1) as outside_hours
    , round(summed.mending_hours, 1) as mending_hours
    , round(summed.queue_hours / nullif(summed.hours, 0), 3) as queue_share
from summed
order by summed.hop
