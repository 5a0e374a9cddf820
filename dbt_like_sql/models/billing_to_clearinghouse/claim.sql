-- One row per claim: those of this pass, and older ones as far as answers came. Key: claim_id.
select
    passed.claim_id
    , min(passed.client_id) as client_id
    , min(passed.payer_id) as payer_id
    , min(passed.payer_program) as payer_program
    , min(passed.auth_number) as auth_number
    , min(passed.service_week) as service_week
    , cast(sum(passed.amount_cents) as bigint) as total_cents
    , cast(sum(passed.line_count) as integer) as line_count
    , min(written.batch_no) as batch_no
    , min(written.set_control) as set_control
    , '1' as frequency
    , 'built' as rung
    , 'none' as reply_standing
from {{ ref('passed') }} as passed
inner join {{ ref('written_claim') }} as written on passed.claim_id = written.claim_id
group by passed.claim_id
union all
select
    claim.claim_id
    , claim.client_id
    , claim.payer_id
    , claim.payer_program
    , claim.auth_number
    , claim.service_week
    , claim.total_cents
    , claim.line_count
    , claim.batch_no
    , claim.set_control
    , claim.frequency
    , answer.rung
    , answer.reply_standing
from {{ ref('claim') }} as claim
inner join {{ ref('answer') }} as answer on claim.claim_id = answer.claim_id
