-- DOC-NOTE-NOT-DUE: The visit's note is not signed yet, and not due yet.
-- checkpoint: V09
-- class: DOC_TIMING
-- severity: BLOCK
-- outcome: waiting
-- owner: Clinical supervisor
-- due: 2 business days
-- clinical: There is still time to write and sign the note.
-- billing: Nothing yet: the visit goes on as soon as the note is signed.
-- next: Nothing before the hours in the contract are over.
-- source: payer contract: needs_signed_note, note_due_hours
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    candidate.needs_signed_note
    and not candidate.has_signed_note
    and not candidate.is_note_due
