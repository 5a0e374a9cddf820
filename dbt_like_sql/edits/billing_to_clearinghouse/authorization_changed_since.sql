-- AUTH-STALE-VERSION: The authorization has changed since the visit was reconciled with it.
-- checkpoint: V14
-- class: AUTH_CHANGE_LATE
-- severity: BLOCK
-- outcome: waiting
-- owner: Authorization specialist
-- due: 1 business day
-- clinical: The payer changed what it allows; whether this visit is still allowed is not known yet.
-- billing: A claim on the older version may be denied; the visit is reconciled again first.
-- next: Run delivery_to_billing; what still fits goes on by itself.
-- source: payer authorization: version at the time of the claim
select distinct line.record_id
from {{ ref('work') }} as work
inner join {{ ref('billable_line') }} as line
    on work.record_id = line.record_id and line.claim_id is null
inner join {{ ref('service_auth_now') }} as auth
    on line.auth_id = auth.auth_id and line.auth_version < auth.auth_version
