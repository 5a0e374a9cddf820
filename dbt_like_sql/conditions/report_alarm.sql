-- report_alarm: The newest kept report has rows that its file calls alarming.
-- runbook: docs/runbooks/report_alarm.md
select
    report.report as subject
    , '' as cause
    , report.alarm_severity as severity
    , report.owner_role as owner
    , coalesce(alarmed.since, newest.kept_at) as since
    , newest.alarms as count
from {{ ref('ops.report') }} as report
inner join lateral (
    select
        kept.day
        , kept.kept_at
        , kept.alarms
    from {{ ref('ops.report_day') }} as kept
    where kept.report = report.report and kept.kept_at <= :now
    order by kept.day desc
    limit 1
) as newest on newest.alarms > 0
left join lateral (
    select min(kept.kept_at) as since
    from {{ ref('ops.report_day') }} as kept
    where
        kept.report = report.report and kept.kept_at <= :now
        and kept.day > coalesce((
            select max(good.day)
            from {{ ref('ops.report_day') }} as good
            where good.report = report.report and good.alarms = 0
        ), '-infinity')
) as alarmed on true
where report.alarm_severity is not null
