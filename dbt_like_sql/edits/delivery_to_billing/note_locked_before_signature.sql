-- DOC-LOCKED-EARLY: The note was locked before it was complete and signed.
-- checkpoint: V12
-- class: STATUS_LOCK
-- severity: HOLD
-- owner: Clinical supervisor
-- due: 2 business days
-- clinical: A lock freezes what is there; this note was frozen before it was finished.
-- billing: A payer sees a locked note that nobody had signed when it was locked.
-- next: Unlock the note, complete and sign it, then lock it again.
-- lock: locked note
-- locks: A locked visit note: everything in it; it may be locked only after it is signed.
-- unlock: Clinical supervisor: unlock it in the clinical record, sign it, lock it again.
-- source: agency rule: a lock comes after what it protects is finished
select candidate.record_id
from {{ ref('candidate') }} as candidate
inner join {{ ref('document_now') }} as note
    on
        candidate.visit_id = note.visit_id
        and candidate.source_system = note.visit_source
        and note.document_kind = 'note'
where
    note.status = 'locked'
    and note.locked_at < greatest(
        coalesce(note.signed_at, 'infinity'), coalesce(note.completed_at, '-infinity')
    )
