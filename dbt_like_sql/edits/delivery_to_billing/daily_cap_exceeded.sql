-- AUTH-OVER-DAY: The authorization's units for the day are used up.
-- checkpoint: V12
-- class: UNRECONCILED
-- severity: BLOCK
-- owner: Authorization specialist
-- due: 2 business days
-- clinical: More care was given that day than the payer allows; check what the plan asks for.
-- billing: The payer cuts or denies what is over the cap. Earlier visits of the day went first.
-- next: Ask for more units for the day, or plan care over more days.
-- source: payer authorization: cap_day
select distinct auth_grant.record_id
from {{ ref('auth_grant') }} as auth_grant
where auth_grant.is_over_day and auth_grant.is_held
