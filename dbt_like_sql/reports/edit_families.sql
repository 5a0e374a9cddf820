-- edit_families: What stands still by what a claim needs: six families, each told apart.
-- reads: Billing specialist, Clinical supervisor, Authorization specialist
-- owner: Billing specialist
-- grain: one row per family, those with nothing included
-- unit: records and cents
-- formula: reasons of open records that keep them, by the family of their code
-- source: completed signatures, frequencies, authorization, visit timing, codes, documents
-- columns: family = signatures, frequency, authorization, visit_times, codes, documents, other;
--   records = that stand still for it, also behind another reason; as_first = of them, for it
--   first; amount_cents = their money, where known; oldest_at = since when the oldest stands; found
--   = records it was found for in the window
with family as (
    select
        wanted.name
        , wanted.place
    from unnest(array[
        'signatures', 'frequency', 'authorization', 'visit_times', 'codes', 'documents', 'other'
    ]) with ordinality as wanted (name, place)
)

, told as (
    select
        known.code
        , case
            when known.code like 'DOC-NOTE-%' then 'signatures'
            when known.code like 'DOC-ORDER-%' then 'signatures'
            when known.code = 'DOC-CLIENT-SIGNATURE' then 'signatures'
            when known.code like 'DOC-%' then 'documents'
            when known.code like 'FREQ-%' then 'frequency'
            when known.code like 'AUTH-%' then 'authorization'
            when known.code ~ '^(EVV|OVLP|UNIT)-' then 'visit_times'
            when known.code ~ '^(CODE|MAP)-' then 'codes'
            else 'other'
        end as family
    from (
        select reason.code
        from {{ ref('ledger.reason') }} as reason
        union
        select reason.code
        from {{ ref('ledger.transition') }} as move
        inner join lateral unnest(move.reason_codes) as reason (code) on true
        where move.at >= :begins and move.at < :ends and move.to_state = 'held'
    ) as known
)

, standing as (
    select
        told.family
        , count(distinct entry.entry_id) as records
        , count(distinct entry.entry_id) filter (where entry.reason_code = reason.code) as as_first
        , min(reason.first_at) as oldest_at
    from {{ ref('ledger.reason') }} as reason
    inner join {{ ref('ledger.entry') }} as entry
        on reason.entry_id = entry.entry_id and entry.state in ('waiting', 'held')
    inner join told on reason.code = told.code
    where reason.severity <> 'WARN' and reason.approval_id is null
    group by told.family
)

, money as (
    select
        each.family
        , sum(each.amount_cents) as amount_cents
    from (
        select distinct
            told.family
            , entry.entry_id
            , entry.amount_cents
        from {{ ref('ledger.reason') }} as reason
        inner join {{ ref('ledger.entry') }} as entry
            on reason.entry_id = entry.entry_id and entry.state in ('waiting', 'held')
        inner join told on reason.code = told.code
        where reason.severity <> 'WARN' and reason.approval_id is null
    ) as each
    group by each.family
)

, seen as (
    select
        told.family
        , count(distinct move.entry_id) as found
    from {{ ref('ledger.transition') }} as move
    inner join lateral unnest(move.reason_codes) as reason (code) on true
    inner join told on reason.code = told.code
    where move.at >= :begins and move.at < :ends and move.to_state = 'held'
    group by told.family
)

select
    family.name as family
    , coalesce(standing.records, 0) as records
    , coalesce(standing.as_first, 0) as as_first
    , coalesce(money.amount_cents, 0) as amount_cents
    , standing.oldest_at
    , coalesce(seen.found, 0) as found
from family
left join standing on family.name = standing.family
left join money on family.name = money.family
left join seen on family.name = seen.family
order by family.place
