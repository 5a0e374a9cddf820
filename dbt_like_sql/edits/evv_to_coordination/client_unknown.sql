-- EVV-UNKNOWN-CLIENT: The visit names no client we know.
-- checkpoint: V03
-- class: SEQUENCE
-- severity: BLOCK
-- owner: EVV coordinator
-- due: 1 business day
-- clinical: Care was clocked, but for whom is not known here; it shows in nobody's record.
-- billing: A visit without a client cannot be matched to cover, authorization or claim.
-- next: Link the visit to its client, or have intake send the client; the visit then goes on by
--   itself.
-- source: Sandata exception 0; aggregators want clients accepted before visits
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    not candidate.is_cancelled
    and not candidate.is_client_known
