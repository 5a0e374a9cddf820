-- DOC-OASIS-LOCKED-DIFF: The OASIS assessment was changed after it had been locked.
-- checkpoint: V12
-- class: STATUS_LOCK
-- severity: HOLD
-- owner: Clinical supervisor
-- due: 2 business days
-- clinical: What was locked is not what stands there now.
-- billing: The claim would rest on answers that differ from the ones that were transmitted.
-- next: Correct the assessment by the correction procedure, lock and transmit it again.
-- lock: locked OASIS assessment
-- locks: A locked OASIS assessment: all its answers.
-- unlock: Clinical supervisor: reopen the assessment, change it, lock it and transmit it again.
-- source: 42 CFR 484.45 and the agency's correction policy
select distinct
    candidate.record_id
    , oasis.document_id || ' version ' || oasis.document_version as fact
from {{ ref('candidate') }} as candidate
inner join {{ ref('document_now') }} as oasis
    on
        candidate.client_id = oasis.client_id
        and oasis.document_kind = 'oasis'
        and candidate.service_date
        between oasis.covers_from and coalesce(oasis.covers_to, 'infinity')
inner join {{ ref('document') }} as locked
    on
        oasis.document_id = locked.document_id
        and oasis.document_version > locked.document_version
        and locked.status = 'locked'
        and oasis.locked_at is not distinct from locked.locked_at
        and oasis.content_hash is distinct from locked.content_hash
where candidate.oasis_needed
