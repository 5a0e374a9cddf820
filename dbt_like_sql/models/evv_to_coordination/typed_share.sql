-- One row per caregiver and day with a typed visit, and window of days: how many of the caregiver's
-- visits in the window up to that day were typed. Key: caregiver_id, service_date, window_days.
with asked as (
    select distinct
        clocked.caregiver_id
        , clocked.service_date
        , term.manual_window_days as window_days
    from {{ ref('clocked') }} as clocked
    inner join {{ ref('term') }} as term
        on
            clocked.payer_id = term.payer_id
            and clocked.payer_program = term.payer_program
            and coalesce(clocked.service_code, '-') = term.service_code
            and clocked.modifiers = term.modifiers
            and clocked.service_date = term.service_date
    where
        clocked.is_manual
        and not clocked.is_cancelled
        and term.manual_window_days is not null
)

-- what has not moved is up in this pass, what has moved is known to coordination
, counted as (
    select
        clocked.caregiver_id
        , clocked.service_date
        , clocked.is_manual
    from {{ ref('clocked') }} as clocked
    where not clocked.is_cancelled
    union all
    select
        visit.caregiver_id
        , visit.service_date
        , visit.is_manual
    from {{ ref('coordination_visit') }} as visit
    inner join {{ ref('entry') }} as entry
        on
            visit.record_id = entry.record_id
            and entry.hop = 'evv_to_coordination'
            and entry.state = 'moved'
    where
        visit.caregiver_id in (select asked.caregiver_id from asked)
        and not exists (
            select 1
            from {{ ref('work') }} as work
            where work.record_id = visit.record_id
        )
)

, daily as (
    select
        counted.caregiver_id
        , counted.service_date
        , count(*) as visits
        , count(*) filter (where counted.is_manual) as typed
    from counted
    group by counted.caregiver_id, counted.service_date
)

select
    asked.caregiver_id
    , asked.service_date
    , asked.window_days
    , cast(sum(daily.visits) as bigint) as visits
    , cast(sum(daily.typed) as bigint) as typed
from asked
inner join daily
    on
        asked.caregiver_id = daily.caregiver_id
        and asked.service_date >= daily.service_date
        and asked.service_date - asked.window_days < daily.service_date
group by asked.caregiver_id, asked.service_date, asked.window_days
