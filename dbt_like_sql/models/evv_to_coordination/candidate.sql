-- One row per visit that is up, with all that rules and readers need. Key: record_id.
select
    clocked.*
    , distance.distance_metres
    , coalesce(distance.is_place_missing, false) as is_place_missing
    , phone.record_id is not null as is_phone_unlinked
    , extra_call.beside_record_id
    , group_visit.client_count as group_size
    , schedule.service_code as planned_service_code
    , client.client_id is not null as is_client_known
    , clocked.has_own_member_id or client.medicaid_id is not null as has_member_id
    , caregiver.caregiver_id is not null as is_caregiver_known
    , schedule.start_at as planned_start_at
    , schedule.end_at as planned_end_at
    , term.is_payer_known
    , term.near_payer
    , coalesce(term.is_translated_unapproved, false) as is_translated_unapproved
    , coalesce(term.maps_to_payer_id, clocked.payer_id) as our_payer_id
    , coalesce(term.maps_to_program, clocked.payer_program) as our_program
    , coalesce(term.maps_to_service_code, clocked.service_code) as our_service_code
    , coalesce(term.maps_to_modifiers, clocked.modifiers) as our_modifiers
    , coalesce(term.is_billed, true) as is_billed
    , coalesce(term.max_visit_minutes, 1500) as max_visit_minutes
    , coalesce(term.schedule_tolerance_minutes, 15) as allowed_short_minutes
    , term.gps_limit_metres
    , coalesce(term.gps_is_held, true) as is_gps_held
    , coalesce(term.widened_time_is_held, true) as is_widened_held
    , coalesce(term.needs_service_auth, false) as needs_service_auth
    , coalesce(term.group_modifiers, '-') = '-'
    or string_to_array(term.group_modifiers, ';')
    && string_to_array(coalesce(term.maps_to_modifiers, clocked.modifiers), ';')
        as has_group_modifier
    , term.group_size_limit
    , term.travel_speed_limit_mph
    , term.manual_rate_limit_percent
    , term.manual_window_days
    , coalesce(term.live_in_allowed, false) as is_live_in_allowed
    , coalesce(term.needs_verified_visit, false) as needs_verified_visit
    , cast(floor(counted.seconds / 60) as bigint) as minutes
    , counted.submit_delay > make_interval(hours => coalesce(term.late_submit_hours, 24))
        as is_late_submit
    , clocked.effective_out_at <= :now as has_ended
    , counted.tasks_done
    , counted.tasks_refused
    , counted.tasks_missed
    , exists(
        select 1
        from {{ ref('role_right_now') }} as role_right
        where
            role_right.role = clocked.updated_by_role
            and role_right.right_code = 'visit_edit'
            and counted.changed_on >= role_right.valid_from
            and (role_right.valid_to is null or counted.changed_on <= role_right.valid_to)
    ) as has_visit_edit_right
    -- of a large pass only: one typed visit among two says nothing about the agency
    , case
        when count(*) over () >= 50 then avg(cast(clocked.is_manual as integer)) over () else 0
    end as manual_share
from {{ ref('clocked') }} as clocked
left join {{ ref('term') }} as term
    on
        clocked.payer_id = term.payer_id
        and clocked.payer_program = term.payer_program
        and coalesce(clocked.service_code, '-') = term.service_code
        and clocked.modifiers = term.modifiers
        and coalesce(clocked.service_date, date '0001-01-01') = term.service_date
left join {{ ref('client_now') }} as client on clocked.client_id = client.client_id
left join {{ ref('caregiver_now') }} as caregiver on clocked.caregiver_id = caregiver.caregiver_id
left join {{ ref('schedule_now') }} as schedule on clocked.schedule_id = schedule.schedule_id
left join {{ ref('distance') }} as distance on clocked.record_id = distance.record_id
left join {{ ref('phone') }} as phone on clocked.record_id = phone.record_id
left join {{ ref('extra_call') }} as extra_call on clocked.record_id = extra_call.record_id
left join {{ ref('group_visit') }} as group_visit on clocked.record_id = group_visit.record_id
cross join lateral (
    select
        extract(epoch from clocked.effective_out_at - clocked.effective_in_at) as seconds
        , clocked.source_updated_at - clocked.effective_out_at as submit_delay
        , cast(clocked.source_updated_at at time zone :zone as date) as changed_on
        , coalesce(regexp_count(clocked.tasks, '[:]done(;|$)'), 0) as tasks_done
        , coalesce(regexp_count(clocked.tasks, '[:]refused(;|$)'), 0) as tasks_refused
        , coalesce(regexp_count(clocked.tasks, '[:]not_done(;|$)'), 0) as tasks_missed
) as counted
