-- One row per line that would draw on an authorization, with what is used up before it.
-- Key: record_id, line_no. Used up are lines of visits that stand as moved, and lines on claims.
with draw as (
    select
        line_auth.record_id
        , line_auth.line_no
        , line_auth.auth_id
        , line_auth.units
        , line_auth.drawn_units
        , line_auth.partial_units_pass
        , line_auth.units_total
        , line_auth.cap_day
        , line_auth.cap_week
        , line_auth.cap_month
        , line_auth.service_date
        , core.week_start(line_auth.service_date, line_auth.week_starts_on) as week_start
        , cast(date_trunc('month', cast(line_auth.service_date as timestamp)) as date)
            as month_start
        , line_auth.week_starts_on
        , delivered.start_at
    from {{ ref('line_auth') }} as line_auth
    inner join {{ ref('delivered') }} as delivered on line_auth.record_id = delivered.record_id
    inner join {{ ref('standing') }} as standing on line_auth.record_id = standing.record_id
    where line_auth.auth_id is not null and standing.claimed_sequence_id is null
)

, touched as (
    select
        draw.auth_id
        , min(draw.week_starts_on) as week_starts_on
    from draw
    group by draw.auth_id
)

, used as (
    select
        touched.auth_id
        , billed.service_date
        , core.week_start(billed.service_date, touched.week_starts_on) as week_start
        , cast(date_trunc('month', cast(billed.service_date as timestamp)) as date) as month_start
        , sum(coalesce(billed.drawn_units, billed.units)) as units
    from touched
    inner join {{ ref('billable_line') }} as billed on touched.auth_id = billed.auth_id
    inner join {{ ref('entry') }} as entry
        on billed.record_id = entry.record_id and entry.hop = 'delivery_to_billing'
    where entry.state = 'moved' or billed.claim_id is not null
    group by touched.auth_id, billed.service_date, touched.week_starts_on
)

, used_in_week as (
    select
        used.auth_id
        , used.week_start
        , sum(used.units) as units
    from used
    group by used.auth_id, used.week_start
)

, used_in_month as (
    select
        used.auth_id
        , used.month_start
        , sum(used.units) as units
    from used
    group by used.auth_id, used.month_start
)

, used_up as (
    select
        used.auth_id
        , sum(used.units) as units
    from used
    group by used.auth_id
)

select
    draw.*
    , coalesce(used.units, 0) as used_in_day
    , coalesce(used_in_week.units, 0) as used_in_week
    , coalesce(used_in_month.units, 0) as used_in_month
    , coalesce(used_up.units, 0) as used_in_total
from draw
left join used on draw.auth_id = used.auth_id and draw.service_date = used.service_date
left join used_in_week
    on draw.auth_id = used_in_week.auth_id and draw.week_start = used_in_week.week_start
left join used_in_month
    on draw.auth_id = used_in_month.auth_id and draw.month_start = used_in_month.month_start
left join used_up on draw.auth_id = used_up.auth_id
