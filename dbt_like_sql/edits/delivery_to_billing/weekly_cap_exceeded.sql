-- AUTH-OVER-WEEK: The authorization's units for the week are used up.
-- checkpoint: V12
-- class: UNRECONCILED
-- severity: BLOCK
-- owner: Authorization specialist
-- due: 2 business days
-- clinical: More care was given this week than the payer allows; check the plan's frequency.
-- billing: The payer cuts or denies what is over the cap. Older visits of the week went first.
-- next: Ask for more units for the week, or move care within what is allowed.
-- source: payer authorization: cap_week, week_starts_on
select distinct auth_grant.record_id
from {{ ref('auth_grant') }} as auth_grant
where auth_grant.is_over_week and auth_grant.is_held
