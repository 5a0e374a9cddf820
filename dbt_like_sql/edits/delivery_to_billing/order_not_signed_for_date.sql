-- DOC-ORDER-UNSIGNED: No signed order covers the day of service.
-- checkpoint: V09
-- class: DOC_TIMING
-- severity: BLOCK
-- owner: Clinical supervisor
-- due: 3 business days
-- clinical: Care was given under an order that is unsigned, or ended before this day or began after
--   it.
-- billing: A claim sent before the order is signed and dated is not payable.
-- next: Get the order or recertification that covers this day signed and dated.
-- source: 42 CFR 424.22 and payer contract: needs_signed_order
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.needs_signed_order and not candidate.has_signed_order
