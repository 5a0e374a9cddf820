-- report_missing: A report that must be there for every day or month is not.
-- owner: Data on-call
-- runbook: docs/runbooks/report_missing.md
-- Looked for at 07:45 of the agency's day; a report is expected from the day it was first known.
-- Several that are missing since the same morning are one trouble: nothing made them.
with here as (
    select cast(:now as timestamptz) at time zone :zone as clock
)

, expected as (
    select
        report.report
        , report.severity
        , cast(days.day as date) as day
    from {{ ref('ops.report') }} as report
    cross join here
    inner join lateral generate_series(
        cast(report.first_day as timestamp), here.clock - interval '7 hours 45 minutes'
        , interval '1 day'
    ) as days (day) on true
    where
        report.kept = 'daily'
        or (report.kept = 'monthly' and extract(day from days.day) = 1)
)

, missing as (
    select
        expected.report
        , min(expected.severity) as severity
        , min(expected.day) as first_day
        , count(*) as days
    from expected
    where
        not exists (
            select 1 from {{ ref('ops.report_day') }} as kept
            where kept.report = expected.report and kept.day = expected.day
        )
    group by expected.report
)

, told as (
    select
        missing.*
        , case
            when count(*) over (partition by missing.first_day) > 1 then 'reports'
            else missing.report
        end as subject
    from missing
)

select
    told.subject
    , '' as cause
    , min(told.severity) as severity
    , (min(told.first_day) + time '07:45') at time zone :zone as since
    , sum(told.days) as count
from told
group by told.subject
