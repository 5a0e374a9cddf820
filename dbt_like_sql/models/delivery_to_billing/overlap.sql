-- One row per visit that is up: which visits run beside it. Key: record_id.
-- Times are half-open: 11:00 to 12:00 does not meet 10:00 to 11:00. No visit is longer than 25
-- hours, so neighbours are looked up by their start: cost follows who is up, not history.
with standing_visit as not materialized (
    select visit.*
    from {{ ref('coordination_visit') }} as visit
    where not exists (
        select 1
        from {{ ref('entry') }} as entry
        where
            entry.record_id = visit.record_id
            and entry.hop in ('evv_to_coordination', 'delivery_to_billing')
            and entry.state in ('cancelled', 'rejected')
    )
)

select
    delivered.record_id
    , coalesce(of_caregiver.is_elsewhere, false) as is_caregiver_elsewhere
    , coalesce(of_client.is_doubled, false) as is_client_doubled
    , of_client.doubled_by
    , coalesce(of_client.is_recorded_twice, false) as is_recorded_twice
from {{ ref('delivered') }} as delivered
left join lateral (
    select bool_or(true) as is_elsewhere
    from standing_visit as other
    where
        other.caregiver_id = delivered.caregiver_id
        and other.client_id <> delivered.client_id
        and other.start_at > delivered.start_at - interval '25 hours'
        and other.start_at < delivered.end_at
        and other.end_at > delivered.start_at
        -- a group visit is one caregiver with several clients on purpose
        and (other.group_code = delivered.group_code) is not true
) as of_caregiver on true
left join lateral (
    select
        bool_or(other.caregiver_id <> delivered.caregiver_id) as is_doubled
        , string_agg(
            other.record_id || ' version ' || other.sequence_id, ', ' order by other.record_id
        ) filter (where other.caregiver_id <> delivered.caregiver_id) as doubled_by
        , bool_or(other.caregiver_id = delivered.caregiver_id) as is_recorded_twice
    from standing_visit as other
    where
        other.client_id = delivered.client_id
        and other.record_id <> delivered.record_id
        and other.service_code = delivered.service_code
        and other.start_at > delivered.start_at - interval '25 hours'
        and other.start_at < delivered.end_at
        and other.end_at > delivered.start_at
) as of_client on true
