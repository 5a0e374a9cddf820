-- EVV-NO-SERVICE: The visit does not say which service was given.
-- checkpoint: V04
-- class: MAPPING
-- severity: BLOCK
-- owner: EVV coordinator
-- due: 1 business day
-- clinical: Care was given, but what kind was not recorded.
-- billing: The type of service is one of the six EVV elements; no claim line can be written
--   without it.
-- next: Enter the service in the EVV system with a reason and resend the visit.
-- source: 21st Century Cures Act section 12006; Sandata exception 23
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    not candidate.is_cancelled
    and candidate.service_code is null
