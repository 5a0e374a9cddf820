-- DOC-NOTE-UNSIGNED: The visit's note is missing or not signed, and it is due.
-- checkpoint: V09
-- class: DOC_TIMING
-- severity: BLOCK
-- owner: Clinical supervisor
-- due: 2 business days
-- clinical: The visit counts as undocumented until its note is signed; a complete note is not a
--   signed one.
-- billing: The payer takes the money back when no signed note supports the visit, so it is not
--   billed.
-- next: Have the clinician sign the note of this visit in the clinical record.
-- source: payer contract: needs_signed_note, note_due_hours
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    candidate.needs_signed_note
    and not candidate.has_signed_note
    and candidate.is_note_due
