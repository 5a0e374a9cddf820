-- EVV-DUP: The same visit is on record twice.
-- checkpoint: V05
-- class: UNRECONCILED
-- severity: BLOCK
-- owner: EVV coordinator
-- due: 1 business day
-- clinical: Two records tell of the same care: same client, caregiver, service, start and end.
-- billing: Billing both is a double claim; the other record goes on, this one must not.
-- next: Cancel this record in the EVV system, or correct its times if both visits were real.
-- source: Aggregators omit visits equal in client, employee, service, begin and end
select candidate.record_id
from {{ ref('candidate') }} as candidate
inner join {{ ref('twin') }} as twin on candidate.record_id = twin.record_id
