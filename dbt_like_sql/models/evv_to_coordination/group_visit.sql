-- One row per visit of a group: how many clients one caregiver had at once. Key: record_id.
with grouped as (
    select
        clocked.record_id
        , clocked.source_system
        , clocked.group_code
        , clocked.client_id
        , clocked.caregiver_id
        , clocked.effective_in_at as start_at
        , clocked.effective_out_at as end_at
    from {{ ref('clocked') }} as clocked
    where
        clocked.group_code is not null
        and not clocked.is_cancelled
)

, member as (
    select * from grouped
    union all
    select
        visit.record_id
        , visit.source_system
        , visit.group_code
        , visit.client_id
        , visit.caregiver_id
        , visit.start_at
        , visit.end_at
    from {{ ref('coordination_visit') }} as visit
    inner join {{ ref('entry') }} as entry
        on
            visit.record_id = entry.record_id
            and entry.hop = 'evv_to_coordination'
            and entry.state = 'moved'
    where exists (
        select 1
        from grouped
        where
            grouped.caregiver_id = visit.caregiver_id
            and grouped.group_code = visit.group_code
            and visit.start_at between grouped.start_at - interval '25 hours' and grouped.end_at
    )
)

select
    grouped.record_id
    , count(distinct member.client_id) as client_count
from grouped
inner join member
    on
        grouped.source_system = member.source_system
        and grouped.group_code = member.group_code
        and grouped.caregiver_id = member.caregiver_id
        and grouped.start_at < member.end_at
        and grouped.end_at > member.start_at
group by grouped.record_id
