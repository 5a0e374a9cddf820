-- DOC-SUPERVISION: The supervisory visit was overdue on the day of service.
-- checkpoint: V12
-- class: DOC_TIMING
-- severity: HOLD
-- owner: Clinical supervisor
-- due: 2 business days
-- clinical: Nobody has looked at the aide's work with this client for longer than allowed.
-- billing: Visits of an aide whose supervision is overdue may be taken back in an audit.
-- next: Make the supervisory visit; if it was made, enter its day in the clinical record.
-- source: 42 CFR 484.80 and payer contract: supervision_days, supervision_days_skilled
select
    candidate.record_id
    , 'last on ' || coalesce(cast(candidate.supervised_on as text), 'no day') as fact
from {{ ref('candidate') }} as candidate
where
    candidate.supervision_interval > 0
    and candidate.service_date
    > coalesce(candidate.supervised_on + candidate.supervision_interval, '-infinity')
