-- LIVEIN-ATTEST: The caregiver lives with the client without a valid proof of it.
-- checkpoint: V05
-- class: CREDENTIAL
-- severity: BLOCK
-- owner: Compliance/QA lead
-- due: 2 business days
-- clinical: The care can go on; the proof that the two live together is missing or over a year old.
-- billing: Live-in care is paid only with a yearly proof, and only where the contract takes it.
-- next: Get the proof of address and send it; where the payer takes no live-in care, plan another
--   caregiver.
-- source: State live-in rules; contract's live_in_allowed
select candidate.record_id
from {{ ref('candidate') }} as candidate
inner join {{ ref('live_in_now') }} as live_in
    on
        candidate.caregiver_id = live_in.caregiver_id
        and candidate.client_id = live_in.client_id
        and candidate.service_date >= live_in.lives_in_from
        and candidate.service_date <= coalesce(live_in.lives_in_to, 'infinity')
where
    not candidate.is_cancelled
    and (
        not candidate.is_live_in_allowed
        or live_in.attested_on is null
        or candidate.service_date < live_in.attested_on
        or candidate.service_date >= live_in.attested_on + interval '1 year'
    )
