-- One row per record that is up: its visits planned and made, and what the caregiver answered.
-- Key: record_id.
select
    pair.*
    , planned.first_visit_at
    , greatest(pair.entered_at, planned.assigned_at) as paired_at
    , made.first_call_in_at
    , coalesce(ack.delivered_at, ack.acknowledged_at) as delivered_at
    , ack.acknowledged_at
    , ack.confirmed_at
from {{ ref('pair') }} as pair
left join lateral (
    select
        min(schedule.start_at) as first_visit_at
        , min(schedule.source_updated_at) as assigned_at
    from {{ ref('schedule_now') }} as schedule
    where
        schedule.client_id = pair.client_id
        and schedule.caregiver_id = pair.caregiver_id
        and schedule.status = 'planned'
        and schedule.service_code = any(pair.services)
        and schedule.start_at >= pair.entered_at
        and (pair.until_at is null or schedule.start_at < pair.until_at)
) as planned on true
left join lateral (
    select min(visit.call_in_at) as first_call_in_at
    from {{ ref('evv_visit_now') }} as visit
    where
        visit.client_id = pair.client_id
        and visit.caregiver_id = pair.caregiver_id
        and visit.action <> 'cancel'
        and (visit.service_code is null or visit.service_code = any(pair.services))
        and visit.call_in_at >= pair.entered_at
        and (pair.until_at is null or visit.call_in_at < pair.until_at)
) as made on true
left join {{ ref('plan_ack_now') }} as ack
    on
        pair.plan_id = ack.plan_id
        and pair.plan_version = ack.plan_version
        and pair.caregiver_id = ack.caregiver_id
