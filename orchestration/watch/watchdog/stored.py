"""What can be seen in the database: whether it answers, and who has lately written to it.

Dagster's own tables are read with plain SQL: this program has no part of Dagster in it, and looks
at what Dagster has stored, not at what it says of itself.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from orchestration.ground import embedded_postgres
from orchestration.ground.cron import last_due
from orchestration.ground.settings import Settings
from orchestration.watch.looking.heartbeats import (
    NOTIFIER,
    PAGER,
    QUIET_AFTER,
    WATCHDOG,
    beat,
    beats,
)
from orchestration.watch.watchdog.expected import PAGER_LOCATION, Expected
from orchestration.watch.watchdog.outages import Quiet, Remembered
from orchestration.watch.watchdog.surroundings import LARGEST_JUMP, PATIENCE

STORED = frozenset({"daemon", "clock", PAGER, NOTIFIER})
"""Subjects that cannot be looked at while the database does not answer, locations besides."""
DAEMON_QUIET = timedelta(seconds=90)
"""Dagster's daemons write every 30 seconds."""
DAEMON_PATIENCE = timedelta(seconds=30)
SENSOR_QUIET = timedelta(minutes=5)
SCHEDULE_GRACE = timedelta(minutes=10)
FAILURES_IN_A_ROW = 3
NEEDED_DAEMONS = ("SCHEDULER", "SENSOR", "QUEUED_RUN_COORDINATOR", "MONITORING")
_REFUSED = ("password", "authentication", "pg_hba", "role ", "permission")
_CONNECT = {
    "connect_timeout": 5,
    "options": "-c TimeZone=UTC -c statement_timeout=5000 -c lock_timeout=5000",
}


@dataclass(frozen=True)
class Seen:
    """What the database told.

    Args:
        quiet: What is not as it must be.
        hidden: Subjects that could not be looked at.
        looks: Whether the pager has looked lately, None when that could not be asked.
    """

    quiet: list[Quiet]
    hidden: frozenset[str] = frozenset()
    looks: bool | None = None


def look(
    settings: Settings, expected: Sequence[Expected], before: Remembered, now: datetime
) -> Seen:
    """Look at our own database, then at Dagster's beside it; write down that this was done."""
    everything = STORED | {name for one in expected for name in (one.location, one.name)}
    url = _url(settings)
    if url is None:
        return Seen([Quiet("database", "", now, PATIENCE)], everything)
    try:
        with _engine(url).begin() as connection:
            found = list(_ours(connection, now))
            pager = beats(connection).get(PAGER)
            told = sum(outage.is_told for outage in before.outages.values())
            beat(connection, WATCHDOG, now, outages=told)
        with _engine(url.set(database=f"{url.database}_dagster")).begin() as connection:
            found += _dagsters(connection, expected, now)
    except sa.exc.DBAPIError as error:
        return Seen([_unanswered(error, now)], everything)
    except (KeyError, ValueError, TypeError):  # Dagster has stored it in another way
        return Seen([Quiet("daemon", "unreadable", now, PATIENCE)], everything)
    looks = pager is not None and now - pager.beat_at <= QUIET_AFTER
    return Seen(found, looks=looks)


def _url(settings: Settings) -> sa.URL | None:
    """Where the database is; None when the embedded one does not run. Nothing is started."""
    if settings.database_url is not None:
        return sa.make_url(settings.database_url).set(drivername="postgresql+psycopg")
    server = embedded_postgres.running(settings.home)
    return None if server is None else sa.make_url(server.url("carehops"))


def _engine(url: sa.URL) -> sa.Engine:
    return sa.create_engine(url, poolclass=sa.NullPool, connect_args=_CONNECT, hide_parameters=True)


def _unanswered(error: sa.exc.DBAPIError, now: datetime) -> Quiet:
    """Whether it refuses us or does not answer; its own words are not kept."""
    said = str(error.orig).lower()
    if "fatal" in said and any(word in said for word in _REFUSED):
        return Quiet("database", "credentials", now, PATIENCE)
    return Quiet("database", "", now, PATIENCE)


