-- report_missing: A report that must be there for every day or month is not.
-- owner: Data on-call
-- runbook: docs/runbooks/report_missing.md
-- Looked for at 07:45 of the agency's day; a report is expected from the day it was first known.
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

select
    expected.report as subject
    , '' as cause
    , min(expected.severity) as severity
    , (min(expected.day) + time '07:45') at time zone :zone as since
    , count(*) as count
from expected
where
    not exists (
        select 1 from {{ ref('ops.report_day') }} as kept
        where kept.report = expected.report and kept.day = expected.day
    )
group by expected.report
