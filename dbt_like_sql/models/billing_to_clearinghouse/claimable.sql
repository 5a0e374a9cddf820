-- One row per visit that is up: its lines together, and whom they go to. Key: record_id.
with line as (
    select
        billed.*
        -- the visit as it stands in coordination now, its minutes dealt out to the lines in order
        , least(billed.minutes, greatest(0, visit.minutes - (
            sum(billed.minutes) over (partition by billed.record_id order by billed.line_no)
            - billed.minutes
        ))) as verified_minutes
        , visit.sequence_id as sequence_id_now
    from {{ ref('work') }} as work
    inner join {{ ref('billable_line') }} as billed on work.record_id = billed.record_id
    inner join {{ ref('coordination_visit') }} as visit on billed.record_id = visit.record_id
)

select
    work.record_id
    , min(line.client_id) as client_id
    , min(line.payer_id) as payer_id
    , min(line.payer_program) as payer_program
    , (array_agg(line.auth_number order by line.line_no))[1] as auth_number
    , min(line.service_date) as service_date
    , cast(date_trunc('week', min(line.service_date)) as date) as service_week
    , count(line.line_no) as line_count
    , cast(sum(line.charge_cents) as bigint) as amount_cents
    , min(asked.claim_id) as asked_claim_id
    , coalesce(min(asked.wish), '') as asked_wish
    , coalesce(bool_or(asked.is_overtaken), false) as is_overtaken
    , coalesce(bool_or(asked.is_released), false) as is_released
    , coalesce(min(asked.attempt_no), 1) as attempt_no
    , coalesce(min(asked.frequency), '1') as frequency
    , min(asked.payer_claim_number) as payer_claim_number
    , bool_or(line.claim_id is not null and asked.claim_id is null) as is_claimed
    , coalesce(
        bool_and(round(line.units * terms.rate_cents) = line.charge_cents), false
    ) or coalesce(min(asked.wish), '') = 'void' as is_priced_right
    , coalesce(bool_and(
        (line.unit_rule, line.unit_rule_version) = (terms.unit_rule, terms.unit_rule_version)
    ), false) or coalesce(min(asked.wish), '') = 'void' as is_counted_right
    , coalesce(sum(line.units + line.units_over) > sum(greatest(0, core.units_of(
        line.minutes_before + line.verified_minutes, line.unit_rule, line.unit_rule_version
    ) - line.units_before)), false)
    and coalesce(min(asked.wish), '') <> 'void' as is_over_verified
    , coalesce(bool_or(
        line.claim_id is not null and line.sequence_id_now > line.visit_sequence_id
        and asked.claim_id is null
    ), false) as is_changed_since_claim
    , min(terms.payer_name) as payer_name
    , min(terms.payer_edi_id) as payer_edi_id
    , min(terms.claim_filing_code) as claim_filing_code
    , min(terms.dx_default) as dx_default
    , min(
        case
            when visit.location_type = 'community' then terms.place_of_service_community
            else terms.place_of_service
        end
    ) as place_of_service
from {{ ref('work') }} as work
left join line on work.record_id = line.record_id
-- a void says once more what was said, whatever became of the visit since
left join {{ ref('asked') }} as asked on work.record_id = asked.record_id
left join {{ ref('coordination_visit') }} as visit on work.record_id = visit.record_id
left join {{ ref('payer_contract_now') }} as terms
    on
        line.payer_id = terms.payer_id
        and line.payer_program = terms.payer_program
        and line.service_code = terms.service_code
        and line.modifiers = terms.modifiers
        and line.contract_valid_from = terms.valid_from
group by work.record_id
