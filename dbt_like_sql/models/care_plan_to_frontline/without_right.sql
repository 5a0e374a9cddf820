-- One row per pair of plan version and caregiver since :since whose version somebody entered whose
-- role held no right to on that day. Key: record_id.
select
    entry.record_id
    , plan.entered_by as changed_by
    , plan.entered_by_role as changed_by_role
    , 'plan_edit' as missing_right
    , plan.entered_at as changed_at
from {{ ref('care_plan') }} as plan
inner join {{ ref('entry') }} as entry
    on
        entry.hop = 'care_plan_to_frontline'
        and split_part(entry.record_id, '/', 1) = plan.plan_id
        and split_part(entry.record_id, '/', 2) = 'v' || plan.plan_version
where
    plan.entered_at >= :since
    and not exists (
        select 1
        from {{ ref('role_right_now') }} as role_right
        where
            role_right.role = plan.entered_by_role
            and role_right.right_code = 'plan_edit'
            and cast(plan.entered_at at time zone :zone as date)
            between role_right.valid_from and coalesce(role_right.valid_to, 'infinity')
    )
