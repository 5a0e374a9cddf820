"""Put the house together: one place where feeds, hops, database and clock meet.

Feeds and hops are discovered: a module in ``assets/feeds`` that has ``FEEDS``, a module in
``assets`` that has ``HOP``, a suite of the same stem in ``expectations``.
"""

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from types import ModuleType

import assets
import assets.feeds
import expectations
from expectations import Expect
from orchestration.flow import ledger
from orchestration.flow.audit import check
from orchestration.flow.hop_pass import Audit, Passes
from orchestration.flow.landing.landing import Landing
from orchestration.flow.landing.tables import ensure_tables
from orchestration.ground.agency import Agency, read_agency
from orchestration.ground.calendar import fill_calendar
from orchestration.ground.clock import Clock, SystemClock
from orchestration.ground.contracts import Feed, Hop, Table
from orchestration.ground.database import Database, open_database
from orchestration.ground.failures import ContractFailure
from orchestration.ground.migrations import migrate
from orchestration.ground.settings import Settings, read_settings
from orchestration.ground.sql import SqlLibrary
from orchestration.partners.x12.rows import reply_statements
from orchestration.reports.days import next_made, register
from orchestration.reports.report_files import load_reports
from orchestration.watch.looking.timing import LastGood, read_watched
from orchestration.watch.looking.watched import Watched


def _modules(package: ModuleType) -> list[ModuleType]:
    return [importlib.import_module(name) for name in _module_names(package)]


def _module_names(package: ModuleType) -> list[str]:
    return [
        f"{package.__name__}.{found.name}"
        for found in pkgutil.iter_modules(package.__path__)
        if not found.ispkg
    ]


@cache
def feeds() -> tuple[Feed, ...]:
    """Every feed, by name."""
    found = [feed for module in _modules(assets.feeds) for feed in getattr(module, "FEEDS", ())]
    return tuple(sorted(found, key=lambda feed: feed.name))


@cache
def hops() -> tuple[Hop, ...]:
    """Every hop, upstream before downstream.

    Raises:
        ContractFailure: hops wait for each other or for one that does not exist.
    """
    found = {module.HOP.name: module.HOP for module in _modules(assets) if hasattr(module, "HOP")}
    ordered: list[Hop] = []
    made: dict[str, str] = {
        f"core.{target.name}": hop.name for hop in found.values() for target in hop.targets
    }
    while found:
        ready = [
            hop
            for hop in found.values()
            if not any(made.get(table) in found for table in hop.takes)
        ]
        if not ready:
            message = f"these hops wait for each other: {', '.join(sorted(found))}"
            raise ContractFailure(message)
        ordered.extend(found.pop(name) for name in sorted(hop.name for hop in ready))
    return tuple(ordered)


@dataclass(frozen=True)
class Contracts:
    """What can be read of the contracts, whatever becomes of the rest.

    Args:
        feeds: Every feed whose module can be imported.
        hops: Every hop whose module can be imported.
        broken: Modules that cannot.
    """

    feeds: tuple[Feed, ...]
    hops: tuple[Hop, ...]
    broken: tuple[str, ...]


def readable_contracts() -> Contracts:
    """Every contract that can be read; a broken module costs only its own."""
    modules: list[ModuleType] = []
    broken: list[str] = []
    for package in (assets.feeds, assets):
        for name in _module_names(package):
            try:
                modules.append(importlib.import_module(name))
            except Exception:  # whatever is wrong with it, the others are watched
                broken.append(name)
    return Contracts(
        feeds=tuple(feed for module in modules for feed in getattr(module, "FEEDS", ())),
        hops=tuple(module.HOP for module in modules if hasattr(module, "HOP")),
        broken=tuple(broken),
    )


@cache
def suite_of(name: str) -> tuple[Expect, ...]:
    """The suite of a hop or feed: the module of the same stem, or none for a feed."""
    if name not in {found.name for found in pkgutil.iter_modules(expectations.__path__)}:
        return ()
    return tuple(importlib.import_module(f"expectations.{name}").SUITE)


