-- One row per visit to hold against its plan now. Key: record_id.
select
    candidate.record_id
    , candidate.client_id
    , candidate.caregiver_id
    , candidate.schedule_id
    , candidate.is_cancelled
    , candidate.effective_in_at as start_at
    , candidate.minutes
    , candidate.allowed_short_minutes
    , candidate.concern_codes
    , candidate.source_updated_at
    , candidate.planned_start_at
    , candidate.planned_end_at
from {{ ref('candidate') }} as candidate
union all
-- a plan that came or changed after its visit had moved: the visit is not up, its plan is news
select
    visit.record_id
    , visit.client_id
    , visit.caregiver_id
    , visit.schedule_id
    , false as is_cancelled
    , visit.start_at
    , visit.minutes
    , visit.allowed_short_minutes
    , visit.concern_codes
    , visit.source_updated_at
    , plan_arrived.start_at as planned_start_at
    , plan_arrived.end_at as planned_end_at
from {{ ref('plan_arrived') }} as plan_arrived
inner join {{ ref('coordination_visit') }} as visit
    on plan_arrived.schedule_id = visit.schedule_id
inner join {{ ref('entry') }} as entry
    on
        visit.record_id = entry.record_id
        and entry.hop = 'evv_to_coordination'
        and entry.state = 'moved'
