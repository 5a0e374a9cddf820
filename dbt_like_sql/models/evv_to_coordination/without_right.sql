-- One row per visit version since :since that somebody changed whose role held no right to on that
-- day; also those a later version hides. Key: record_id, changed_at.
select
    visit.source_system || '/' || visit.visit_id as record_id
    , visit.updated_by as changed_by
    , visit.updated_by_role as changed_by_role
    , 'visit_edit' as missing_right
    , visit.source_updated_at as changed_at
from {{ ref('evv_visit') }} as visit
where
    visit.source_updated_at >= :since
    and visit.action <> 'cancel'
    and (
        visit.sequence_id > 1
        or 'Manual' in (visit.call_in_type, visit.call_out_type)
        or visit.adjusted_in_at is not null
        or visit.adjusted_out_at is not null
    )
    and not exists (
        select 1
        from {{ ref('role_right_now') }} as role_right
        where
            role_right.role = visit.updated_by_role
            and role_right.right_code = 'visit_edit'
            and cast(visit.source_updated_at at time zone :zone as date)
            between role_right.valid_from and coalesce(role_right.valid_to, 'infinity')
    )
