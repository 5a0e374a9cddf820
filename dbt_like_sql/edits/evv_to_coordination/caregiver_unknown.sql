-- EVV-UNKNOWN-STAFF: The visit names no caregiver we know.
-- checkpoint: V03
-- class: SEQUENCE
-- severity: BLOCK
-- owner: EVV coordinator
-- due: 1 business day
-- clinical: Who gave the care is not known here, so nobody can be asked about the visit.
-- billing: The payer must be told who rendered the service, and that the person was eligible to.
-- next: Link the visit to its caregiver, or have HR send the caregiver; the visit then goes on by
--   itself.
-- source: Sandata exception 1; aggregators want staff accepted before visits
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    not candidate.is_cancelled
    and not candidate.is_caregiver_known
