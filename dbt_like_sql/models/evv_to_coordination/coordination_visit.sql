-- One row per visit that moves: what care coordination works with. Key: record_id.
select
    passed.record_id
    , passed.source_system
    , passed.visit_id
    , passed.sequence_id
    , passed.client_id
    , passed.caregiver_id
    , passed.our_payer_id as payer_id
    , passed.our_program as payer_program
    , passed.our_service_code as service_code
    , passed.our_modifiers as modifiers
    , passed.schedule_id
    , passed.effective_in_at as start_at
    , passed.effective_out_at as end_at
    , cast(passed.minutes as integer) as minutes
    , passed.service_date
    , passed.time_zone
    , 'completed' as completion
    , passed.tasks_done
    , passed.tasks_refused
    , passed.tasks_missed
    , passed.concern_codes
    , passed.group_code
    , passed.location_type
    , passed.is_manual
    , passed.aggregator_status
    , passed.bill_minutes
    , passed.allowed_short_minutes
    , passed.source_updated_at
    , passed.updated_by
    , passed.updated_by_role
from {{ ref('passed') }} as passed
