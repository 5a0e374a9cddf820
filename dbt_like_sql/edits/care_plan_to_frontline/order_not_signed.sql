-- DOC-ORDER-UNSIGNED: The plan change needs an order that is not signed.
-- checkpoint: C02
-- class: DOC_TIMING
-- severity: BLOCK
-- owner: Clinical supervisor
-- due: 7 days
-- clinical: Caregivers must not work by an order the physician has not signed; their lists stay
--   as they were.
-- billing: Orders must be signed and dated before the claim is sent.
-- next: Get the order signed and dated, and enter the date on the plan.
-- source: 42 CFR 484.60 and 424.22
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    candidate.order_required
    and candidate.order_signed_at is null
