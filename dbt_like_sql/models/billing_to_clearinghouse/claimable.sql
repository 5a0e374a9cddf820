-- One row per visit that is up: its lines together, and whom they go to. Key: record_id.
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
    , bool_or(line.claim_id is not null) as is_claimed
    , coalesce(
        bool_and(round(line.units * terms.rate_cents) = line.charge_cents), false
    ) as is_priced_right
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
left join {{ ref('billable_line') }} as line on work.record_id = line.record_id
left join {{ ref('coordination_visit') }} as visit on work.record_id = visit.record_id
left join {{ ref('payer_contract_now') }} as terms
    on
        line.payer_id = terms.payer_id
        and line.payer_program = terms.payer_program
        and line.service_code = terms.service_code
        and line.modifiers = terms.modifiers
        and line.contract_valid_from = terms.valid_from
group by work.record_id
