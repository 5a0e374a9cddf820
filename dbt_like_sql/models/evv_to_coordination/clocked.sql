-- One row per visit that is up: what its newest version says, on instants. Key: record_id.
with known_zone as (
    select known.name as zone_name
    from pg_timezone_names as known
)

select
    work.record_id
    , visit.source_system
    , visit.visit_id
    , visit.sequence_id
    , visit.client_id
    , visit.caregiver_id
    , visit.payer_id
    , visit.payer_program
    , visit.service_code
    , visit.schedule_id
    , visit.group_code
    , visit.location_type
    , visit.call_in_type
    , visit.time_zone
    , visit.tasks
    , coalesce(visit.concern_codes, '-') as concern_codes
    , visit.bill_minutes
    , visit.aggregator_status
    , visit.source_updated_at
    , visit.updated_by
    , visit.updated_by_role
    , effective.in_at as effective_in_at
    , effective.out_at as effective_out_at
    , visit.action = 'cancel' as is_cancelled
    , known_zone.zone_name is not null as is_zone_known
    , visit.client_medicaid_id is not null as has_own_member_id
    , coalesce('Manual' in (visit.call_in_type, visit.call_out_type), false)
    or visit.adjusted_in_at is not null
    or visit.adjusted_out_at is not null as is_manual
    , visit.change_reason_code is not null
    and coalesce(visit.change_attested, false) as is_change_reasoned
    , coalesce(visit.adjusted_in_at < visit.call_in_at, false)
    or coalesce(visit.adjusted_out_at > visit.call_out_at, false) as is_widened
    , coalesce(
        nullif(concat_ws(
            ';', visit.modifier1, visit.modifier2, visit.modifier3, visit.modifier4
        ), ''), '-'
    ) as modifiers
    , cast(effective.in_at at time zone coalesce(known_zone.zone_name, :zone) as date)
        as service_date
from {{ ref('work') }} as work
left join {{ ref('evv_visit_now') }} as visit
    on
        split_part(work.record_id, '/', 1) = visit.source_system
        and split_part(work.record_id, '/', 2) = visit.visit_id
left join known_zone on visit.time_zone = known_zone.zone_name
cross join lateral (
    select
        coalesce(visit.adjusted_in_at, visit.call_in_at) as in_at
        , coalesce(visit.adjusted_out_at, visit.call_out_at) as out_at
) as effective
