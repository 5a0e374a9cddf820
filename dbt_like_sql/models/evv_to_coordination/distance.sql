-- One row per visit clocked in by phone app at home that says no place, or one that can be held
-- against the home: metres from home, never the places.
-- Key: record_id.
with point as (
    select
        work.record_id
        , radians(cast(visit.call_in_latitude as double precision)) as visit_latitude
        , radians(cast(visit.call_in_longitude as double precision)) as visit_longitude
        , radians(cast(client.home_latitude as double precision)) as home_latitude
        , radians(cast(client.home_longitude as double precision)) as home_longitude
    from {{ ref('work') }} as work
    inner join {{ ref('evv_visit_now') }} as visit
        on
            split_part(work.record_id, '/', 1) = visit.source_system
            and split_part(work.record_id, '/', 2) = visit.visit_id
    inner join {{ ref('client_now') }} as client on visit.client_id = client.client_id
    where
        visit.location_type = 'home'
        and visit.call_in_type = 'Mobile'
)

, haversine as (
    select
        point.record_id
        , point.visit_latitude is null or point.visit_longitude is null as is_place_missing
        , power(sin((point.visit_latitude - point.home_latitude) / 2), 2)
        + cos(point.visit_latitude) * cos(point.home_latitude)
        * power(sin((point.visit_longitude - point.home_longitude) / 2), 2) as half_chord
    from point
)

select
    haversine.record_id
    , haversine.is_place_missing
    -- 6 371 km is the Earth's mean radius; least() keeps rounding out of asin's way
    , cast(
        round(2 * 6371000 * asin(sqrt(least(1, haversine.half_chord)))) as integer
    ) as distance_metres
from haversine
where
    haversine.half_chord is not null
    or haversine.is_place_missing
