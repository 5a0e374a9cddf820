-- CLM-CHARGE: The charge is not units times the rate in force.
-- checkpoint: V14
-- class: UNRECONCILED
-- severity: BLOCK
-- owner: Billing specialist
-- due: 1 business day
-- clinical: Nothing changes for care.
-- billing: The contract was corrected after the visit was priced; the payer would cut or query the
--   claim.
-- next: Run delivery_to_billing, which prices the visit again; if it stays, compare contract and
--   line.
-- source: payer contract: rate_cents
select candidate.record_id
from {{ ref('candidate') }} as candidate
where not candidate.is_priced_right
