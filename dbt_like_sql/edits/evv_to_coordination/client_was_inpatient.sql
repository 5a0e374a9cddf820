-- OVLP-INPATIENT: The client was in hospital or a nursing facility on that day.
-- checkpoint: V05
-- class: UNRECONCILED
-- severity: BLOCK
-- owner: Care coordinator
-- due: 2 business days
-- clinical: Care at home was clocked between the day of admission and the day of discharge.
-- billing: Payers take back every visit inside a stay they paid a facility for.
-- next: Ask where the client was; correct the stay or cancel the visit.
-- source: Payers' audits against facility claims; days of admission and discharge are left alone
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    not candidate.is_cancelled
    and exists (
        select 1
        from {{ ref('inpatient_stay_now') }} as stay
        where
            stay.client_id = candidate.client_id
            and not stay.is_void
            and stay.admitted_on < candidate.service_date
            and coalesce(stay.discharged_on, 'infinity') > candidate.service_date
    )
