-- plan_variance: How far delivered minutes and tasks are from what was planned.
-- reads: Care coordinator, Compliance/QA lead
-- owner: Care coordinator
-- grain: one row per week and client, and one per week for all
-- unit: minutes; shares from 0 to 1
-- formula: what is delivered less what was planned and is over, without its sign / planned; tasks
--   done / tasks recorded
-- benchmark: falling
-- source: reduced variance between assessed and delivered support
-- columns: week = its Monday; client_id = whose, null for all together; planned_minutes = of
--   planned visits that are over; delivered_minutes = of visits that took place; variance = their
--   difference without its sign, client by client, of planned; tasks_done = done; tasks_recorded =
--   done, refused or not done; task_completion = done of recorded
with planned as (
    select
        cast(date_trunc('week', schedule.start_at at time zone :zone) as date) as week
        , schedule.client_id
        , sum(extract(epoch from schedule.end_at - schedule.start_at) / 60) as minutes
    from {{ ref('landing.schedule_now') }} as schedule
    where
        schedule.status = 'planned'
        and schedule.start_at >= :begins and schedule.start_at < :ends and schedule.end_at <= :at
        and (cast(:payer as text) is null or schedule.payer_id = :payer)
    group by week, schedule.client_id
)

, delivered as (
    select
        cast(date_trunc('week', visit.start_at at time zone :zone) as date) as week
        , visit.client_id
        , sum(visit.minutes) as minutes
        , sum(visit.tasks_done) as tasks_done
        , sum(visit.tasks_done + visit.tasks_refused + visit.tasks_missed) as tasks_recorded
    from {{ ref('core.coordination_visit') }} as visit
    where
        visit.start_at >= :begins and visit.start_at < :ends and visit.end_at <= :at
        and (cast(:payer as text) is null or visit.payer_id = :payer)
    group by week, visit.client_id
)

, both_sides as (
    select
        coalesce(planned.week, delivered.week) as week
        , coalesce(planned.client_id, delivered.client_id) as client_id
        , coalesce(planned.minutes, 0) as planned_minutes
        , coalesce(delivered.minutes, 0) as delivered_minutes
        , coalesce(delivered.tasks_done, 0) as tasks_done
        , coalesce(delivered.tasks_recorded, 0) as tasks_recorded
    from planned
    full join delivered
        on planned.week = delivered.week and planned.client_id = delivered.client_id
)

select
    both_sides.week
    , both_sides.client_id
    , cast(sum(both_sides.planned_minutes) as integer) as planned_minutes
    , cast(sum(both_sides.delivered_minutes) as integer) as delivered_minutes
    , round(
        sum(abs(both_sides.delivered_minutes - both_sides.planned_minutes))
        / nullif(sum(both_sides.planned_minutes), 0), 3
    ) as variance
    , cast(sum(both_sides.tasks_done) as integer) as tasks_done
    , cast(sum(both_sides.tasks_recorded) as integer) as tasks_recorded
    , round(sum(both_sides.tasks_done) * 1.0 / nullif(sum(both_sides.tasks_recorded), 0), 3)
        as task_completion
from both_sides
group by grouping sets ((both_sides.week), (both_sides.week, both_sides.client_id))
order by both_sides.week, both_sides.client_id nulls first
