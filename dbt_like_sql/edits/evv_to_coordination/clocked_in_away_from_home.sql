-- EVV-GPS: The clock-in was made too far from the client's home.
-- checkpoint: V05
-- class: UNRECONCILED
-- severity: WARN
-- owner: EVV coordinator
-- due: 2 business days
-- clinical: The visit is recorded as at home, but the phone was elsewhere when the caregiver
--   clocked in.
-- billing: Location is one of the six EVV elements; an auditor will ask for the reason.
-- next: Ask where the visit began; correct the place, or record why it began elsewhere.
-- source: Contract's limit; Sandata's default is one mile
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    not candidate.is_cancelled
    and candidate.distance_metres > candidate.gps_limit_metres
