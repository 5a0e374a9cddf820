-- AUTH-OVER-TOTAL: The authorization's units are used up.
-- checkpoint: V12
-- class: UNRECONCILED
-- severity: BLOCK
-- owner: Authorization specialist
-- due: 2 business days
-- clinical: All care the payer agreed to has been given; ask whether the need has grown.
-- billing: The payer denies what is over. Older visits went first.
-- next: Request more units, or load the increase if it was granted.
-- source: payer authorization: units_total
select distinct auth_grant.record_id
from {{ ref('auth_grant') }} as auth_grant
where auth_grant.is_over_total and auth_grant.is_held
