-- EVV-NO-MEDICAID-ID: Neither the visit nor the client has a member id.
-- checkpoint: V05
-- class: MAPPING
-- severity: BLOCK
-- owner: Billing specialist
-- due: 2 business days
-- clinical: Care can go on; a newborn or a new client may not have an id yet.
-- billing: The aggregator keeps the visit incomplete, and no claim can name the member.
-- next: Get the member id from the payer's portal or the family and have intake enter it on the
--   client.
-- source: Sandata exception 45
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    not candidate.is_cancelled
    and candidate.is_client_known
    and candidate.is_billed
    and not candidate.has_member_id
