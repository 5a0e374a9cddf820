-- One row per line that draws on an authorization and nothing else speaks against: what it gets.
-- Key: record_id, line_no. Oldest first, one by one: what finds no room keeps its turn under the
-- cap that had none, so that no later visit overtakes it, and uses up nothing of the other caps.
with recursive draw as (
    select
        auth_draw.*
        , row_number() over (
            partition by auth_draw.auth_id
            order by
                auth_draw.service_date, auth_draw.start_at, auth_draw.record_id, auth_draw.line_no
        ) as turn
    from {{ ref('auth_draw') }} as auth_draw
    where not exists (
        select 1 from {{ ref('objection') }} as objection
        where objection.record_id = auth_draw.record_id
    )
)

, turn_taken as (
    select
        auth.auth_id
        , cast(0 as bigint) as turn
        , cast(null as text) as record_id
        , cast(null as integer) as line_no
        , cast(null as date) as service_date
        , cast(null as date) as week_start
        , cast(null as date) as month_start
        , cast(0 as numeric) as in_day
        , cast(0 as numeric) as in_week
        , cast(0 as numeric) as in_month
        , cast(0 as numeric) as in_total
        , cast(0 as numeric) as drawn_units
        , cast(0 as numeric) as granted
        , false as is_over_day
        , false as is_over_week
        , false as is_over_month
        , false as is_over_total
    from (select distinct draw.auth_id from draw) as auth
    union all
    select
        draw.auth_id
        , draw.turn
        , draw.record_id
        , draw.line_no
        , draw.service_date
        , draw.week_start
        , draw.month_start
        , held.in_day
        + case when short.of_day then draw.drawn_units else given.units end as in_day
        , held.in_week
        + case when short.of_week then draw.drawn_units else given.units end as in_week
        , held.in_month
        + case when short.of_month then draw.drawn_units else given.units end as in_month
        , taken.in_total
        + case when short.of_total then draw.drawn_units else given.units end as in_total
        , draw.drawn_units
        , given.units
        , short.of_day
        , short.of_week
        , short.of_month
        , short.of_total
    from turn_taken as taken
    inner join draw on taken.auth_id = draw.auth_id and draw.turn = taken.turn + 1
    left join lateral (
        select
            case when taken.service_date = draw.service_date then taken.in_day else 0 end as in_day
            , case when taken.week_start = draw.week_start then taken.in_week else 0 end as in_week
            , case when taken.month_start = draw.month_start then taken.in_month else 0 end
                as in_month
    ) as held on true
    left join lateral (
        select
            draw.cap_day - draw.used_in_day - held.in_day as day_room
            , draw.cap_week - draw.used_in_week - held.in_week as week_room
            , draw.cap_month - draw.used_in_month - held.in_month as month_room
            , draw.units_total - draw.used_in_total - taken.in_total as total_room
    ) as room on true
    left join lateral (
        select
            coalesce(draw.drawn_units > room.day_room, false) as of_day
            , coalesce(draw.drawn_units > room.week_room, false) as of_week
            , coalesce(draw.drawn_units > room.month_room, false) as of_month
            , draw.drawn_units > room.total_room as of_total
    ) as short on true
    left join lateral (
        select case
            when not (short.of_day or short.of_week or short.of_month or short.of_total)
                then draw.drawn_units
            when not draw.partial_units_pass then 0
            else greatest(0, floor(
                least(room.day_room, room.week_room, room.month_room, room.total_room)
            ))
        end as units
    ) as given on true
)

select
    draw.record_id
    , draw.line_no
    , turn_taken.granted as drawn_units
    -- of what is drawn for planned time, what was delivered is billed first
    , greatest(0, draw.units - turn_taken.granted) as units_over
    , turn_taken.is_over_day
    , turn_taken.is_over_week
    , turn_taken.is_over_month
    , turn_taken.is_over_total
    , turn_taken.granted = 0
    or (turn_taken.granted < turn_taken.drawn_units and not draw.partial_units_pass) as is_held
from turn_taken
inner join draw on turn_taken.auth_id = draw.auth_id and turn_taken.turn = draw.turn
