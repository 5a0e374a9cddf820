-- One row per plan version and caregiver that a batch of plans or planned visits brings together,
-- and one per plan version of the batch with no caregiver's visit ahead. Key: record_id.
with touched as (
    select
        plan.row_id
        , plan.feed
    from {{ ref('care_plan') }} as plan
    where plan.file_id = :batch_id
    union
    select
        plan.row_id
        , schedule.feed
    from {{ ref('schedule_now') }} as schedule
    inner join {{ ref('care_plan') }} as plan
        on schedule.client_id = plan.client_id and schedule.start_at >= plan.entered_at
    where schedule.file_id = :batch_id
)

, pair as (
    select distinct
        plan.plan_id || '/v' || plan.plan_version || '/' || coalesce(schedule.caregiver_id, '-')
            as record_id
        , touched.feed
        , plan.client_id
    from touched
    inner join {{ ref('care_plan') }} as plan on touched.row_id = plan.row_id
    left join {{ ref('schedule_now') }} as schedule
        on
            plan.client_id = schedule.client_id
            and plan.entered_at <= schedule.start_at
            and schedule.status = 'planned'
            and schedule.caregiver_id is not null
            and schedule.service_code = any(string_to_array(plan.service_codes, ';'))
            -- a version is what holds until a newer one was entered
            and not exists (
                select 1
                from {{ ref('care_plan') }} as newer
                where
                    newer.plan_id = plan.plan_id
                    and newer.plan_version > plan.plan_version
                    and newer.entered_at <= schedule.start_at
            )
    where schedule.row_id is not null or plan.file_id = :batch_id
)

select
    pair.record_id
    -- counts how often the caregiver was put on: who was taken off and comes back is taken up again
    , coalesce(
        entry.version + case when entry.reason_code = 'CP-SWAPPED' then 1 else 0 end, 1
    ) as version
    , pair.feed
    , cast(:batch_id as bigint) as file_id
    , pair.client_id
    , cast(null as bigint) as amount_cents
from pair
left join {{ ref('entry') }} as entry
    on pair.record_id = entry.record_id and entry.hop = 'care_plan_to_frontline'
