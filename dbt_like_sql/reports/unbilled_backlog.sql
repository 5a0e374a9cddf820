-- unbilled_backlog: Delivered visits that are on no claim after three business days, and why.
-- reads: Billing manager, Billing specialist, Clinical supervisor
-- owner: Billing manager
-- grain: one row per hop and first reason
-- unit: visits and cents
-- formula: visits whose day is more than three business days back and that are on no claim; what is
--   excluded or cancelled is not to be billed
-- benchmark: none older than 14 days
-- source: billing backlogs agencies do not recognize
-- kept: daily, P2
-- columns: hop = where they stand; reason_code = why, null while nothing objects; owner_role =
--   whose turn it is; visits = how many; cents = their charges, where known; oldest_service_date =
--   the first of them; over_14_days = how many are older
with limits as (
    select
        today.day as today
        , coalesce(
            (
                select max(earlier.day)
                from {{ ref('ops.calendar_day') }} as earlier
                where earlier.is_business and earlier.business_no <= today.business_no - 3
            )
            , today.day - 5
        ) as last_day
    from {{ ref('ops.calendar_day') }} as today
    where today.day = cast(cast(:at as timestamptz) at time zone :zone as date)
)

, late as (
    select
        visit.record_id
        , visit.service_date
        , limits.today
    from limits
    inner join {{ ref('core.coordination_visit') }} as visit on limits.last_day > visit.service_date
    where
        (cast(:payer as text) is null or visit.payer_id = :payer)
        and not exists (
            select 1 from {{ ref('core.claim_line') }} as line
            where line.record_id = visit.record_id
        )
)

, standing as (
    select distinct on (late.record_id)
        late.record_id
        , late.service_date
        , late.today
        , entry.hop
        , entry.state
        , entry.reason_code
        , entry.owner_role
        , entry.amount_cents
    from late
    inner join {{ ref('ledger.entry') }} as entry on late.record_id = entry.record_id
    order by late.record_id asc, entry.entry_id desc
)

select
    standing.hop
    , standing.reason_code
    , standing.owner_role
    , count(*) as visits
    , coalesce(sum(standing.amount_cents), 0) as cents
    , min(standing.service_date) as oldest_service_date
    , count(*) filter (where standing.today - standing.service_date > 14) as over_14_days
from standing
where standing.state not in ('excluded', 'cancelled')
group by standing.hop, standing.reason_code, standing.owner_role
order by count(*) desc, standing.hop asc, standing.reason_code asc
