-- EVV-TIME-ORDER: The visit ends before or when it starts.
-- checkpoint: V04
-- class: SCHEMA
-- severity: BLOCK
-- owner: EVV coordinator
-- due: 1 business day
-- clinical: The times on record cannot be right, so how long the client was cared for is not
--   known.
-- billing: The aggregator rejects such a visit, and it has no units.
-- next: Find which of the two times is wrong, correct it with a reason, and resend the visit.
-- source: Aggregators want the end strictly after the start, adjusted times included
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    not candidate.is_cancelled
    and candidate.effective_out_at <= candidate.effective_in_at
