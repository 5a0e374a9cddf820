-- One row per visit that is up, with all that rules and targets need. Key: record_id.
with charged as (
    select
        line.record_id
        , sum(line.units) as units
        , sum(cast(round(line.units * line.rate_cents) as bigint)) as amount_cents
        , bool_and(line.contract_version is not null) as has_contract
        , bool_or(line.contract_version is not null and line.units is null) as is_rule_unknown
        , bool_and(line.is_mapping_approved) as is_mapping_approved
        , string_agg(
            distinct cast(line.contract_version as text), ', '
        ) filter (where not line.is_mapping_approved) as unapproved_versions
    from {{ ref('line') }} as line
    group by line.record_id
)

, authorized as (
    select
        line_auth.record_id
        , bool_and(line_auth.has_any) as has_any_auth
        , bool_or(line_auth.has_other) as has_other_auth
        , bool_and(line_auth.has_auth) as has_auth
        , bool_or(line_auth.is_other_providers) as is_other_providers_auth
    from {{ ref('line_auth') }} as line_auth
    group by line_auth.record_id
)

select
    delivered.*
    , charged.units
    , charged.amount_cents
    , coalesce(charged.has_contract, false) as has_contract
    , charged.is_rule_unknown
    , charged.is_mapping_approved
    , charged.unapproved_versions
    , case
        when delivered.contract_version is null then (
            select
                string_agg(
                    distinct terms.service_code || ' ' || translate(terms.modifiers, ';-', ' ')
                    , ' or '
                )
            from {{ ref('payer_contract_now') }} as terms
            where
                core.plain_word(terms.payer_id) = core.plain_word(delivered.payer_id)
                and core.plain_word(terms.payer_program)
                = core.plain_word(delivered.payer_program)
                and core.plain_word(terms.service_code) = core.plain_word(delivered.service_code)
                and core.modifier_set(terms.modifiers) = delivered.modifier_set
                and delivered.service_date
                between terms.valid_from and coalesce(terms.valid_to, 'infinity')
        )
    end as near_service
    , coalesce(
        standing.discipline <> all(string_to_array(delivered.disciplines, ';')), false
    ) as is_other_discipline
    , coded.unknown_codes
    , coded.is_place_unknown
    , authorized.has_any_auth
    , authorized.has_other_auth
    , authorized.has_auth
    , authorized.is_other_providers_auth
    , cover.is_eligible
    , cover.is_clients_payer
    , cover.has_member_id
    , cover.is_on_roster
    , cover.is_share_open
    , cover.roster_differs_in
    , cover.is_secondary
    , cover.has_primary_answer
    , cover.has_primary_amounts
    , cover.member_id_matches
    , standing.has_signed_note
    , standing.has_signed_order
    , standing.has_schedule
    , standing.planned_otherwise
    , standing.schedule_version
    , standing.discipline
    , standing.is_caregiver_eligible
    , standing.plan_version
    , papers.has_open_assessment
    , papers.is_plan_in_force
    , papers.has_locked_oasis
    , papers.has_unsent_oasis
    , papers.has_notice
    , papers.has_face_to_face
    , papers.client_signed_at
    , papers.duty_minutes
    , papers.is_task_missing
    , papers.supervised_on
    , papers.supervision_interval
    , papers.visit_of_week
    , papers.weekly_visits_most
    , papers.is_unlimited
    , standing.open_incidents
    , standing.coordination_state
    , standing.claimed_sequence_id
    , standing.is_replacing
    , case delivered.filing_anchor
        when 'service_through' then delivered.last_billed_date
        when 'primary_paid' then coalesce(cover.primary_paid_on, delivered.service_date)
        else delivered.service_date
    end + delivered.filing_limit_days as last_filing_date
    , overlap.is_caregiver_elsewhere
    , overlap.is_client_doubled
    , overlap.doubled_by
    , overlap.is_recorded_twice
from {{ ref('delivered') }} as delivered
left join charged on delivered.record_id = charged.record_id
left join authorized on delivered.record_id = authorized.record_id
inner join {{ ref('cover') }} as cover on delivered.record_id = cover.record_id
left join {{ ref('coded') }} as coded
    on
        delivered.service_code = coded.service_code
        and delivered.modifiers = coded.modifiers
        and delivered.place_of_service is not distinct from coded.place_of_service
        and delivered.service_date = coded.service_date
inner join {{ ref('standing') }} as standing on delivered.record_id = standing.record_id
inner join {{ ref('papers') }} as papers on delivered.record_id = papers.record_id
inner join {{ ref('overlap') }} as overlap on delivered.record_id = overlap.record_id
