"""The pager's code location: it watches and tells, whatever becomes of the hops' location.

When the hops' location cannot be loaded, Dagster's own freshness stops without a word and says
that all is well. So the watch lives here, reads the contracts module by module, judges stored
state itself, and calls stale whatever has lost its contract.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from random import Random

import dagster as dg

from orchestration.assembly import Contracts, readable_contracts
from orchestration.graph.fresh_checks import mirror, not_shown
from orchestration.graph.housekeeping import KEPT_FOR, purge
from orchestration.graph.refusals import attempt, refusal
from orchestration.graph.run_failures import run_failures, write_run_failures
from orchestration.graph.watch_asset import sees_check, show_sight, watch_asset
from orchestration.ground.clock import SystemClock
from orchestration.ground.database import Database, open_database
from orchestration.ground.failures import ContractFailure
from orchestration.ground.settings import Settings, read_settings
from orchestration.watch.agency_files import files_in_force
from orchestration.watch.evaluation import evaluate
from orchestration.watch.looking.heartbeats import (
    NOTIFIER,
    NOTIFIER_SECONDS,
    PAGER,
    PAGER_SECONDS,
    beat,
    beats,
)
from orchestration.watch.looking.standing import watch
from orchestration.watch.looking.timing import LastGood, read_watched
from orchestration.watch.paging.delivery import send_due

WATCH_SECONDS = 30
HOUSEKEEPING_SECONDS = 3600


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
    opened = database or cache(lambda: open_database(settings))
    pager = _Pager(settings, contracts or cache(readable_contracts), opened)
    return dg.Definitions(
        assets=[watch_asset()],
        asset_checks=[sees_check(opened)],
        sensors=[
            _sensor(
                PAGER,
                PAGER_SECONDS,
                "Looks for everything that is wrong, from stored state, and writes the pages "
                "about it; the notifier sends them.",
                pager.look,
            ),
            _sensor(
                NOTIFIER,
                NOTIFIER_SECONDS,
                "Sends the pages that are due, and those a channel has not taken yet.",
                pager.send,
            ),
            _sensor(
                "freshness_watch",
                WATCH_SECONDS,
                "Judges from stored state how fresh every feed and hop is, and shows it on them "
                "as the check called fresh whenever it changes.",
                pager.show,
            ),
            _sensor(
                "housekeeping",
                HOUSEKEEPING_SECONDS,
                f"Takes away what Dagster stored more than {KEPT_FOR.days} days ago and nobody "
                "needs; the ledger is never purged.",
                pager.tidy,
            ),
        ],
        executor=dg.in_process_executor,
    )


def _sensor(
    name: str, seconds: int, description: str, work: Callable[[dg.DagsterInstance], str]
) -> dg.SensorDefinition:
    """A sensor that does a piece of work each time and asks for no run."""

    @dg.sensor(
        name=name,
        minimum_interval_seconds=seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=description,
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        said, error = attempt(lambda: work(context.instance))
        if said is None:
            raise refusal(error or RuntimeError())
        return dg.SkipReason(said)

    return sensor


@dataclass(frozen=True)
class _Pager:
    """What the sensors do; each from stored state, so that a tick lost or repeated is no matter."""

    settings: Settings
    contracts: Callable[[], Contracts]
    database: Callable[[], Database]

    def look(self, instance: dg.DagsterInstance) -> str:
        """Look for what is wrong, and write the pages about it."""
        clock, known = SystemClock(), self.contracts()
        failures = run_failures(instance, known.hops)
        with self.database().transaction() as connection:
            before = beats(connection).get(PAGER)
            write_run_failures(connection, failures, clock.now())
            found = evaluate(
                connection,
                self.settings,
                known.feeds,
                known.hops,
                clock,
                some_are_broken=bool(known.broken),
            )
        show_sight(instance, before, clock.now())
        return f"{found.conditions} conditions, {len(found.steps)} incidents, {found.told} told"

    def send(self, _instance: dg.DagsterInstance) -> str:
        """Send what is due."""
        clock, settings = SystemClock(), self.settings
        with self.database().transaction() as connection:
            pager = files_in_force(connection, settings, clock.now()).pager
        sent = send_due(self.database(), pager, settings.secret, clock, Random())  # noqa: S311 - jitter
        with self.database().transaction() as connection:
            beat(connection, NOTIFIER, clock.now())
        return f"{len(sent)} tried, {sum(each.outcome.was_sent for each in sent)} sent"

    def show(self, instance: dg.DagsterInstance) -> str:
        """Show how fresh everything is.

        Raises:
            ContractFailure: a contract cannot be read; everything else was shown.
        """
        now, known = SystemClock().now(), self.contracts()
        folder = self.settings.agency_folder
        with self.database().transaction() as connection:
            watched = read_watched(
                folder,
                files_in_force(connection, self.settings, now).agency,
                known.feeds,
                known.hops,
                some_are_broken=bool(known.broken),
                reading=LastGood(connection, folder, now),
            )
        names = [subject.name for subject in watched.subjects]
        standings = watch(
            self.database(),
            watched,
            now,
            tell=mirror(instance),
            unseen=not_shown(instance, names),
        )
        if known.broken:
            broken = ", ".join(known.broken)
            message = f"{broken} cannot be loaded; what they describe is not running"
            raise ContractFailure(message)
        told = [standing.name for standing in standings if standing.changed]
        return f"{len(standings)} looked at; changed: {', '.join(told) or 'none'}"

    def tidy(self, instance: dg.DagsterInstance) -> str:
        """Take away what is old."""
        gone = purge(instance, self.database().dagster_url, SystemClock().now())
        return f"{gone.runs} runs, {gone.events} events, {gone.evaluations} evaluations purged"


defs = build_pager_defs()
