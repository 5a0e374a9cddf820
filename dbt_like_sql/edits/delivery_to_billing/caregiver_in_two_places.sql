-- OVLP-CAREGIVER: The caregiver was with two clients at once.
-- checkpoint: V12
-- class: UNRECONCILED
-- severity: BLOCK
-- owner: Scheduler
-- due: 2 business days
-- clinical: Two visits of one caregiver overlap. One of the times, or of the people, is wrong.
-- billing: Both visits wait: a payer that sees both takes both back.
-- next: Find out who was where from the calls, and correct or cancel the wrong visit at its source.
-- source: payer audit rules: one person is in one place
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.is_caregiver_elsewhere
