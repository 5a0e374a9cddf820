-- filing_limit_near: Delivered visits not yet claimed come near their payer's filing limit.
-- owner: Billing manager
-- runbook: docs/runbooks/filing_limit_near.md
-- Fourteen days before for the list, seven for the day, three for the night, and for a week after.
with today as (
    select cast(cast(:now as timestamptz) at time zone :zone as date) as day
)

, limits as (
    select
        contract.payer_id
        , min(contract.filing_limit_days) as days
    from {{ ref('landing.payer_contract_now') }} as contract
    where contract.is_billed
    group by contract.payer_id
)

, near as (
    select
        visit.payer_id as name
        , visit.service_date + limits.days as last_day
        , entry.amount_cents
        , entry.since
    from limits
    cross join today
    inner join {{ ref('core.coordination_visit') }} as visit
        on
            limits.payer_id = visit.payer_id
            and visit.service_date
            between today.day - 7 - limits.days and today.day + 14 - limits.days
    inner join {{ ref('ledger.entry') }} as entry
        on visit.record_id = entry.record_id and entry.state in ('waiting', 'held')
)

{% include 'conditions/endings/last_day.sql' %}
