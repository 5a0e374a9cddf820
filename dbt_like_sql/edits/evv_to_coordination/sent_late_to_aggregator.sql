-- EVV-LATE-SUBMIT: The visit was sent later after its end than the payer allows.
-- checkpoint: V06
-- class: DOC_TIMING
-- severity: WARN
-- owner: EVV coordinator
-- due: 2 business days
-- clinical: The record of this visit was completed late.
-- billing: States count late visits against the agency's EVV compliance.
-- next: Find out what delayed it: a phone without signal, a late correction, or the nightly
--   transfer.
-- source: Contract's late_submit_hours; state alternate-EVV rules say 24
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    not candidate.is_cancelled
    and candidate.is_late_submit
