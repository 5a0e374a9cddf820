-- acknowledged_before_visit: How many plan changes were read before the visit they are about.
-- reads: Clinical supervisor, Compliance/QA lead
-- owner: Clinical supervisor
-- grain: one row per week of the visit and urgency
-- unit: plan versions per caregiver; shares from 0 to 1
-- formula: acknowledged before the first visit / those whose first visit has begun
-- benchmark: 1.00 of safety changes, 0.98 of all
-- source: staff acknowledgement before the next scheduled visit
-- columns: week = Monday of the first visit; urgency = routine, urgent or safety; due = caregivers
--   whose first visit under the version has begun; in_time = acknowledged before; late =
--   acknowledged after it began; never = not acknowledged; share_in_time = in_time of due
with due as (
    select
        cast(date_trunc('week', delivery.first_visit_at at time zone :zone) as date) as week
        , delivery.urgency
        , delivery.first_visit_at
        , case when delivery.acknowledged_at <= :at then delivery.acknowledged_at end
            as acknowledged_at
    from {{ ref('core.plan_delivery') }} as delivery
    where
        delivery.standing <> 'withdrawn'
        and delivery.first_visit_at >= :begins and delivery.first_visit_at < :ends
        and delivery.first_visit_at <= :at
)

select
    due.week
    , due.urgency
    , count(*) as due
    , count(*) filter (where due.acknowledged_at <= due.first_visit_at) as in_time
    , count(*) filter (where due.acknowledged_at > due.first_visit_at) as late
    , count(*) filter (where due.acknowledged_at is null) as never
    , round(
        count(*) filter (where due.acknowledged_at <= due.first_visit_at) * 1.0 / count(*), 3
    ) as share_in_time
from due
group by due.week, due.urgency
order by due.week, due.urgency
