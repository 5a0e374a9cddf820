-- AUTH-PERIOD: Authorizations exist, but none covers the day of service.
-- checkpoint: V10
-- class: DATE_RANGE
-- severity: BLOCK
-- owner: Authorization specialist
-- due: 2 business days
-- clinical: The authorization ran out, or starts later; check whether visits should go on.
-- billing: The payer denies days outside the period or blacked out in it, even while units are
--   left.
-- next: Request an extension that covers the day, or load the renewal if it was granted.
-- source: payer authorization: period_from, period_to, blackout
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.has_any_auth and not candidate.has_auth
