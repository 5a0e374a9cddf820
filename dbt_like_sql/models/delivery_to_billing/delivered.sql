-- One row per visit that is up, with the terms that hold on its first day. Key: record_id.
select
    work.record_id
    , visit.sequence_id
    , visit.source_system
    , visit.visit_id
    , visit.client_id
    , visit.caregiver_id
    , visit.payer_id
    , visit.payer_program
    , visit.service_code
    , visit.modifiers
    , core.modifier_set(visit.modifiers) as modifier_set
    , visit.schedule_id
    , visit.group_code
    , coalesce(visit.location_type, 'home') as location_type
    , visit.start_at
    , visit.end_at
    , visit.minutes
    , visit.time_zone
    , visit.service_date
    , case
        -- a price per visit has no parts; a visit that ends at midnight leaves the next day alone
        when contract.splits_at_midnight and contract.unit_rule <> 'PER_VISIT'
            then cast(
                (visit.end_at - interval '1 microsecond') at time zone visit.time_zone as date
            )
        else visit.service_date
    end as last_billed_date
    , cast(:now at time zone :zone as date) as today
    , contract.valid_from as contract_valid_from
    , contract.contract_version
    , contract.is_billed
    , contract.needs_signed_note
    , contract.needs_signed_order
    , contract.needs_service_auth
    , contract.member_id_pattern
    , contract.filing_limit_days
    , contract.filing_anchor
    , contract.primary_first
    , contract.review_on
    , contract.disciplines
    , case
        when visit.location_type = 'community' then contract.place_of_service_community
        else contract.place_of_service
    end as place_of_service
    , contract.week_starts_on
    , contract.plan_review_days
    , contract.supervision_days_skilled
    , contract.supervision_days
    , contract.face_to_face_needed
    , contract.noa_needed
    , contract.oasis_needed
    , contract.client_signature_needed
    , contract.duties_needed
    , contract.duty_minutes_percent
    , visit.end_at + make_interval(hours => contract.note_due_hours) <= :now as is_note_due
from {{ ref('work') }} as work
left join {{ ref('coordination_visit') }} as visit on work.record_id = visit.record_id
left join lateral (
    select terms.*
    from {{ ref('payer_contract_now') }} as terms
    where
        terms.payer_id = visit.payer_id
        and terms.payer_program = visit.payer_program
        and terms.service_code = visit.service_code
        and terms.modifiers = visit.modifiers
        and visit.service_date between terms.valid_from and coalesce(terms.valid_to, 'infinity')
    order by terms.valid_from desc
    limit 1
) as contract on true
