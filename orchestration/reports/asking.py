"""Ask for a report: a window of days in, rows out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from orchestration.ground.failures import ContractFailure
from orchestration.ground.sql import bound
from orchestration.reports.report_files import Report

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """The days a report looks at.

    Args:
        since: First day.
        until: Last day.
        at: The instant what is open is judged for: the end of the last day, or now.
        zone: The agency's zone, in which days begin.
    """

    since: date
    until: date
    at: datetime
    zone: str

    def binds(self, now: datetime, payer: str | None) -> dict[str, Any]:
        """What a report's query is handed."""
        return {
            "since": self.since,
            "until": self.until,
            "begins": first_instant(self.since, self.zone),
            "ends": first_instant(self.until + _DAY, self.zone),
            "at": self.at,
            "now": now,
            "zone": self.zone,
            "payer": payer,
        }


@dataclass(frozen=True)
class Answer:
    """What a report says.

    Args:
        report: Its name.
        title: What it says, in one sentence.
        since: First day looked at.
        until: Last day looked at.
        at: The instant it speaks of.
        payer: The payer asked for, None for all.
        rows: Its rows, by column.
    """

    report: str
    title: str
    since: date
    until: date
    at: datetime
    payer: str | None
    rows: tuple[Mapping[str, Any], ...]


def first_instant(day: date, zone: str) -> datetime:
    """When a day begins in a zone."""
    return datetime.combine(day, time(), ZoneInfo(zone))


def window(
    report: Report, since: date | None, until: date | None, now: datetime, zone: str
) -> Window:
    """The days to look at; what nobody says is told by the report's head.

    Raises:
        ContractFailure: the last day is before the first.
    """
    last = until or now.astimezone(ZoneInfo(zone)).date()
    first = since or last - (report.window_days - 1) * _DAY
    if last < first:
        message = f"the last day, {last}, is before the first, {first}"
        raise ContractFailure(message)
    return Window(first, last, min(now, first_instant(last + _DAY, zone)), zone)


def ask(
    connection: sa.Connection,
    report: Report,
    looked_at: Window,
    now: datetime,
    payer: str | None = None,
) -> Answer:
    """Put the report's question.

    Raises:
        ContractFailure: it is asked for a payer and knows none.
    """
    if payer is not None and not report.by_payer:
        message = f"{report.name} is not told by payer; leave --payer out"
        raise ContractFailure(message)
    found = connection.execute(bound(report.sql, looked_at.binds(now, payer)))
    rows = tuple(dict(row) for row in found.mappings())
    return Answer(
        report.name, report.title, looked_at.since, looked_at.until, looked_at.at, payer, rows
    )
