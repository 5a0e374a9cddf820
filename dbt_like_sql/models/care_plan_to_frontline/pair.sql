-- One row per record that is up: what its plan version says, and until when it holds.
-- Key: record_id.
select
    work.record_id
    , named.plan_id
    , named.plan_version
    , named.caregiver_id
    , plan.client_id
    , plan.urgency
    , plan.entered_at
    , plan.entered_by_role
    , plan.effective_from
    , plan.tasks
    , plan.order_required
    , plan.order_signed_at
    , string_to_array(plan.service_codes, ';') as services
    , cast(plan.entered_at at time zone :zone as date) as entered_on
    , (
        select min(newer.entered_at)
        from {{ ref('care_plan') }} as newer
        where
            newer.plan_id = named.plan_id
            and newer.plan_version > named.plan_version
    ) as until_at
from {{ ref('work') }} as work
inner join lateral (
    select
        split_part(work.record_id, '/', 1) as plan_id
        , cast(substr(split_part(work.record_id, '/', 2), 2) as bigint) as plan_version
        -- all that follows: nobody promised that a caregiver's id has no slash
        , regexp_replace(work.record_id, '^[^/]+/v[0-9]+/', '') as caregiver_id
) as named on true
left join {{ ref('care_plan') }} as plan
    on named.plan_id = plan.plan_id and named.plan_version = plan.plan_version
