-- EVV-PHONE-UNLINKED: The visit was called in from a telephone that is not the client's.
-- checkpoint: V05
-- class: UNRECONCILED
-- severity: HOLD
-- owner: EVV coordinator
-- due: 2 business days
-- clinical: The call that stands for being at the client's home came from another telephone.
-- billing: A landline call proves the place only if the number is on the client's record.
-- next: Add the number to the client if it is theirs; otherwise have the exception approved with
--   the reason.
-- source: Telephony EVV proves the place by the client's own number
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    not candidate.is_cancelled
    and candidate.is_phone_unlinked
