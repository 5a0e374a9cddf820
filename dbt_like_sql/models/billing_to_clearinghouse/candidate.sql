-- One row per visit that is up, with the claim it would go on. Key: record_id.
select
    claimable.*
    , claim_part.batch_key
    , claim_part.claim_id
    , coalesce(client.diagnosis_code, claimable.dx_default) is not null as has_diagnosis
    , billing.state as billing_state
from {{ ref('claimable') }} as claimable
inner join {{ ref('claim_part') }} as claim_part on claimable.record_id = claim_part.record_id
left join {{ ref('client_now') }} as client on claimable.client_id = client.client_id
left join {{ ref('entry') }} as billing
    on claimable.record_id = billing.record_id and billing.hop = 'delivery_to_billing'
