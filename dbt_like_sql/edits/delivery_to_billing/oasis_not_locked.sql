-- DOC-OASIS-OPEN: No locked OASIS assessment covers the day of service.
-- checkpoint: V09
-- class: DOC_TIMING
-- severity: BLOCK
-- owner: Clinical supervisor
-- due: 3 business days
-- clinical: The assessment is missing or may still be changed.
-- billing: The payment group is taken from the locked assessment; without it nothing can be billed.
-- next: Complete the OASIS assessment that covers this day, and lock it.
-- source: 42 CFR 484.45 and payer contract: oasis_needed
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.oasis_needed and candidate.has_locked_oasis is not true
