-- EVV-WINDOW-CLOSED: The visit was changed after the payer's window for changes had closed.
-- checkpoint: V05
-- class: STATUS_LOCK
-- severity: HOLD
-- owner: EVV coordinator
-- due: 2 business days
-- clinical: The record of the visit was corrected so late that the payer no longer takes it.
-- billing: The state keeps the older version; a claim on the newer one will not match it.
-- next: Ask the payer to open the visit for the change, or have the exception approved.
-- lock: visit-maintenance window
-- locks: A visit whose window has closed: its people, service, times and units.
-- unlock: EVV coordinator: ask the payer for an unlock request, then send the change again.
-- source: state EVV policies on visit maintenance
select
    candidate.record_id
    , 'changed '
    || (cast(candidate.source_updated_at at time zone :zone as date) - candidate.service_date)
    || ' days after' as fact
from {{ ref('candidate') }} as candidate
inner join {{ ref('term') }} as term
    on
        candidate.payer_id = term.payer_id
        and candidate.payer_program = term.payer_program
        and coalesce(candidate.service_code, '-') = term.service_code
        and candidate.modifiers = term.modifiers
        and candidate.service_date = term.service_date
where
    candidate.sequence_id > 1
    and not candidate.is_cancelled
    and term.visit_maintenance_days > 0
    and cast(candidate.source_updated_at at time zone :zone as date)
    > candidate.service_date + term.visit_maintenance_days
