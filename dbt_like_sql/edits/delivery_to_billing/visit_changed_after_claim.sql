-- CLM-LOCKED-CHANGED: The visit changed after it had gone out on a claim.
-- checkpoint: V12
-- class: STATUS_LOCK
-- severity: BLOCK
-- owner: Billing specialist
-- due: 1 business day
-- clinical: A correction arrived late: billing already told the payer the older version.
-- billing: The claim stays as it was sent until it is replaced or voided; nothing is overwritten.
-- next: Compare the versions with carehops trace, then replace (frequency 7) or void (8) the claim.
-- lock: submitted claim
-- locks: A visit that is on a claim: its people, service, times and units.
-- unlock: Billing specialist: replace (frequency 7) or void (8) the claim.
-- source: X12 837 professional guide: claim frequency
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.claimed_sequence_id <> candidate.sequence_id
