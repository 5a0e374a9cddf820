"""What is wrong with this installation, in plain words: what, where, and how to mend it.

The doctor only looks. It starts no server, makes no folder, and says nothing of records: a hop
that is stale or a record that is stuck is ``status`` and ``trace``.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from orchestration.ground import embedded_postgres
from orchestration.ground.agency import read_agency
from orchestration.ground.clock import Clock
from orchestration.ground.contracts import Feed, Hop
from orchestration.ground.database import FLOOR
from orchestration.ground.disk import is_nearly_full
from orchestration.ground.failures import ContractFailure
from orchestration.ground.settings import Settings
from orchestration.ground.sql import SQL_FOLDER
from orchestration.views.deliveries import NEXT_STEP

SKEW = timedelta(seconds=30)
HEARTBEAT = timedelta(minutes=5)
"""Dagster's daemons write theirs every 30 seconds."""
EXPIRES_SOON = timedelta(days=30)
FRESHNESS_DAEMON = "FRESHNESS_DAEMON"
_READ_BY_OTHERS = 0o006
_ENTERED_BY_OTHERS = 0o007
_FRESHNESS_ON = re.compile(r"^freshness:\s*(\{\s*|\n\s+)enabled:\s*true\b", re.M | re.I)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Args:
        what: What is wrong.
        where: The file, folder, server or setting.
        mend: What to do about it.
    """

    what: str
    where: str
    mend: str


def doctor(
    settings: Settings, feeds: Iterable[Feed], hops: Iterable[Hop], clock: Clock
) -> list[Finding]:
    """Look at everything.

    Args:
        settings: The surroundings.
        feeds: All feeds, for their owners.
        hops: All hops, for theirs.
        clock: The machine's clock.
    """
    owners = {feed.owner for feed in feeds} | {hop.owner for hop in hops}
    return [
        *agency(settings, owners),
        *folders(settings),
        *disk(settings),
        *dagster_settings(settings),
        *server(settings, clock),
    ]


def agency(settings: Settings, owners: Iterable[str]) -> Iterator[Finding]:
    """The agency's own facts can be read, and every role that owns something has an address."""
    path = settings.agency_folder / "agency.toml"
    try:
        facts = read_agency(settings.agency_folder)
    except ContractFailure as wrong:
        yield Finding(str(wrong), str(path), "Mend the file, or name another CAREHOPS_AGENCY.")
        return
    for role in sorted(owners):
        if not facts.owners.get(role, "").strip():
            yield Finding(
                f"nobody answers for what {role} owns",
                f"{path}, [owners]",
                f'Add a line: "{role}" = "somebody@your-agency".',
            )


def folders(settings: Settings) -> Iterator[Finding]:
    """Nobody else on this machine can read what holds people's data."""
    for folder, bits in (
        (settings.home, _READ_BY_OTHERS),
        (settings.drop, _ENTERED_BY_OTHERS),
        (settings.kept, _ENTERED_BY_OTHERS),
        (settings.outbox, _ENTERED_BY_OTHERS),
        (settings.secrets, _ENTERED_BY_OTHERS),
        (settings.dagster_home, _ENTERED_BY_OTHERS),
    ):
        if folder.exists() and folder.stat().st_mode & bits:
            others = "others on this machine may read or change it"
            yield Finding(others, str(folder), f"chmod o-rwx {folder}")


def disk(settings: Settings, usage: Callable[[Path], Any] = shutil.disk_usage) -> Iterator[Finding]:
    """There is room for what comes next."""
    place = next(folder for folder in (settings.home, *settings.home.parents) if folder.exists())
    seen = usage(place)
    if is_nearly_full(seen):
        yield Finding(
            f"the disk is nearly full: {seen.free / 2**30:.1f} GB of {seen.total / 2**30:.0f} GB "
            "are free",
            str(place),
            "Make room, or move CAREHOPS_HOME to a larger disk.",
        )


def dagster_settings(settings: Settings) -> Iterator[Finding]:
    """Dagster evaluates freshness only when it is told to."""
    path = settings.dagster_home / "dagster.yaml"
    if not path.exists():
        mend = "Run `carehops run`, or `carehops ui`: both write it."
        yield Finding("Dagster has no settings yet", str(path), mend)
    elif not _FRESHNESS_ON.search(path.read_text()):
        mend = "Write `freshness: {enabled: true}` into it, or delete it and run `carehops ui`."
        yield Finding("freshness is switched off: stale hops stay green", str(path), mend)


def server(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """The database answers, is new enough and up to date, and agrees what time it is."""
    if settings.database_url is None:
        found = embedded_postgres.running(settings.home)
        where = str(settings.home / "postgres")
        if found is None:
            yield Finding("the database is not running", where, "Run `carehops up`.")
            return
        url = sa.make_url(found.url("carehops"))
    else:
        url = sa.make_url(settings.database_url).set(drivername="postgresql+psycopg")
        where = url.render_as_string(hide_password=True)
    engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args={"connect_timeout": 5})
    try:
        with engine.connect() as connection:
            yield from _version(connection, where)
            yield from _skew(connection, where, clock.now())
            yield from _migrations(connection, where)
            yield from _credentials(connection, clock.now())
            yield from _lines(connection)
    except sa.exc.OperationalError:
        yield Finding(
            "the database does not answer, or refuses account or password",
            where,
            "See that the server is up and that CAREHOPS_DATABASE_URL names account and database.",
        )
        return
    yield from daemons(url.set(database=f"{url.database}_dagster"), clock.now())


