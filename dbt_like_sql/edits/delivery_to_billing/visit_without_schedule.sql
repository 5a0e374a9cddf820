-- EVV-NO-SCHEDULE: No planned visit stands behind this one.
-- checkpoint: V12
-- class: UNRECONCILED
-- severity: HOLD
-- owner: Scheduler
-- due: 2 business days
-- clinical: Care was given that nobody planned, or the plan was never linked to it.
-- billing: Delivered cannot be compared with planned; it goes on only with an approved exception.
-- next: Link the visit to its schedule at the source, or have the exception approved.
-- source: agency rule: planned, delivered and billed agree
select candidate.record_id
from {{ ref('candidate') }} as candidate
where not candidate.has_schedule
