-- One row per line of a visit that is up, under the terms of its own date. Key: record_id, line_no.
with line as (
    select
        dated.*
        , delivered.start_at
        , delivered.client_id
        , delivered.payer_id
        , delivered.payer_program
        , delivered.service_code
        , delivered.modifiers
        , contract.valid_from as contract_valid_from
        , contract.contract_version
        , contract.unit_rule
        , contract.rate_cents
        , row_number() over (
            partition by
                delivered.client_id, delivered.payer_id, delivered.payer_program
                , delivered.service_code, delivered.modifiers, dated.service_date
            order by delivered.start_at, dated.record_id
        ) as place_in_day
        , exists(
            select 1
            from {{ ref('billable_line') }} as billed
            inner join {{ ref('entry') }} as entry
                on billed.record_id = entry.record_id and entry.hop = 'delivery_to_billing'
            where
                contract.unit_rule = 'PER_DIEM'
                and billed.client_id = delivered.client_id
                and billed.service_date = dated.service_date
                and billed.payer_id = delivered.payer_id
                and billed.payer_program = delivered.payer_program
                and billed.service_code = delivered.service_code
                and billed.modifiers = delivered.modifiers
                and billed.record_id <> dated.record_id
                -- a visit that is up itself is asked with the others, below
                and (entry.state = 'moved' or billed.claim_id is not null)
        ) as is_day_taken
    from {{ ref('dated') }} as dated
    inner join {{ ref('delivered') }} as delivered on dated.record_id = delivered.record_id
    left join lateral (
        select terms.*
        from {{ ref('payer_contract_now') }} as terms
        where
            terms.payer_id = delivered.payer_id
            and terms.payer_program = delivered.payer_program
            and terms.service_code = delivered.service_code
            and terms.modifiers = delivered.modifiers
            and dated.service_date between terms.valid_from and coalesce(terms.valid_to, 'infinity')
        order by terms.valid_from desc
        limit 1
    ) as contract on true
)

select
    line.*
    , case
        when line.unit_rule = 'PER_DIEM' and (line.is_day_taken or line.place_in_day > 1) then 0
        else core.units_of(line.minutes, line.unit_rule)
    end as units
from line