def _ours(connection: sa.Connection, now: datetime) -> Iterator[Quiet]:
    there: datetime = connection.execute(sa.text("select clock_timestamp()")).scalar_one()
    if abs(there - now) > LARGEST_JUMP:
        seconds = round(abs(there - now).total_seconds())
        yield Quiet("clock", "database", now, PATIENCE, count=seconds)
    seen = beats(connection)
    for name in (PAGER, NOTIFIER):
        known = seen.get(name)
        if known is None or now - known.beat_at > QUIET_AFTER:
            since = now if known is None else known.beat_at
            yield Quiet(name, "", since, PATIENCE, explained_by=("daemon", f"{name}:stopped"))


def _dagsters(
    connection: sa.Connection, expected: Sequence[Expected], now: datetime
) -> Iterator[Quiet]:
    if connection.scalar(sa.text("select to_regclass('public.daemon_heartbeats')")) is None:
        yield Quiet("daemon", "", now, PATIENCE)
        return
    rows = connection.execute(sa.text("select daemon_type, body from daemon_heartbeats"))
    heard = {row.daemon_type: _instant(json.loads(row.body)["timestamp"]) for row in rows}
    silent = [
        heard.get(name, now)
        for name in NEEDED_DAEMONS
        if name not in heard or now - heard[name] > DAEMON_QUIET
    ]
    if silent:
        yield Quiet("daemon", "", min(silent), DAEMON_PATIENCE, count=len(silent))
    yield from instigators(connection, expected, now)


def instigators(
    connection: sa.Connection, expected: Sequence[Expected], now: datetime
) -> Iterator[Quiet]:
    """Sensors and schedules that are switched off, fail, or have not ticked in time."""
    known: dict[tuple[str, str], sa.Row[Any]] = {}
    for row in connection.execute(_INSTIGATORS):
        origin = json.loads(row.instigator_body)["origin"]
        place = origin["external_repository_origin"]["repository_location_origin"]
        known[origin["job_name"], place["location_name"]] = row
    worst: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for one in expected:
        stored = known.get((one.name, one.location))
        tick = json.loads(stored.tick_body) if stored is not None and stored.tick_body else None
        if stored is not None and stored.status == "STOPPED":
            yield Quiet(one.name, "stopped", now)
        elif tick is not None and _fails(tick):
            worst[one.location, "failing"].append(_instant(tick["timestamp"]))
        elif (since := _quiet_since(one, _seen_at(stored, tick), now)) is not None:
            worst[one.location, "quiet"].append(since)
    for (location, cause), times in sorted(worst.items()):
        why = ("daemon", f"{PAGER}:") if location == PAGER_LOCATION else ("daemon",)
        yield Quiet(location, cause, min(times), SENSOR_QUIET, count=len(times), explained_by=why)


def _fails(tick: Mapping[str, Any]) -> bool:
    failed = tick["status"]["__enum__"].endswith(".FAILURE")
    return failed and (tick.get("consecutive_failure_count") or 0) >= FAILURES_IN_A_ROW


def _seen_at(stored: sa.Row[Any] | None, tick: Mapping[str, Any] | None) -> datetime | None:
    """When it last ticked, or was switched on."""
    if tick is not None:
        return _instant(tick["timestamp"])
    begun = json.loads(stored.instigator_body)["job_specific_data"] if stored is not None else {}
    timestamp = (begun or {}).get("start_timestamp")
    return None if timestamp is None else _instant(timestamp)


def _quiet_since(one: Expected, seen_at: datetime | None, now: datetime) -> datetime | None:
    """Since when it should have ticked and has not."""
    if seen_at is None:
        return now
    if one.schedule is None or one.zone is None:
        return seen_at if now - seen_at > max(SENSOR_QUIET, 3 * one.every) else None
    due = last_due(one.schedule, one.zone, now - SCHEDULE_GRACE)
    return due if due is not None and seen_at < due else None


def _instant(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)


_INSTIGATORS = sa.text("""
select instigator.status, instigator.instigator_body, newest.tick_body
from instigators as instigator
left join lateral (
    select tick.tick_body
    from job_ticks as tick
    where tick.selector_id = instigator.selector_id
    order by tick.timestamp desc limit 1
) as newest on true
""")
