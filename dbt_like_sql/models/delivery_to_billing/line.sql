-- One row per line of a visit that is up, under the terms of its own date. Key: record_id, line_no.
-- Minutes in are minutes_before + counted_minutes, units out are what these come to less
-- units_before. Where a rule counts a day's or a month's visits together, what stands already comes
-- first, then visits of this pass in order of time; those held until now come last, so that nobody
-- counts on them.
with doubted as (
    select distinct work.record_id
    from {{ ref('work') }} as work
    inner join {{ ref('reason') }} as known on work.entry_id = known.entry_id
    where known.severity <> 'WARN' and known.code not in ('UNIT-ZERO', 'UNIT-CARRY-WAITS')
)

, line as (
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
        , contract.unit_rule_version
        , contract.rate_cents
        , contract.partial_units_pass
        , contract.allocation
        , contract.week_starts_on as contract_week_starts_on
        , core.unit_span(contract.unit_rule) as unit_span
        , case core.unit_span(contract.unit_rule)
            when 'month' then delivered.caregiver_id
        end as span_caregiver_id
        , cast(date_trunc(
            coalesce(core.unit_span(contract.unit_rule), 'day')
            , cast(dated.service_date as timestamp)
        ) as date) as span_from
        , case
            when delivered.minutes >= contract.per_visit_minimum_minutes then dated.minutes else 0
        end as counted_minutes
        , standing.claimed_sequence_id is not null as is_claimed
        , doubted.record_id is not null as is_in_doubt
        , contract.mapping is null
        or exists (
            select 1
            from {{ ref('mapping_approval_now') }} as approval
            where
                approval.payer_id = contract.maps_to_payer_id
                and approval.contract_version = contract.contract_version
                and approval.mapping = contract.mapping
                and approval.approved_by <> contract.updated_by
        ) as is_mapping_approved
    from {{ ref('dated') }} as dated
    inner join {{ ref('delivered') }} as delivered on dated.record_id = delivered.record_id
    inner join {{ ref('standing') }} as standing on dated.record_id = standing.record_id
    left join doubted on dated.record_id = doubted.record_id
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

, chained as (
    select
        line.*
        , cast(row_number() over earlier as integer) as place_in_span
        , cast(
            coalesce(stands.minutes, 0) + sum(line.counted_minutes) over earlier
            - line.counted_minutes as integer
        ) as minutes_ahead
        , coalesce(stands.units, 0) as units_standing
    from line
    left join lateral (
        select
            sum(billed.minutes) as minutes
            , sum(billed.units + billed.units_over) as units
        from {{ ref('billable_line') }} as billed
        inner join {{ ref('entry') }} as entry
            on billed.record_id = entry.record_id and entry.hop = 'delivery_to_billing'
        where
            line.unit_span is not null
            and billed.client_id = line.client_id
            and billed.service_date >= line.span_from
            and billed.service_date < line.span_from + cast('1 ' || line.unit_span as interval)
            and billed.payer_id = line.payer_id
            and billed.payer_program = line.payer_program
            and billed.service_code = line.service_code
            and billed.modifiers = line.modifiers
            and billed.caregiver_id = coalesce(line.span_caregiver_id, billed.caregiver_id)
            and billed.unit_rule = line.unit_rule
            and billed.unit_rule_version = line.unit_rule_version
            and billed.record_id <> line.record_id
            -- a visit that is up itself is asked with the others
            and (entry.state = 'moved' or billed.claim_id is not null)
    ) as stands on true
    window earlier as (
        partition by
            line.client_id, line.payer_id, line.payer_program, line.service_code, line.modifiers
            , line.unit_rule, line.unit_rule_version, line.span_caregiver_id, line.span_from
            , line.is_claimed, case when line.unit_span is null then line.record_id end
        order by line.is_in_doubt, line.start_at, line.record_id, line.line_no
    )
)

, counted as (
    select
        chained.record_id
        , chained.line_no
        , case
            when chained.unit_span is null then 0
            else coalesce(billed.minutes_before, chained.minutes_ahead)
        end as minutes_before
        , case
            when chained.unit_span is null then 0
            else coalesce(billed.units_before, greatest(
                chained.units_standing
                , core.units_of(
                    chained.minutes_ahead, chained.unit_rule, chained.unit_rule_version
                )
            ))
        end as units_before
    from chained
    -- what is on a claim stays as the claim counted it
    left join {{ ref('billable_line') }} as billed
        on
            chained.record_id = billed.record_id
            and chained.service_date = billed.service_date
            and chained.is_claimed
)

select
    line.*
    , counted.minutes_before
    , counted.units_before
    -- none, where the terms name a rule nobody here can count by
    , case when reached.units is not null then greatest(0, reached.units - counted.units_before) end
        as units
from chained as line
inner join counted on line.record_id = counted.record_id and line.line_no = counted.line_no
cross join lateral (
    select core.units_of(
        counted.minutes_before + line.counted_minutes, line.unit_rule, line.unit_rule_version
    ) as units
) as reached
