-- One row per line with units, as it would be billed. Key: record_id, line_no.
with line as (
    select
        line.record_id
        , cast(row_number() over (
            partition by line.record_id order by line.line_no
        ) as integer) as line_no
        , delivered.client_id
        , delivered.caregiver_id
        , delivered.payer_id
        , delivered.payer_program
        , delivered.service_code
        , delivered.modifiers
        , line.service_date
        , line.counted_minutes as minutes
        , line.units - coalesce(auth_grant.units_over, 0) as units
        , coalesce(auth_grant.units_over, 0) as units_over
        , auth_grant.drawn_units
        , line.unit_rule
        , line.unit_rule_version
        , line.minutes_before
        , line.units_before
        , line.rate_cents
        , cast(round(
            (line.units - coalesce(auth_grant.units_over, 0)) * line.rate_cents
        ) as bigint) as charge_cents
        , line.contract_version
        , line.contract_valid_from
        , line_auth.auth_id
        , line_auth.auth_version
        , line_auth.auth_number
        , delivered.sequence_id as visit_sequence_id
        , standing.plan_version
    from {{ ref('line') }} as line
    inner join {{ ref('delivered') }} as delivered on line.record_id = delivered.record_id
    inner join {{ ref('standing') }} as standing on line.record_id = standing.record_id
    left join {{ ref('line_auth') }} as line_auth
        on line.record_id = line_auth.record_id and line.line_no = line_auth.line_no
    left join {{ ref('auth_grant') }} as auth_grant
        on line.record_id = auth_grant.record_id and line.line_no = auth_grant.line_no
    where line.units > coalesce(auth_grant.units_over, 0)
)

-- the name of exactly these facts: another fact, another name
select
    line.*
    , 'R' || upper(left(md5(concat_ws(
        '|', line.record_id, line.line_no, line.visit_sequence_id, line.service_date, line.minutes
        , line.units, line.charge_cents, line.contract_valid_from, line.contract_version
        , line.auth_id, line.auth_version
    )), 19)) as reconciliation_id
from line
