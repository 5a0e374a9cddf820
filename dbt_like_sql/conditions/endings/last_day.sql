-- What it comes to, by name: the last day nearest, and what is at stake.
select
    near.name as subject
    , '' as cause
    , case
        when min(near.last_day) <= today.day + 3 then 'P1'
        when min(near.last_day) <= today.day + 7 then 'P2'
        else 'P3'
    end as severity
    , cast(min(near.last_day) - 14 as timestamp) at time zone :zone as since
    , count(*) as count
    , min(near.since) as oldest
    , sum(near.amount_cents) / 100.0 as money
    , count(*) as visits
from near
cross join today
group by near.name, today.day
