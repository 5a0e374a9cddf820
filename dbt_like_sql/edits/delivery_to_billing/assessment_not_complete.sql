-- DOC-ASSESS-INCOMPLETE: The client's assessment for that day is not complete.
-- checkpoint: V09
-- class: DOC_TIMING
-- severity: BLOCK
-- owner: Clinical supervisor
-- due: 3 business days
-- clinical: Care goes on without a finished picture of what the client needs.
-- billing: The plan that justifies the visit rests on the assessment; the visit waits for it.
-- next: Have the assessor complete the assessment in the clinical record.
-- source: 42 CFR 484.55 and 42 CFR 441.540, the plan follows from an assessment
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.has_open_assessment
