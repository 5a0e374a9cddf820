-- One row per visit that is up and date it is billed under. Key: record_id, line_no.
with day as (
    select
        delivered.record_id
        , cast(touched.day as date) as service_date
        , delivered.start_at
        , delivered.minutes as visit_minutes
        , delivered.time_zone
        , count(*) over (partition by delivered.record_id) as line_count
        , row_number() over (partition by delivered.record_id order by touched.day) as line_no
    from {{ ref('delivered') }} as delivered
    cross join lateral generate_series(
        cast(delivered.service_date as timestamp)
        , cast(delivered.last_billed_date as timestamp)
        , interval '1 day'
    ) as touched (day)
)

, counted as (
    select
        day.*
        -- on instants, from the start: the parts of a night add up to the night, also when the
        -- clock changes in it
        , case
            when day.line_no = day.line_count then day.visit_minutes
            else cast(floor(extract(
                epoch from cast(day.service_date + 1 as timestamp) at time zone day.time_zone
                - day.start_at
            ) / 60) as integer)
        end as minutes_so_far
    from day
)

select
    counted.record_id
    , cast(counted.line_no as integer) as line_no
    , counted.service_date
    , counted.minutes_so_far
    - lag(counted.minutes_so_far, 1, 0) over (
        partition by counted.record_id order by counted.line_no
    ) as minutes
from counted
