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
        , draw.used_in_week + sum(draw.units) over (
            partition by draw.auth_id, draw.week_start order by draw.turn
        ) <= coalesce(draw.cap_week, 'infinity') as fits_week
    from {{ ref('auth_draw') }} as draw
    left join {{ ref('finding') }} as finding
        on draw.record_id = finding.record_id and finding.code <> 'CONTRACT-REVIEW-DUE'
    where finding.code is null
)

select draw.record_id
from draw
left join draw as earlier
    on draw.auth_id = earlier.auth_id and draw.turn > earlier.turn and earlier.fits_week
group by draw.record_id, draw.turn, draw.used_in_total, draw.units, draw.units_total
having draw.used_in_total + draw.units + coalesce(sum(earlier.units), 0) > draw.units_total
