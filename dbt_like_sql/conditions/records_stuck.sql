-- records_stuck: Records stand still past their clock, for one reason.
-- runbook: docs/runbooks/records_stuck.md
-- Nobody took them within the hop's own limit (no reason yet), or their due date is over. Work
-- that is late is for the list until it is late by the hop's own limit. Where one reason is the
-- work of several roles, whoever has most of it answers.
with pile as (
    select
        hop.name as subject
        , coalesce(entry.reason_code, '') as cause
        , case
            when entry.reason_code is null or min(entry.due_at) <= :now - hop.stuck_after
                then 'P2'
            else 'P3'
        end as severity
        , coalesce(entry.owner_role, hop.owner) as owner
        , coalesce(min(entry.due_at), min(entry.since) + hop.stuck_after) as since
        , count(*) as records
        , coalesce(min(entry.due_at), min(entry.since)) as oldest
        , sum(entry.amount_cents) as cents
    from {{ watched('hop') }} as hop
    inner join {{ ref('ledger.entry') }} as entry on hop.name = entry.hop
    where
        entry.state in ('waiting', 'held')
        and case
            when entry.reason_code is null then entry.since <= :now - hop.stuck_after
            else entry.due_at < :now
        end
    group by hop.name, hop.owner, hop.stuck_after, entry.reason_code, entry.owner_role
)

select
    pile.subject
    , pile.cause
    , min(pile.severity) as severity
    , (array_agg(pile.owner order by pile.records desc, pile.owner asc))[1] as owner
    , min(pile.since) as since
    , cast(sum(pile.records) as bigint) as count
    , min(pile.oldest) as oldest
    , sum(pile.cents) / 100.0 as money
from pile
group by pile.subject, pile.cause
