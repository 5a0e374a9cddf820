-- AUTH-PARTIAL: The authorization has room for only a part of the visit's units.
-- checkpoint: V12
-- class: UNRECONCILED
-- severity: WARN
-- owner: Authorization specialist
-- due: 5 business days
-- clinical: More care was given than the payer allows; check the plan's frequency.
-- billing: What fits is billed; the units over are kept with the line and not billed.
-- next: Ask for more units; a higher cap bills the rest as long as the visit is on no claim.
-- source: payer contract: partial_units_pass
select distinct auth_grant.record_id
from {{ ref('auth_grant') }} as auth_grant
where auth_grant.units_over > 0 and not auth_grant.is_held
