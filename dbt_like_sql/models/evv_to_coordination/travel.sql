-- One row per visit and trip of its caregiver to it or from it, by the places the phones said: how
-- far, in what time. Key: record_id, metres, seconds.
with stop as (
    select
        clocked.record_id
        , clocked.caregiver_id
        , clocked.effective_in_at as start_at
        , clocked.effective_out_at as end_at
    from {{ ref('clocked') }} as clocked
    where
        not clocked.is_cancelled
        and clocked.effective_out_at > clocked.effective_in_at
    union
    select
        visit.record_id
        , visit.caregiver_id
        , visit.start_at
        , visit.end_at
    from {{ ref('clocked') }} as clocked
    -- one look-up a visit, by caregiver and time: how many it finds is guessed far too high
    cross join
        lateral (
            select
                known.record_id
                , known.caregiver_id
                , known.start_at
                , known.end_at
            from {{ ref('coordination_visit') }} as known
            where
                known.caregiver_id = clocked.caregiver_id
                -- with more time than this, anybody gets anywhere
                and known.start_at > clocked.effective_in_at - interval '12 hours'
                and known.start_at < clocked.effective_out_at + interval '12 hours'
            order by known.start_at
            offset 0
        ) as visit
    where
        not clocked.is_cancelled
        and clocked.record_id <> visit.record_id
        and not exists (
            select 1
            from {{ ref('work') }} as work
            where work.record_id = visit.record_id
        )
)

, place as (
    select
        stop.record_id
        , stop.caregiver_id
        , stop.start_at
        , stop.end_at
        , radians(cast(visit.call_in_latitude as double precision)) as in_latitude
        , radians(cast(visit.call_in_longitude as double precision)) as in_longitude
        , radians(cast(visit.call_out_latitude as double precision)) as out_latitude
        , radians(cast(visit.call_out_longitude as double precision)) as out_longitude
    from stop
    -- one look-up a stop, by the key: how many there are is guessed far too high
    cross join lateral (
        select
            known.call_in_latitude
            , known.call_in_longitude
            , known.call_out_latitude
            , known.call_out_longitude
        from {{ ref('evv_visit_now') }} as known
        where
            split_part(stop.record_id, '/', 1) = known.source_system
            and split_part(stop.record_id, '/', 2) = known.visit_id
        order by known.visit_id
        limit 1
    ) as visit
)

, trip as (
    select
        place.record_id
        , place.start_at
        , place.in_latitude
        , place.in_longitude
        , lag(place.record_id) over following as from_record_id
        , lag(place.end_at) over following as from_at
        , lag(place.out_latitude) over following as from_latitude
        , lag(place.out_longitude) over following as from_longitude
    from place
    window following as (
        partition by place.caregiver_id order by place.start_at, place.record_id
    )
)

, measured as (
    select
        trip.record_id
        , trip.from_record_id
        , extract(epoch from trip.start_at - trip.from_at) as seconds
        , power(sin((trip.in_latitude - trip.from_latitude) / 2), 2)
        + cos(trip.in_latitude) * cos(trip.from_latitude)
        * power(sin((trip.in_longitude - trip.from_longitude) / 2), 2) as half_chord
    from trip
    where trip.start_at >= trip.from_at
)

select
    ends.record_id
    , 2 * 6371000 * asin(sqrt(least(1, measured.half_chord))) as metres
    , measured.seconds
from measured
cross join lateral (values (measured.record_id), (measured.from_record_id)) as ends (record_id)
where measured.half_chord is not null
