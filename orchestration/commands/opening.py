"""What every command begins with, and how it ends when something is refused."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

import click

from orchestration import assembly
from orchestration.commands.printing import say, show_json
from orchestration.ground.agency import AGENCY, parse_agency
from orchestration.ground.clock import Clock, FixedClock, SystemClock, parse_instant
from orchestration.ground.code_words import code_words
from orchestration.ground.database import Database, open_database
from orchestration.ground.failures import CarehopsFailure, FileRefused
from orchestration.ground.in_force import in_force
from orchestration.ground.migrations import migrate
from orchestration.ground.settings import Settings, read_settings
from orchestration.ground.sql import SqlLibrary
from orchestration.ground.unforeseen import said_of
from orchestration.views.sight import Sight
from orchestration.views.status import Fresh, Watcher
from orchestration.watch.looking.heartbeats import NOTIFIER, PAGER, WATCHDOG, beats, is_quiet
from orchestration.watch.looking.standing import look

REFUSED = 2
BROKEN = 70
"""Exit code of what should not happen; the line names the place, never a value."""

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Answer as JSON; see docs/cli.md.")


class Instant(click.ParamType[datetime]):
    """An ISO 8601 instant with its offset."""

    name = "instant"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read it, or say how it is written."""
        try:
            return parse_instant(value)
        except ValueError:
            self.fail("write it like 2026-11-20T09:00:00Z, with its offset", param, ctx)


class PlainWords(click.Group):
    """Says what was refused in one line; never shows a traceback, which may hold values."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order they were added: the daily ones first."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; end in plain words whatever happens."""
        try:
            return super().invoke(ctx)
        except CarehopsFailure as refused:
            _give_up(str(refused), REFUSED)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise  # click's own: wrong usage, an exit code, Ctrl-C, a reader that went away
        except Exception as error:  # the text of an unforeseen failure may hold a person's data
            _give_up(_broken(error), BROKEN)


def _broken(error: Exception) -> str:
    """What broke and where in our own code; the error's own text may quote a row."""
    return f"carehops broke: {said_of(error)}. What was begun in the database was taken back."


def _give_up(message: str, code: int) -> NoReturn:
    say(message)
    sys.exit(code)


@dataclass(frozen=True)
class Desk:
    """What answers for incidents: no hop and no feed is needed, so none can stand in the way."""

    settings: Settings
    clock: Clock
    database: Database
    sight: Sight


@dataclass(frozen=True)
class Asked:
    """The global options, and what every command begins with."""

    now: datetime | None

    @property
    def clock(self) -> Clock:
        """The machine's, or one that stands at the instant asked for."""
        return SystemClock() if self.now is None else FixedClock(self.now)

    def house(self) -> assembly.House:
        """Everything put together, the server started if need be; closed with the command."""
        settings = read_settings()
        # what is kept below is not for others; the server's account only passes through
        settings.home.mkdir(mode=0o711, parents=True, exist_ok=True)
        settings.drop.mkdir(mode=0o700, exist_ok=True)
        house = assembly.assemble(settings, self.clock, say)
        click.get_current_context().call_on_close(house.database.engine.dispose)
        return house

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        """Where incidents are answered for, though a contract cannot be loaded."""
        settings = read_settings()
        database = open_database(settings, say)
        migrate(database.engine, say)
        click.get_current_context().call_on_close(database.engine.dispose)
        path = settings.agency_folder / AGENCY
        with database.transaction() as connection:
            agency = in_force(connection, path, parse_agency, self.clock.now())
        with database.engine.connect() as connection:
            library = SqlLibrary(frozenset(), frozenset())
            zone = agency.value.zone
            sight = Sight(connection, (), (), library, self.clock.now(), zone)
            yield Desk(settings, self.clock, database, sight)

    @contextmanager
    def opened(self) -> Iterator[tuple[assembly.House, Sight]]:
        """The house, and a look at it."""
        house = self.house()
        with house.database.engine.connect() as connection:
            now, zone = house.clock.now(), house.agency.zone
            words = code_words(house.settings.agency_folder)
            hops, feeds, partners = house.hops, house.feeds, house.watched.partners
            yield house, Sight(connection, hops, feeds, house.library, now, zone, words, partners)


def say_refused(refused: Iterable[FileRefused]) -> None:
    """Name each file of the agency's that is wrong, and say that it does not hold."""
    for each in refused:
        say(f"{each}\nWhat it said before stays in force.")


def how_fresh(house: assembly.House, sight: Sight) -> dict[str, Fresh]:
    """How fresh every feed, hop and partner is now, by name."""
    say_refused(house.watched.refused)
    standings = look(sight.connection, house.watched, sight.now)
    return {
        found.name: Fresh(found.freshness.state, found.freshness.because) for found in standings
    }


def who_watches(sight: Sight) -> tuple[Watcher, ...]:
    """Whether pager, notifier and watchdog have looked lately."""
    seen = beats(sight.connection)
    return tuple(
        Watcher(
            name,
            seen[name].beat_at if name in seen else None,
            is_quiet(seen.get(name), sight.now),
        )
        for name in (PAGER, NOTIFIER, WATCHDOG)
    )


def tell(answer: object, as_json: bool, page: Callable[[], None]) -> None:
    """Answer as JSON, or as people read it."""
    if as_json:
        show_json(answer)
    else:
        page()
