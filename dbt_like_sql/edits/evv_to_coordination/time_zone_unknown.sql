-- EVV-BAD-ZONE: The visit's time zone does not exist.
-- checkpoint: V02
-- class: SCHEMA
-- severity: BLOCK
-- owner: EVV coordinator
-- due: 1 business day
-- clinical: The visit is there, but on which local day it happened cannot be told.
-- billing: Without a day of service there is neither a contract nor an authorization to bill
--   under.
-- next: Correct the time zone in the EVV system to a name such as America/Chicago and resend the
--   visit.
-- source: Aggregator specifications take IANA or US zone names only
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    not candidate.is_cancelled
    and not candidate.is_zone_known
