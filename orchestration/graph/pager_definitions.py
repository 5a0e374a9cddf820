"""The pager's code location: it watches and tells, whatever becomes of the hops' location.

When the hops' location cannot be loaded, Dagster's own freshness stops without a word and says
that all is well. So the watch lives here, reads the contracts module by module, judges stored
state itself, and calls stale whatever has lost its contract.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial

import dagster as dg
import sqlalchemy as sa

import assets
import assets.feeds
from orchestration.graph.fresh_checks import mirror, not_shown
from orchestration.graph.refusals import attempt, refusal
from orchestration.graph.run_failures import run_failures, write_run_failures
from orchestration.graph.watch_asset import sees_check, show_sight, watch_asset
from orchestration.ground.agency import read_agency
from orchestration.ground.clock import SystemClock
from orchestration.ground.contracts import Feed, Hop
from orchestration.ground.database import Database, open_database
from orchestration.ground.settings import Settings, read_settings
from orchestration.watch.heartbeats import PAGER, PAGER_SECONDS, beat, beats
from orchestration.watch.standing import Standing, watch
from orchestration.watch.timing import last_good, read_watched
from orchestration.watch.watched import Watched

WATCH_SECONDS = 30


@dataclass(frozen=True)
class Contracts:
    """What could be read of the contracts.

    Args:
        subjects: Feeds and hops.
        broken: Modules that cannot be imported.
    """

    subjects: tuple[Feed | Hop, ...]
    broken: tuple[str, ...]


def read_contracts() -> Contracts:
    """Every contract that can be read; a broken module costs only its own."""
    subjects: list[Feed | Hop] = []
    broken: list[str] = []
    for package in (assets.feeds, assets):
        for found in pkgutil.iter_modules(package.__path__):
            if found.ispkg:
                continue
            name = f"{package.__name__}.{found.name}"
            module, error = attempt(partial(importlib.import_module, name))
            if error is not None:
                broken.append(name)
            subjects.extend(getattr(module, "FEEDS", ()))
            subjects.extend(filter(None, [getattr(module, "HOP", None)]))
    return Contracts(tuple(subjects), tuple(broken))


def build_pager_defs(
    *,
    settings: Settings | None = None,
    contracts: Callable[[], Contracts] | None = None,
    database: Callable[[], Database] | None = None,
) -> dg.Definitions:
    """All definitions of the pager's location.

    Args:
        settings: Where things are; read from the environment by default.
        contracts: Gives what is watched; read once by default.
        database: Gives our database; opened at first need by default.
    """
    settings = settings or read_settings()
    contracts = contracts or cache(read_contracts)
    opened = database or cache(lambda: open_database(settings))

    def all_watched(connection: sa.Connection, now: datetime) -> Watched:
        known = contracts()
        return read_watched(
            settings.agency_folder,
            read_agency(settings.agency_folder),
            [subject for subject in known.subjects if isinstance(subject, Feed)],
            [subject for subject in known.subjects if isinstance(subject, Hop)],
            some_are_broken=bool(known.broken),
            keep=last_good(connection, settings.agency_folder, now),
        )

    def look_around(instance: dg.DagsterInstance) -> list[Standing]:
        now = SystemClock().now()
        with opened().transaction() as connection:
            watched = all_watched(connection, now)
        return watch(
            opened(),
            watched,
            now,
            tell=mirror(instance),
            unseen=not_shown(instance, [subject.name for subject in watched.subjects]),
        )

    def look_for_trouble(instance: dg.DagsterInstance) -> str:
        now = SystemClock().now()
        hops = [subject for subject in contracts().subjects if isinstance(subject, Hop)]
        failures = run_failures(instance, hops)
        with opened().transaction() as connection:
            # two daemons at once would tell the same twice
            connection.execute(sa.text("select pg_advisory_xact_lock(hashtext('carehops:pager'))"))
            before = beats(connection).get(PAGER)
            write_run_failures(connection, failures, now)
            beat(connection, PAGER, now)
        show_sight(instance, before, now)
        return f"looked; {len(failures)} hops' runs fail"

    @dg.sensor(
        name=PAGER,
        minimum_interval_seconds=PAGER_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Looks for everything that is wrong, from stored state, and writes the pages "
        "about it; the notifier sends them.",
    )
    def pager(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        said, error = attempt(lambda: look_for_trouble(context.instance))
        if said is None:
            raise refusal(error or RuntimeError())
        return dg.SkipReason(said)

    @dg.sensor(
        name="freshness_watch",
        minimum_interval_seconds=WATCH_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Judges from stored state how fresh every feed and hop is, and shows it on "
        "them as the check called fresh whenever it changes.",
    )
    def freshness_watch(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        standings, error = attempt(lambda: look_around(context.instance))
        if standings is None:
            raise refusal(error or RuntimeError())
        if broken := contracts().broken:
            message = f"{', '.join(broken)} cannot be loaded; what they describe is not running"
            raise dg.Failure(message)
        told = [standing.name for standing in standings if standing.changed]
        return dg.SkipReason(f"{len(standings)} looked at; changed: {', '.join(told) or 'none'}")

    return dg.Definitions(
        assets=[watch_asset()],
        asset_checks=[sees_check(opened)],
        sensors=[freshness_watch, pager],
        executor=dg.in_process_executor,
    )


defs = build_pager_defs()
