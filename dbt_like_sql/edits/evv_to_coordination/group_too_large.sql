-- GROUP-RATIO: The group visit lacks the payer's modifier, or has too many clients.
-- checkpoint: V05
-- class: UNRECONCILED
-- severity: BLOCK
-- owner: Billing specialist
-- due: 2 business days
-- clinical: One caregiver had more clients at once than the payer allows, or the group is not
--   marked as one.
-- billing: A group is paid at its own rate, by its modifier and up to its size; otherwise it is
--   taken back.
-- next: Check who was there; correct the group code, the modifier or the caregiver of the visits.
-- source: Contract's group_modifiers and group_size_limit
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    not candidate.is_cancelled
    and candidate.group_code is not null
    and (
        not candidate.has_group_modifier
        or candidate.group_size > candidate.group_size_limit
    )
