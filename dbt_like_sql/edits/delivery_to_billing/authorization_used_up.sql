-- AUTH-OVER-TOTAL: The authorization's units are used up.
-- checkpoint: V12
-- class: UNRECONCILED
-- severity: BLOCK
-- owner: Authorization specialist
-- due: 2 business days
-- clinical: All care the payer agreed to has been given; ask whether the need has grown.
-- billing: The payer denies what is over. Older visits went first.
-- next: Request more units, or load the increase if it was granted.
-- source: payer authorization: units_total
with draw as (
    select
        draw.*
        , draw.used_in_week + sum(draw.units) over week <= draw.cap_week as fits_week
    from {{ ref('auth_draw') }} as draw
    where
        not exists (
            select 1 from {{ ref('objection') }} as objection
            where objection.record_id = draw.record_id
        )
    window week as (partition by draw.auth_id, draw.week_start order by draw.turn)
)

select running.record_id
from (
    select
        draw.*
        , coalesce(sum(draw.units) filter (where draw.fits_week) over past, 0) as units_before
    from draw
    window past as (partition by auth_id order by turn rows unbounded preceding exclude current row)
) as running
where running.used_in_total + running.units + running.units_before > running.units_total
