-- RECON-REOPENED: The visit is being reconciled again.
-- checkpoint: V14
-- class: SEQUENCE
-- severity: BLOCK
-- outcome: waiting
-- owner: Billing specialist
-- due: 1 business day
-- clinical: Something the visit relied on changed: its record, an authorization or the payer's
--   terms.
-- billing: It was ready for a claim and is not any more; it goes on by itself once reconciled.
-- next: See why it stands in delivery_to_billing; nothing is to be done here.
-- source: agency rule: only reconciled visits go on claims
select candidate.record_id
from {{ ref('candidate') }} as candidate
where candidate.billing_state in ('waiting', 'held')
