-- EVV-GPS: The clock-in was made too far from the client's home, or without saying where.
-- checkpoint: V05
-- class: UNRECONCILED
-- severity: HOLD
-- owner: EVV coordinator
-- due: 2 business days
-- clinical: The visit is recorded as at home, but the phone was elsewhere, or said no place, when
--   the caregiver clocked in.
-- billing: Location is one of the six EVV elements; this payer wants it explained before the claim.
-- next: Ask where the visit began; correct the place, or have the exception approved with the
--   reason.
-- source: Contract's limit and gps_is_held; Sandata's default is one mile
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    not candidate.is_cancelled
    and candidate.is_gps_held
    and (
        candidate.is_place_missing
        or candidate.distance_metres > candidate.gps_limit_metres
    )
