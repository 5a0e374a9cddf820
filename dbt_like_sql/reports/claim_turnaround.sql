-- claim_turnaround: Days from visit to claim, week by week, and whether they rise.
-- reads: Billing manager
-- owner: Billing manager
-- grain: one row per week in which claims left
-- unit: days; the slope is days a week
-- formula: day the claim first left - day of the visit, line by line; the slope is a straight line
--   through the middle ones of that week and the three before
-- benchmark: 7 days or fewer; no rise over four weeks
-- source: claim turnaround slows gradually while receivables pressure increases
-- window: 84
-- kept: daily, P3
-- alarm: P2
-- columns: week = its Monday; claims = that left; lines = on them; middle_days = half took as long
--   or less; days_90 = nine of ten did; slope_4_weeks = rise a week, null before the third week;
--   alarm = whether the newest week is over 7 days and rose by half a day a week for four weeks
with line as (
    select
        cast(date_trunc('week', batch.written_at at time zone :zone) as date) as week
        , attempt.claim_id
        , cast(batch.written_at at time zone :zone as date) - visit.service_date as days
    from {{ ref('core.claim_batch') }} as batch
    inner join {{ ref('core.claim_attempt') }} as attempt
        on batch.batch_no = attempt.batch_no and attempt.attempt_no = 1
    inner join {{ ref('core.claim_attempt_line') }} as sent
        on attempt.claim_id = sent.claim_id and attempt.attempt_no = sent.attempt_no
    inner join {{ ref('core.coordination_visit') }} as visit on sent.record_id = visit.record_id
    where
        batch.written_at >= :begins and batch.written_at < :ends
        and (cast(:payer as text) is null or batch.payer_id = :payer)
)

, weekly as (
    select
        line.week
        , count(distinct line.claim_id) as claims
        , count(*) as lines
        , percentile_cont(0.5) within group (order by line.days) as middle_days
        , percentile_cont(0.9) within group (order by line.days) as days_90
    from line
    group by line.week
)

, told as (
    select
        weekly.week
        , weekly.claims
        , weekly.lines
        , round(cast(weekly.middle_days as numeric), 1) as middle_days
        , round(cast(weekly.days_90 as numeric), 1) as days_90
        , case
            when count(*) over four >= 3
                then round(cast(
                    regr_slope(weekly.middle_days, (weekly.week - :since) / 7.0)
                        over four
                    as numeric
                ), 2)
        end as slope_4_weeks
        , count(*) over four = 4
        and weekly.week = max(weekly.week) over ()
        and weekly.middle_days > 7 as may_alarm
    from weekly
    window four as (order by weekly.week range between interval '21 days' preceding and current row)
)

select
    told.week
    , told.claims
    , told.lines
    , told.middle_days
    , told.days_90
    , told.slope_4_weeks
    , told.may_alarm and told.slope_4_weeks >= 0.5 as alarm
from told
order by told.week
