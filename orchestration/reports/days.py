"""The numbers of each day, kept for good, so that there is a report for every day and a trend.

The report of a day is made that morning: its window ends with the day before (of a month's first
day it is the month before), and what is open is judged for that morning. A day that was missed is
made later, for the same window, and says when it was made.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from orchestration.reports.asking import Window, ask
from orchestration.reports.report_files import Report

MADE_AT = time(6, 30)
"""From this time of the agency's day its report can be made."""
SCHEDULE = "30 6 * * *"
"""When it is made, every day of the year."""
SCHEDULE_NAME = "reports_schedule"
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class KeptDay:
    """A report as it was on a day.

    Args:
        report: Its name.
        day: The day.
        since: First day looked at.
        until: Last day looked at.
        at: The instant it speaks of.
        kept_at: When it was made.
        rows: Its rows.
        alarms: How many of them alarm.
    """

    report: str
    day: date
    since: date
    until: date
    at: datetime
    kept_at: datetime
    rows: list[dict[str, Any]]
    alarms: int


def next_made(now: datetime, zone: str) -> date:
    """The next day whose report is still to be made: today's, or, once that is due, tomorrow's."""
    here = now.astimezone(ZoneInfo(zone))
    return here.date() if here.time() < MADE_AT else here.date() + _DAY


def register(connection: sa.Connection, reports: Iterable[Report], first_day: date) -> None:
    """Make reports known to the database; one that is new is expected from that day on."""
    known = list(reports)
    for report in known:
        connection.execute(
            _REGISTER,
            {
                "report": report.name,
                "kept": report.kept,
                "severity": report.severity,
                "alarm": report.alarm,
                "owner": report.owner,
                "first_day": first_day,
            },
        )
    connection.execute(_NO_MORE, {"names": [report.name for report in known]})


def keep_due(
    connection: sa.Connection, reports: Iterable[Report], now: datetime, zone: str
) -> list[KeptDay]:
    """Make and keep every report that is due and not there, missed days included, oldest first."""
    here = now.astimezone(ZoneInfo(zone))
    last = here.date() if here.time() >= MADE_AT else here.date() - _DAY
    kept = []
    for report in reports:
        missing = connection.scalars(_MISSING, {"report": report.name, "last": last})
        kept += [_keep(connection, report, day, now, zone) for day in list(missing)]
    return kept


def _keep(
    connection: sa.Connection, report: Report, day: date, now: datetime, zone: str
) -> KeptDay:
    until = day - _DAY
    daily = report.kept == "daily"
    since = day - report.window_days * _DAY if daily else until.replace(day=1)
    at = min(now, datetime.combine(day, MADE_AT, ZoneInfo(zone)))
    rows = ask(connection, report, Window(since, until, at, zone), now).rows
    plain = json.loads(json.dumps(rows, default=_plain))
    alarms = sum(bool(row.get("alarm")) for row in rows)
    made = KeptDay(report.name, day, since, until, at, now, plain, alarms)
    connection.execute(_KEEP, {**vars(made), "rows": json.dumps(plain)})
    return made


def kept_days(
    connection: sa.Connection, report: str, since: date | None, until: date | None
) -> list[KeptDay]:
    """A report as it was kept, day by day, newest first."""
    asked = {"report": report, "since": since, "until": until}
    return [KeptDay(**row) for row in connection.execute(_KEPT, asked).mappings()]


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    message = f"a report cannot hold a {type(value).__name__}"
    raise TypeError(message)


_REGISTER = sa.text("""
insert into ops.report as known (report, kept, severity, alarm_severity, owner_role, first_day)
values (:report, :kept, :severity, :alarm, :owner, :first_day)
on conflict (report) do update set
    kept = excluded.kept, severity = excluded.severity, alarm_severity = excluded.alarm_severity
    , owner_role = excluded.owner_role
    , first_day = case
        when known.kept is not distinct from excluded.kept then known.first_day
        else excluded.first_day
    end
where
    (known.kept, known.severity, known.alarm_severity, known.owner_role) is distinct from
    (excluded.kept, excluded.severity, excluded.alarm_severity, excluded.owner_role)
""")

_NO_MORE = sa.text("""
update ops.report set kept = null, severity = null, alarm_severity = null
where report <> all(:names) and num_nonnulls(kept, alarm_severity) > 0
""")

_MISSING = sa.text("""
select cast(days.day as date)
from ops.report
cross join lateral generate_series(
    cast(report.first_day as timestamp), cast(cast(:last as date) as timestamp), interval '1 day'
) as days (day)
where
    report.report = :report and report.kept is not null
    and (report.kept = 'daily' or extract(day from days.day) = 1)
    and not exists (
        select 1 from ops.report_day as kept
        where kept.report = report.report and kept.day = cast(days.day as date)
    )
order by days.day
""")

_KEEP = sa.text("""
insert into ops.report_day (report, day, since, until, at, kept_at, rows, row_count, alarms)
values (:report, :day, :since, :until, :at, :kept_at, cast(:rows as jsonb)
    , jsonb_array_length(cast(:rows as jsonb)), :alarms)
on conflict (report, day) do nothing
""")

_KEPT = sa.text("""
select report, day, since, until, at, kept_at, rows, alarms
from ops.report_day
where report = :report
    and day >= coalesce(cast(:since as date), day) and day <= coalesce(cast(:until as date), day)
order by day desc
""")
