-- One row per claim sent in this pass: its attempt and the numbers it goes under.
-- Key: claim_id, attempt_no.
select
    passed.claim_id
    , min(passed.attempt_no) as attempt_no
    , min(written.batch_no) as batch_no
    , min(written.set_control) as set_control
    , min(passed.frequency) as frequency
    , min(passed.payer_claim_number) as payer_claim_number
    , coalesce(min(asked.wish || ': ' || asked.because), 'first claim') as why
    , coalesce(min(asked.made_by), 'carehops') as made_by
from {{ ref('passed') }} as passed
inner join {{ ref('written_claim') }} as written on passed.claim_id = written.claim_id
left join {{ ref('asked') }} as asked on passed.record_id = asked.record_id
group by passed.claim_id
