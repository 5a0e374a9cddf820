-- AUTH-OVER-MONTH: The authorization's units for the month are used up.
-- checkpoint: V12
-- class: UNRECONCILED
-- severity: BLOCK
-- owner: Authorization specialist
-- due: 2 business days
-- clinical: More care was given this month than the payer allows; check the plan's frequency.
-- billing: The payer cuts or denies what is over the cap. Older visits of the month went first.
-- next: Ask for more units for the month, or move care within what is allowed.
-- source: payer authorization: cap_month
select distinct auth_grant.record_id
from {{ ref('auth_grant') }} as auth_grant
where auth_grant.is_over_month and auth_grant.is_held
