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
    , contract.needs_verified_visit
    , contract.visit_maintenance_days
    , exists(
        select 1
        from {{ ref('payer_contract_now') }} as any_contract
        where
            any_contract.payer_id = wanted.payer_id
            and any_contract.payer_program = wanted.payer_program
    ) as is_payer_known
from wanted
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
