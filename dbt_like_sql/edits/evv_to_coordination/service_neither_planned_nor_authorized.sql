-- EVV-UNAUTH-SERVICE: The service clocked is neither the planned one nor authorized.
-- checkpoint: V05
-- class: MAPPING
-- severity: BLOCK
-- owner: EVV coordinator
-- due: 1 business day
-- clinical: The plan asked for another kind of care than the caregiver recorded.
-- billing: The payer never allowed this service for the client; most often the wrong one was
--   picked on the phone.
-- next: Ask the caregiver what was done; correct the service with a reason, or ask for an
--   authorization and have the plan changed.
-- source: Sandata exception 34
select candidate.record_id
from {{ ref('candidate') }} as candidate
where
    not candidate.is_cancelled
    and candidate.needs_service_auth
    and candidate.planned_service_code not in (candidate.service_code, candidate.our_service_code)
    and not exists (
        select 1
        from {{ ref('service_auth_now') }} as service_auth
        where
            service_auth.client_id = candidate.client_id
            and service_auth.payer_id = candidate.our_payer_id
            and service_auth.payer_program = candidate.our_program
            and service_auth.service_code = candidate.our_service_code
            and service_auth.status in ('approved', 'partial', 'reduced')
    )
