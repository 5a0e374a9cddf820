-- MAP-VERSION: What the visit's words stand for is in a contract version nobody has approved.
-- checkpoint: V03
-- class: MAPPING
-- severity: BLOCK
-- owner: Contract/payer-relations manager
-- due: 1 business day
-- clinical: Nothing is wrong with the care; the visit names service or payer in words not ours.
-- billing: The words would be translated by a crosswalk nobody has looked at.
-- next: Look at the version's crosswalks, then approve them: carehops contracts approve.
-- source: payer contract: mappings are approved for each version
select candidate.record_id
from {{ ref('candidate') }} as candidate
where not candidate.is_cancelled and candidate.is_translated_unapproved
