-- One row per kind of visit that is up: the payer's terms on its day. Key: all but the terms.
with wanted as (
    select distinct
        clocked.payer_id
        , clocked.payer_program
        , coalesce(clocked.service_code, '-') as service_code
        , clocked.modifiers
        , coalesce(clocked.service_date, date '0001-01-01') as service_date
    from {{ ref('clocked') }} as clocked
)

select
    wanted.payer_id
    , wanted.payer_program
    , wanted.service_code
    , wanted.modifiers
    , wanted.service_date
    , contract.is_billed
    , contract.max_visit_minutes
    , contract.schedule_tolerance_minutes
    , contract.gps_limit_metres
    , contract.gps_is_held
    , contract.widened_time_is_held
    , contract.needs_service_auth
    , contract.group_modifiers
    , contract.group_size_limit
    , contract.live_in_allowed
    , contract.manual_rate_limit_percent
    , contract.manual_window_days
    , contract.late_submit_hours
    , contract.travel_speed_limit_mph
    , contract.needs_verified_visit
    , contract.visit_maintenance_days
    , contract.maps_to_payer_id
    , contract.maps_to_program
    , contract.maps_to_service_code
    , contract.maps_to_modifiers
    -- words that stand for others only do so once somebody has approved it
    , coalesce(
        contract.mapping is not null
        and (
            contract.maps_to_payer_id, contract.maps_to_program
            , contract.maps_to_service_code, contract.maps_to_modifiers
        ) <> (wanted.payer_id, wanted.payer_program, wanted.service_code, wanted.modifiers)
        and not exists (
            select 1
            from {{ ref('mapping_approval_now') }} as approval
            where
                approval.payer_id = contract.maps_to_payer_id
                and approval.contract_version = contract.contract_version
                and approval.mapping = contract.mapping
                and approval.approved_by <> contract.updated_by
        )
        , false
    ) as is_translated_unapproved
    , known.is_payer_known
    , case
        when not known.is_payer_known then (
            select
                string_agg(
                    distinct near.payer_id || ' ' || near.payer_program, ' or '
                    order by near.payer_id || ' ' || near.payer_program
                )
            from {{ ref('payer_contract_now') }} as near
            where
                core.plain_word(near.payer_id) = core.plain_word(wanted.payer_id)
                and core.plain_word(near.payer_program) = core.plain_word(wanted.payer_program)
                and (near.payer_id, near.payer_program)
                <> (wanted.payer_id, wanted.payer_program)
        )
    end as near_payer
from wanted
cross join
    lateral (
        select
            exists(
                select 1
                from {{ ref('payer_contract_now') }} as any_contract
                where
                    any_contract.payer_id = wanted.payer_id
                    and any_contract.payer_program = wanted.payer_program
                    -- a visit without a start is asked whether its payer was ever known
                    and (
                        wanted.service_date = date '0001-01-01'
                        or wanted.service_date between any_contract.valid_from
                        and coalesce(any_contract.valid_to, 'infinity')
                    )
            ) as is_payer_known
    ) as known
-- one row of terms even if two overlap: the newer one rules, as it does when units are priced
left join lateral (
    select valid.*
    from {{ ref('payer_contract_now') }} as valid
    where
        valid.payer_id = wanted.payer_id
        and valid.payer_program = wanted.payer_program
        and valid.service_code = wanted.service_code
        and valid.modifiers = wanted.modifiers
        and valid.valid_from <= wanted.service_date
        and (valid.valid_to is null or valid.valid_to >= wanted.service_date)
    order by valid.valid_from desc
    limit 1
) as contract on true
