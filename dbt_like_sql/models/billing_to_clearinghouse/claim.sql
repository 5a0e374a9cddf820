-- One row per claim sent in this pass, as of this attempt. Key: claim_id.
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
    , min(passed.attempt_no) as attempt_no
    , min(passed.frequency) as frequency
    , 'built' as rung
    , 'none' as reply_standing
    , cast(null as text) as standing_rung
from {{ ref('passed') }} as passed
inner join {{ ref('written_claim') }} as written on passed.claim_id = written.claim_id
group by passed.claim_id
