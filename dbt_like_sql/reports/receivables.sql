-- receivables: What payers owe, how old it is, and whether it grows, week by week.
-- reads: Billing manager
-- owner: Billing manager
-- grain: one row per week, as it stood when the week ended or at the instant asked for
-- unit: cents and days; the slope is days a week
-- formula: charges of claims that left and that no remittance stands for, refused ones apart; days
--   = receivable / (charges that left in 90 days / 90); age counts from the visit
-- benchmark: under 35 days good, over 45 slow, over 60 serious; under 0.10 older than 90 days
-- source: days in accounts receivable of home-care billing
-- window: 84
-- kept: daily, P3
-- alarm: P2
-- columns: week = its Monday; receivable_cents = owed; over_90_cents = of it, from visits more than
--   90 days back; share_over_90 = over_90_cents of receivable_cents; refused_cents = refused by a
--   partner and not owed as it stands; charged_90_days_cents = charges that left in 90 days;
--   days_receivable = how many days of charges are owed, too many while claims have left for less
--   than 90 days; slope_4_weeks = rise a week, null before the third week; alarm = whether the
--   newest week is over 35 days and rose by a day a week for four weeks, with more than 90 days of
--   claims
with week as (
    select
        cast(days.day as date) as week
        , least((days.day + interval '7 days') at time zone :zone, :at) as ended_at
    from generate_series(
        date_trunc('week', cast(cast(:since as date) as timestamp))
        , cast(cast(:until as date) as timestamp), interval '7 days'
    ) as days (day)
)

, claim as (
    select
        made.claim_id
        , batch.written_at as sent_at
        , case when made.reply_standing = 'rejected' then stood.answered_at end as refused_at
    from {{ ref('core.claim') }} as made
    inner join {{ ref('core.claim_attempt') }} as attempt
        on made.claim_id = attempt.claim_id and attempt.attempt_no = 1
    inner join {{ ref('core.claim_batch') }} as batch on attempt.batch_no = batch.batch_no
    left join {{ ref('core.attempt_standing') }} as stood
        on made.claim_id = stood.claim_id and made.attempt_no = stood.attempt_no
    where
        batch.written_at < :ends
        -- what was voided is not owed
        and (made.frequency <> '8' or made.reply_standing = 'rejected')
        and (cast(:payer as text) is null or made.payer_id = :payer)
)

, spoken as (
    select
        claim.claim_id
        , answer.landed_at
        , case answer.verdict when 'reversed' then -1 else 1 end as settles
    from claim
    inner join {{ ref('core.claim_answer') }} as said on claim.claim_id = said.claim_id
    inner join {{ ref('core.answer') }} as answer
        on
            said.answer_id = answer.answer_id
            and answer.rung = '835' and answer.verdict in ('paid', 'denied', 'reversed')
)

, standing as (
    select
        week.week
        , sent.charge_cents
        , claim.sent_at > week.ended_at - interval '90 days' as is_recent
        -- what was paid and taken back is owed again
        , coalesce((
            select sum(spoken.settles)
            from spoken
            where spoken.claim_id = claim.claim_id and spoken.landed_at <= week.ended_at
        ), 0) > 0 as is_answered
        , coalesce(claim.refused_at <= week.ended_at, false) as is_refused
        , billed.service_date < cast(week.ended_at at time zone :zone as date) - 90 as is_old
    from week
    inner join claim on week.ended_at >= claim.sent_at
    inner join {{ ref('core.claim_line') }} as sent on claim.claim_id = sent.claim_id
    inner join {{ ref('core.billable_line') }} as billed
        on sent.record_id = billed.record_id and sent.line_no = billed.line_no
)

, weekly as (
    select
        standing.week
        , coalesce(sum(standing.charge_cents) filter (
            where not standing.is_answered and not standing.is_refused
        ), 0) as receivable_cents
        , coalesce(sum(standing.charge_cents) filter (
            where not standing.is_answered and not standing.is_refused and standing.is_old
        ), 0) as over_90_cents
        , coalesce(sum(standing.charge_cents) filter (
            where standing.is_refused and not standing.is_answered
        ), 0) as refused_cents
        , coalesce(sum(standing.charge_cents) filter (where standing.is_recent), 0)
            as charged_90_days_cents
    from standing
    group by standing.week
)

, dated as (
    select
        weekly.*
        , weekly.receivable_cents / nullif(weekly.charged_90_days_cents / 90.0, 0) as days
    from weekly
)

, told as (
    select
        dated.week
        , dated.receivable_cents
        , dated.over_90_cents
        , round(dated.over_90_cents / nullif(dated.receivable_cents, 0), 3) as share_over_90
        , dated.refused_cents
        , dated.charged_90_days_cents
        , round(dated.days, 1) as days_receivable
        , case
            when count(*) over four >= 3
                then round(cast(
                    regr_slope(dated.days, (dated.week - :since) / 7.0) over four as numeric
                ), 2)
        end as slope_4_weeks
        , count(*) over four = 4
        and dated.week = max(dated.week) over ()
        and dated.days > 35
        and (select min(claim.sent_at) from claim) < :at - interval '90 days' as may_alarm
    from dated
    window four as (order by dated.week range between interval '21 days' preceding and current row)
)

select
    told.week
    , told.receivable_cents
    , told.over_90_cents
    , told.share_over_90
    , told.refused_cents
    , told.charged_90_days_cents
    , told.days_receivable
    , told.slope_4_weeks
    , told.may_alarm and told.slope_4_weeks >= 1 as alarm
from told
order by told.week
