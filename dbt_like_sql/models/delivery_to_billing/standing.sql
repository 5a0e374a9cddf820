-- One row per visit that is up: papers, plan, people and systems behind it. Key: record_id.
select
    delivered.record_id
    , exists(
        select 1
        from {{ ref('document_now') }} as note
        where
            note.visit_id = delivered.visit_id
            and note.visit_source = delivered.source_system
            and note.document_kind = 'note'
            and note.status in ('signed', 'locked')
    ) as has_signed_note
    , exists(
        select 1
        from {{ ref('document_now') }} as paper
        where
            paper.client_id = delivered.client_id
            and paper.document_kind = 'order'
            and paper.status in ('signed', 'locked')
            and paper.covers_from <= delivered.service_date
            and coalesce(paper.covers_to, 'infinity') >= delivered.service_date
    ) as has_signed_order
    , schedule.schedule_id is not null as has_schedule
    , case
        when schedule.status = 'cancelled' then 'cancelled'
        when schedule.client_id <> delivered.client_id then 'another client'
        when
            delivered.start_at not between schedule.start_at - interval '12 hours'
            and schedule.start_at + interval '12 hours'
            then 'another day'
    end as planned_otherwise
    , schedule.schedule_version
    , caregiver.discipline
    , coalesce(
        not caregiver.is_excluded
        and caregiver.hired_on <= delivered.service_date
        and coalesce(caregiver.ended_on, 'infinity') >= delivered.service_date
        and coalesce(caregiver.credential_expires_on, 'infinity') >= delivered.service_date
        , false
    ) and not exists (
        select 1
        from {{ ref('caregiver_restriction_now') }} as restriction
        where
            restriction.caregiver_id = delivered.caregiver_id
            and restriction.client_id = delivered.client_id
            and delivered.service_date
            between restriction.restricted_from and coalesce(restriction.restricted_to, 'infinity')
    ) as is_caregiver_eligible
    , (
        select max(plan.plan_version)
        from {{ ref('care_plan') }} as plan
        where
            plan.client_id = delivered.client_id
            and plan.effective_from <= delivered.service_date
            and coalesce(plan.effective_to, 'infinity') >= delivered.service_date
    ) as plan_version
    , (
        select string_agg(incident.incident_id, ', ' order by incident.incident_id)
        from {{ ref('incident_now') }} as incident
        where
            incident.client_id = delivered.client_id
            and incident.status = 'open'
            and cast(incident.occurred_at at time zone delivered.time_zone as date)
            between delivered.service_date and delivered.last_billed_date
    ) as open_incidents
    , upstream.state as coordination_state
    , billed.claimed_sequence_id
    -- what replaces a claim that was filed is not filed anew
    , exists(
        select 1
        from {{ ref('claim_release') }} as let
        inner join {{ ref('claim_request') }} as asked on let.request_id = asked.request_id
        where let.record_id = delivered.record_id and asked.wish = 'replace'
    ) as is_replacing
from {{ ref('delivered') }} as delivered
left join {{ ref('schedule_now') }} as schedule on delivered.schedule_id = schedule.schedule_id
left join {{ ref('caregiver_now') }} as caregiver
    on delivered.caregiver_id = caregiver.caregiver_id
left join {{ ref('entry') }} as upstream
    on delivered.record_id = upstream.record_id and upstream.hop = 'evv_to_coordination'
left join lateral (
    select
        max(line.visit_sequence_id) filter (
            where line.claim_id is not null
        ) as claimed_sequence_id
    from {{ ref('billable_line') }} as line
    where line.record_id = delivered.record_id
) as billed on true
