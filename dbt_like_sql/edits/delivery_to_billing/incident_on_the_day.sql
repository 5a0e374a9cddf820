-- RECON-DELIVERED-BILLED: An incident of that day is still open.
-- checkpoint: V13
-- class: UNRECONCILED
-- severity: HOLD
-- owner: Billing manager
-- due: 2 business days
-- clinical: Something happened to the client that day; say whether the visit was given as recorded.
-- billing: Billing a normal day over an open incident is what auditors look for.
-- next: The care coordinator closes the incident or approves that the visit stands as it is.
-- source: agency rule: planned, delivered and billed agree
select
    candidate.record_id
    , candidate.open_incidents as fact
from {{ ref('candidate') }} as candidate
where candidate.open_incidents is not null
