-- One row per visit that is up and came in a file whose manifest states a window: whether it lies
-- inside by the day of service, and by the day it was changed. Key: record_id.
with stated as (
    select
        work.record_id
        , visit.source_updated_at
        , coalesce(visit.adjusted_in_at, visit.call_in_at) as start_at
        , file.manifest ->> 'window_from' as window_from
        , file.manifest ->> 'window_to' as window_to
    from {{ ref('work') }} as work
    inner join {{ ref('evv_visit_now') }} as visit
        on
            split_part(work.record_id, '/', 1) = visit.source_system
            and split_part(work.record_id, '/', 2) = visit.visit_id
    inner join {{ ref('file') }} as file on visit.file_id = file.file_id
    where
        file.manifest ? 'window_from'
        and file.manifest ? 'window_to'
)

-- what a sender writes there is read only if it is a day
, dated as (
    select
        stated.record_id
        , cast(stated.start_at at time zone :zone as date) as served_on
        , cast(stated.source_updated_at at time zone :zone as date) as changed_on
        , case
            when pg_input_is_valid(stated.window_from, 'date') then cast(stated.window_from as date)
        end as first_day
        , case
            when pg_input_is_valid(stated.window_to, 'date') then cast(stated.window_to as date)
        end as last_day
    from stated
)

select
    dated.record_id
    , dated.served_on between dated.first_day and dated.last_day as is_in_by_service
    , dated.changed_on between dated.first_day and dated.last_day as is_in_by_change
from dated
