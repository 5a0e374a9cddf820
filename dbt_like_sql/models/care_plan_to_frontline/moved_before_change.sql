-- One row per confirmed delivery and visit that came to light since and gainsays it.
-- Key: record_id, relied_on, new_version.
select
    delivery.record_id
    , 'visit/' || visit.source_system || '/' || visit.visit_id as relied_on
    , cast(0 as bigint) as old_version
    , visit.sequence_id as new_version
    , visit.source_updated_at as changed_at
    , visit.updated_by as changed_by
    , false as is_final
    , case
        when visit.call_in_at < delivery.acknowledged_at
            then 'A visit ran before this plan version was acknowledged; it needs a review.'
        else 'A visit recorded other tasks than this plan version has.'
    end as consequence
from {{ ref('arrived') }} as arrived
inner join {{ ref('evv_visit_now') }} as visit on arrived.file_id = visit.file_id
inner join {{ ref('plan_delivery') }} as delivery
    on
        visit.client_id = delivery.client_id
        and visit.caregiver_id = delivery.caregiver_id
        and visit.call_in_at >= delivery.entered_at
inner join {{ ref('entry') }} as entry
    on
        delivery.record_id = entry.record_id
        and entry.hop = 'care_plan_to_frontline'
        and entry.state = 'moved'
inner join {{ ref('care_plan') }} as plan
    on delivery.plan_id = plan.plan_id and delivery.plan_version = plan.plan_version
left join {{ ref('reason') }} as told
    on entry.entry_id = told.entry_id and told.code = 'CP-OLD-VERSION-DELIVERED'
left join {{ ref('late_change') }} as listed
    on
        delivery.record_id = listed.record_id
        and listed.hop = 'care_plan_to_frontline'
        and 'visit/' || visit.source_system || '/' || visit.visit_id = listed.relied_on
        and visit.sequence_id = listed.new_version
where
    listed.record_id is null
    and delivery.standing = 'confirmed'
    and visit.action <> 'cancel'
    and coalesce(visit.service_code = any(string_to_array(plan.service_codes, ';')), true)
    and not exists (
        select 1 from {{ ref('care_plan') }} as newer
        where
            newer.plan_id = plan.plan_id and newer.plan_version > plan.plan_version
            and newer.entered_at <= visit.call_in_at
    )
    and (
        visit.call_in_at < delivery.acknowledged_at
        or (
            visit.call_out_at is not null
            and cast(visit.call_in_at at time zone :zone as date) >= plan.effective_from
            and core.strays_from_plan(visit.tasks, plan.tasks)
            -- not when the pass that moved it saw that already
            and told.code is null
        )
    )
