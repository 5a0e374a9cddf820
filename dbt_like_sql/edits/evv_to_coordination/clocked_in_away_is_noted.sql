-- EVV-GPS-WARN: The clock-in was made too far from the client's home, or without saying where.
-- checkpoint: V05
-- class: UNRECONCILED
-- severity: WARN
-- owner: EVV coordinator
-- due: 2 business days
-- clinical: The visit is recorded as at home, but the phone was elsewhere, or said no place, when
--   the caregiver clocked in.
-- billing: This payer pays all the same; an auditor will ask for the reason.
-- next: Ask where the visit began; correct the place, or record why it began elsewhere.
-- source: Contract's limit, where it says gps_is_held = false
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    not candidate.is_cancelled
    and not candidate.is_gps_held
    and (
        candidate.is_place_missing
        or candidate.distance_metres > candidate.gps_limit_metres
    )