def _version(connection: sa.Connection, where: str) -> Iterator[Finding]:
    major = int(connection.scalar(sa.text("show server_version_num")) or 0) // 10_000
    if major < FLOOR:
        what = f"PostgreSQL {major} is too old; Carehops needs {FLOOR} or newer"
        yield Finding(what, where, "Point CAREHOPS_DATABASE_URL at a newer server, or unset it.")


def _skew(connection: sa.Connection, where: str, now: datetime) -> Iterator[Finding]:
    there = connection.scalar(sa.text("select clock_timestamp()"))
    if there is not None and abs(there - now) > SKEW:
        seconds = int(abs(there - now).total_seconds())
        yield Finding(
            f"this machine's clock and the database's differ by {seconds} seconds",
            where,
            "Let both follow the same time server (chrony, systemd-timesyncd).",
        )


def _migrations(connection: sa.Connection, where: str) -> Iterator[Finding]:
    if connection.scalar(sa.text("select to_regclass('public.carehops_migration')")) is None:
        yield Finding("the database is empty", where, "Run `carehops up`, or `carehops run`.")
        return
    rows = connection.execute(sa.text("select name, sha256 from public.carehops_migration"))
    applied = {row.name: row.sha256 for row in rows}
    files = sorted((SQL_FOLDER / "migrations").glob("[0-9]*.sql"))
    missing = [path.name for path in files if path.name not in applied]
    if missing:
        what = f"migrations are missing: {', '.join(missing)}"
        yield Finding(what, where, "Run `carehops up`: it applies them.")
    edited = [
        path.name
        for path in files
        if path.name in applied
        and applied[path.name] != hashlib.sha256(path.read_bytes()).hexdigest()
    ]
    if edited:
        what = f"migrations were edited after they were applied: {', '.join(edited)}"
        yield Finding(what, where, "Restore them from the release; write changes as new files.")
    newer = sorted(set(applied) - {path.name for path in files})
    if newer:
        what = f"the database is of a newer release: it knows {', '.join(newer)}"
        yield Finding(what, where, "Update the program.")


def _credentials(connection: sa.Connection, now: datetime) -> Iterator[Finding]:
    """Every credential was taken when it was last used, and lasts a while."""
    if connection.scalar(sa.text("select to_regclass('ops.credential')")) is None:
        return
    soon = now + EXPIRES_SOON
    for row in connection.execute(_CREDENTIALS, {"soon": soon}):
        what = (
            f"credential {row.name} is refused since {row.failing_since:%Y-%m-%d %H:%M} UTC"
            if row.failing_since
            else f"credential {row.name} expires on {row.expires_at:%Y-%m-%d}"
        )
        mend = "Renew it with whoever gave it, set it where it is kept, restart what uses it."
        yield Finding(what, f"credential {row.name}, {row.owner_role}", mend)


def _lines(connection: sa.Connection) -> Iterator[Finding]:
    """Every partner could be reached when it was last tried."""
    if connection.scalar(sa.text("select to_regclass('ops.line')")) is None:
        return
    for row in connection.execute(_FAILING_LINES):
        what = (
            f"files cannot be exchanged with {row.partner} since "
            f"{row.failing_since:%Y-%m-%d %H:%M} UTC: {row.why.replace('_', ' ')}"
        )
        again = "It is not tried again before that is mended." if row.is_stopped else ""
        mend = f"{NEXT_STEP.get(row.why, 'see docs/runbooks/line_failing.md')}. {again}".strip()
        yield Finding(what, f"partner {row.partner}, {row.owner_role}", _capital(mend))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def daemons(url: sa.URL, now: datetime) -> Iterator[Finding]:
    """Dagster's daemons have lately said that they live: schedules, sensors, freshness."""
    where = f"database {url.database}"
    mend = "Run `carehops ui` and leave it running (a service manager keeps it up)."
    engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args={"connect_timeout": 5})
    try:
        with engine.connect() as connection:
            if connection.scalar(sa.text("select to_regclass('public.daemon_heartbeats')")) is None:
                yield Finding("Dagster's daemon has never run", where, mend)
                return
            # the column's time is in whatever zone the writer's session had; the body's is not
            rows = connection.execute(sa.text("select daemon_type, body from daemon_heartbeats"))
            beats = {
                row.daemon_type: datetime.fromtimestamp(json.loads(row.body)["timestamp"], UTC)
                for row in rows
            }
    except sa.exc.OperationalError:
        yield Finding("Dagster's database is missing", where, "Run `carehops up`: it makes it.")
        return
    silent = sorted(name for name, at in beats.items() if now - at > HEARTBEAT)
    if not beats:
        yield Finding("Dagster's daemon has never run", where, mend)
    elif silent:
        newest = max(beats[name] for name in silent)
        what = (
            f"Dagster's daemon is silent ({', '.join(silent)}), "
            f"last heard {newest:%Y-%m-%d %H:%M} UTC: nothing runs on schedule"
        )
        yield Finding(what, where, mend)
    if beats and FRESHNESS_DAEMON not in beats:
        what = "Dagster's freshness daemon has never run: stale hops stay green"
        yield Finding(what, where, "Switch freshness on in dagster.yaml, then restart the UI.")


_FAILING_LINES = sa.text("""
select partner, owner_role, failing_since, why, is_stopped from ops.line
where failing_since is not null and why <> 'credential_refused'
order by failing_since
""")
_CREDENTIALS = sa.text("""
select name, owner_role, failing_since, expires_at from ops.credential
where failing_since is not null or expires_at <= :soon
order by failing_since is null, expires_at, name
""")
