-- CODE-DX: The client has no diagnosis code, and the payer takes no default.
-- checkpoint: V14
-- class: MAPPING
-- severity: BLOCK
-- owner: Billing specialist
-- due: 2 business days
-- clinical: Intake has not recorded the diagnosis care is given for.
-- billing: A professional claim without a diagnosis is refused by the clearinghouse.
-- next: Enter the client's principal diagnosis at intake, or dx_default in the payer's contract.
-- source: X12 837 professional guide: HI segment
select candidate.record_id
from {{ ref('candidate') }} as candidate
where not candidate.has_diagnosis
