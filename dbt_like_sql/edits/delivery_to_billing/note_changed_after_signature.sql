-- DOC-NOTE-CHANGED: The note was changed after it had been signed, and not signed again.
-- checkpoint: V12
-- class: STATUS_LOCK
-- severity: HOLD
-- owner: Clinical supervisor
-- due: 2 business days
-- clinical: What was signed is not what stands there now; the signer must stand behind the change.
-- billing: The note does not support the claim until it is signed as it is.
-- next: Have the clinician sign the note as it is now, or put the change into an addendum.
-- lock: signed note
-- locks: A signed visit note: its text.
-- unlock: Clinical supervisor: reopen the note, change it, have it signed again.
-- source: 42 CFR 484.110: entries are authenticated by their author
select
    candidate.record_id
    , 'note version ' || note.document_version as fact
from {{ ref('candidate') }} as candidate
inner join {{ ref('document_now') }} as note
    on
        candidate.visit_id = note.visit_id
        and candidate.source_system = note.visit_source
        and note.document_kind = 'note'
where
    exists (
        select 1
        from {{ ref('document') }} as signed
        where
            signed.document_id = note.document_id
            and signed.document_version < note.document_version
            and signed.status in ('signed', 'locked')
            and signed.signed_at is not distinct from note.signed_at
            and signed.content_hash is distinct from note.content_hash
    )
