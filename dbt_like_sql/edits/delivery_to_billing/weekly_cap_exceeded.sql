-- AUTH-OVER-WEEK: The authorization's units for the week are used up.
-- checkpoint: V12
-- class: UNRECONCILED
-- severity: BLOCK
-- owner: Authorization specialist
-- due: 2 business days
-- clinical: More care was given this week than the payer allows; check the plan's frequency.
-- billing: The payer cuts or denies what is over the cap. Older visits of the week went first.
-- next: Ask for more units for the week, or move care within what is allowed.
-- source: payer authorization: cap_week
select running.record_id
from (
    select
        draw.record_id
        , draw.cap_week
        , draw.used_in_week + sum(draw.units) over (
            partition by draw.auth_id, draw.week_start order by draw.turn
        ) as units_in_week
    from {{ ref('auth_draw') }} as draw
    where not exists (
        select 1 from {{ ref('objection') }} as objection
        where objection.record_id = draw.record_id and objection.code <> 'AUTH-OVER-TOTAL'
    )
) as running
where running.units_in_week > running.cap_week
