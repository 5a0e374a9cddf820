-- One row per visit that is up, with the claim it would go on. Key: record_id.
select
    claimable.*
    , claim_part.batch_key
    , claim_part.claim_id
    , coalesce(client.diagnosis_code, claimable.dx_default) is not null as has_diagnosis
    , claimable.asked_wish = 'void' or exists (
        select 1
        from {{ ref('provider_enrolment_now') }} as enrolment
        where
            enrolment.payer_id = claimable.payer_id
            and enrolment.payer_program = claimable.payer_program
            and enrolment.taxonomy_code ~ '^[A-Z0-9]{9}X$'
            and enrolment.enrolled_from <= claimable.service_date
            and coalesce(enrolment.enrolled_to, 'infinity') >= claimable.service_date
    ) as is_enrolled
    , case when claimable.asked_wish = 'void' then 'moved' else billing.state end as billing_state
    , not claimable.is_overtaken as goes_out
from {{ ref('claimable') }} as claimable
inner join {{ ref('claim_part') }} as claim_part on claimable.record_id = claim_part.record_id
left join {{ ref('client_now') }} as client on claimable.client_id = client.client_id
left join {{ ref('entry') }} as billing
    on claimable.record_id = billing.record_id and billing.hop = 'delivery_to_billing'
