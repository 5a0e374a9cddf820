-- One row per priced line of a visit that passed. Key: record_id, line_no.
select priced.*
from {{ ref('priced') }} as priced
inner join {{ ref('passed') }} as passed on priced.record_id = passed.record_id
where passed.claimed_sequence_id is null
-- what is on a claim stays word for word what the claim said
union all
select
    billed.record_id
    , billed.line_no
    , billed.client_id
    , billed.caregiver_id
    , billed.payer_id
    , billed.payer_program
    , billed.service_code
    , billed.modifiers
    , billed.service_date
    , billed.minutes
    , billed.units
    , billed.units_over
    , billed.drawn_units
    , billed.unit_rule
    , billed.unit_rule_version
    , billed.minutes_before
    , billed.units_before
    , billed.rate_cents
    , billed.charge_cents
    , billed.contract_version
    , billed.contract_valid_from
    , billed.auth_id
    , billed.auth_version
    , billed.auth_number
    , billed.visit_sequence_id
    , billed.plan_version
    , billed.reconciliation_id
from {{ ref('billable_line') }} as billed
inner join {{ ref('passed') }} as passed on billed.record_id = passed.record_id
where passed.claimed_sequence_id is not null
