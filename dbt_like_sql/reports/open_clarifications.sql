-- open_clarifications: Papers and authorizations that somebody was asked to clear up, by client.
-- reads: Billing manager, Clinical supervisor, Authorization specialist
-- owner: Billing manager
-- grain: one row per client with something open
-- unit: items and days
-- formula: reasons of open records about documents, authorizations or corrections; the index is
--   items times their age in days, added up
-- benchmark: none twice over a week
-- source: one delayed note, one unresolved authorization, one clarification compound
-- kept: daily, P3
-- columns: client_id = whose; items = open; kinds = classes of their reasons; visits = records that
--   stand still for them; oldest_at = since when the oldest is open; index_days = ages added up;
--   amount_cents = money of those records, where known
with item as (
    select
        entry.client_id
        , entry.entry_id
        , entry.amount_cents
        , reason.reason_class
        , reason.first_at
    from {{ ref('ledger.reason') }} as reason
    inner join {{ ref('ledger.entry') }} as entry on reason.entry_id = entry.entry_id
    where
        entry.state = 'held'
        and entry.client_id is not null
        and reason.severity <> 'WARN'
        and reason.approval_id is null
        and reason.first_at <= :at
        and (
            reason.reason_class in ('DOC_TIMING', 'AUTH_CHANGE_LATE', 'HIDDEN_CORRECTION')
            or reason.code ~ '^(DOC|AUTH)-'
        )
)

, record as (
    select
        item.client_id
        , item.entry_id
        , max(item.amount_cents) as amount_cents
    from item
    group by item.client_id, item.entry_id
)

, money as (
    select
        record.client_id
        , count(*) as visits
        , coalesce(sum(record.amount_cents), 0) as amount_cents
    from record
    group by record.client_id
)

select
    item.client_id
    , count(*) as items
    , array_agg(distinct item.reason_class order by item.reason_class) as kinds
    , min(money.visits) as visits
    , min(item.first_at) as oldest_at
    , round(sum(extract(epoch from :at - item.first_at)) / 86400, 1) as index_days
    , min(money.amount_cents) as amount_cents
from item
inner join money on item.client_id = money.client_id
group by item.client_id
order by index_days desc, item.client_id asc
