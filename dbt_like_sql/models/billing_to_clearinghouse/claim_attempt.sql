-- One row per claim sent in this pass: its attempt and the numbers it goes under.
-- Key: claim_id, attempt_no.
select
    passed.claim_id
    , 1 as attempt_no
    , min(written.batch_no) as batch_no
    , min(written.set_control) as set_control
    , '1' as frequency
    , cast(null as text) as payer_claim_number
    , 'first claim' as why
    , 'carehops' as made_by
from {{ ref('passed') }} as passed
inner join {{ ref('written_claim') }} as written on passed.claim_id = written.claim_id
group by passed.claim_id
