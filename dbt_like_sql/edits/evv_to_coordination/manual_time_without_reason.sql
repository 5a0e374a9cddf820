-- EVV-MANUAL-NO-REASON: A time was typed in without a reason or an attestation.
-- checkpoint: V05
-- class: HIDDEN_CORRECTION
-- severity: BLOCK
-- owner: EVV coordinator
-- due: 1 business day
-- clinical: Somebody entered or changed a time by hand and did not say why.
-- billing: Payers take back what was paid on hand-entered times that nobody attested.
-- next: Have whoever changed the time add the reason code and the attestation, and resend the
--   visit.
-- source: State EVV examiners want reason and attestation for manual entries
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    not candidate.is_cancelled
    and candidate.is_manual
    and not candidate.is_change_reasoned
