-- One row per visit with one call only, made while a whole visit of the same two people ran.
-- Key: record_id.
with lone as (
    select
        clocked.record_id
        , clocked.client_id
        , clocked.caregiver_id
        , coalesce(clocked.effective_in_at, clocked.effective_out_at) as called_at
    from {{ ref('clocked') }} as clocked
    where
        not clocked.is_cancelled
        and (clocked.effective_in_at is null) <> (clocked.effective_out_at is null)
)

, whole as (
    select
        clocked.record_id
        , clocked.client_id
        , clocked.caregiver_id
        , clocked.effective_in_at as start_at
        , clocked.effective_out_at as end_at
    from {{ ref('clocked') }} as clocked
    where
        not clocked.is_cancelled
        and clocked.effective_out_at > clocked.effective_in_at
    union all
    select
        visit.record_id
        , visit.client_id
        , visit.caregiver_id
        , visit.start_at
        , visit.end_at
    from lone
    inner join {{ ref('coordination_visit') }} as visit
        on
            lone.caregiver_id = visit.caregiver_id
            -- no visit is longer than 25 hours
            and visit.start_at between lone.called_at - interval '25 hours' and lone.called_at
    inner join {{ ref('entry') }} as entry
        on
            visit.record_id = entry.record_id
            and entry.hop = 'evv_to_coordination'
            and entry.state = 'moved'
)

select
    lone.record_id
    , min(whole.record_id) as beside_record_id
from lone
inner join whole
    on
        lone.caregiver_id = whole.caregiver_id
        and lone.client_id = whole.client_id
        and lone.record_id <> whole.record_id
        and lone.called_at between whole.start_at and whole.end_at
group by lone.record_id
