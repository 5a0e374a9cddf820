-- CLM-FREQ: The visit changed after its claim and would go out as a new one.
-- checkpoint: V14
-- class: STATUS_LOCK
-- severity: BLOCK
-- owner: Billing specialist
-- due: 1 business day
-- clinical: A correction arrived after billing had told the payer the older version.
-- billing: A payer takes a change only as a replacement (7) or void (8) that names its own claim
--   number; sent as a first claim it is a duplicate.
-- next: Find the payer's claim number with carehops trace, then replace or void that claim.
-- lock: submitted claim
-- locks: A visit that is on a claim: a change to it is no new claim.
-- unlock: Billing specialist: replace (frequency 7) or void (8) the claim under the payer's number.
-- source: X12 837 professional guide: claim frequency
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.is_changed_since_claim