def tables() -> tuple[Table, ...]:
    """Every landing table, once."""
    return tuple({feed.table.name: feed.table for feed in feeds()}.values())


@cache
def sql_library() -> SqlLibrary:
    """The SQL, knowing which tables exist."""
    return SqlLibrary(
        core_tables=frozenset(
            name
            for hop in hops()
            for name in (*(target.name for target in hop.targets), *hop.keeps)
        ),
        landing_tables=frozenset(table.name for table in tables()),
        landing=tables(),
    )


@dataclass(frozen=True)
class House:
    """Everything that is needed to land a file, run a pass, or answer a question."""

    settings: Settings
    agency: Agency
    clock: Clock
    database: Database
    library: SqlLibrary
    intake: ledger.Intake
    landing: Landing
    passes: Passes
    feeds: tuple[Feed, ...]
    hops: tuple[Hop, ...]

    def hop(self, name: str) -> Hop:
        """The hop of that name.

        Raises:
            ContractFailure: there is none; the message lists those there are.
        """
        for hop in self.hops:
            if hop.name == name:
                return hop
        message = f"no hop is called {name!r}; there are {', '.join(hop.name for hop in self.hops)}"
        raise ContractFailure(message)

    @cached_property
    def watched(self) -> Watched:
        """Feeds, hops and partners as the agency wants them timed.

        While ``timing.toml`` or a partner's file is wrong, what it last said that was right holds.
        """
        folder = self.settings.agency_folder
        with self.database.transaction() as connection:
            reading = LastGood(connection, folder, self.clock.now())
            watched = read_watched(folder, self.agency, self.feeds, self.hops, reading=reading)
        return replace(watched, refused=tuple(reading.refused))

    def today(self) -> date:
        """The day it is in the agency's zone."""
        return self.clock.now().astimezone(self.agency.zone_info).date()

    def suite(self, name: str) -> Sequence[Expect]:
        """The suite of a hop or feed."""
        return suite_of(name)


def bring_up_to_date(
    database: Database, agency: Agency, clock: Clock, say: Callable[[str], None]
) -> None:
    """Migrations, landing tables, registers of hops and reports, calendar: safe to repeat."""
    migrate(database.engine, say)
    with database.transaction() as connection:
        ensure_tables(connection, tables())
        ledger.register_hops(connection, hops())
        register(connection, load_reports(), next_made(clock.now(), agency.zone))
        fill_calendar(connection, clock.now().astimezone(agency.zone_info).date(), agency.closures)


def assemble(
    settings: Settings | None = None,
    clock: Clock | None = None,
    say: Callable[[str], None] = lambda _: None,
    audit: Audit = check,
    database: Database | None = None,
) -> House:
    """Open the database, bring it up to date, and join the parts.

    Raises:
        SetUpFailure: the database cannot be had.
        ContractFailure: a contract is wrong.
    """
    settings = settings or read_settings()
    clock = clock or SystemClock()
    agency = read_agency(settings.agency_folder)
    database = database or open_database(settings, say)
    bring_up_to_date(database, agency, clock, say)
    library = sql_library()
    intake = ledger.Intake(hops(), library, agency.zone)
    return House(
        settings=settings,
        agency=agency,
        clock=clock,
        database=database,
        library=library,
        intake=intake,
        landing=Landing(
            engine=database.engine,
            feeds=feeds(),
            kept=settings.kept,
            clock=clock,
            zone=agency.zone,
            hand_on=lambda connection, table, batch: intake.hand_on(
                connection, table, batch, clock.now()
            ),
            read_x12=reply_statements,
            agency=settings.agency_folder,
        ),
        passes=Passes(database, library, intake, settings, clock, agency.zone, audit),
        feeds=feeds(),
        hops=hops(),
    )
