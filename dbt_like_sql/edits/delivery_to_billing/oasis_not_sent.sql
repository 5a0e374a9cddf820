-- DOC-OASIS-UNSENT: The OASIS assessment was not accepted within 30 days of its completion.
-- checkpoint: V13
-- class: DOC_TIMING
-- severity: WARN
-- owner: Compliance/QA lead
-- due: 1 business day
-- clinical: None; the assessment itself is there.
-- billing: A payer that matches claims with assessments denies the claim until it is accepted.
-- next: Transmit the assessment, and enter when it was accepted.
-- source: 42 CFR 484.45: transmitted within 30 days of completion
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.oasis_needed and candidate.has_unsent_oasis
