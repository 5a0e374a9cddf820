"""The command that looks after those who look."""

import fcntl
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click

from orchestration import assembly
from orchestration.commands.opening import Asked
from orchestration.commands.printing import say, show
from orchestration.ground.agency import read_agency
from orchestration.ground.durations import in_words
from orchestration.ground.failures import TransientFailure
from orchestration.ground.settings import read_settings
from orchestration.watch.watchdog.expected import expected
from orchestration.watch.watchdog.outages import Outage, Remembered
from orchestration.watch.watchdog.rounds import LOOK_SECONDS, Watchdog
from orchestration.watch.watchdog.telling import ways

OUT = 1


@click.command()
@click.option("--once", is_flag=True, help="Look once and end, for cron; exit code 1: an outage.")
@click.option("--port", type=int, help="Where Dagster listens; CAREHOPS_UI_PORT by default.")
@click.pass_obj
def watchdog(asked: Asked, *, once: bool, port: int | None) -> None:
    """Page when database, Dagster, schedules, sensors, pager or notifier go quiet.

    A program of its own that needs none of them: one page when an outage begins, one when it
    ends. It starts nothing and mends nothing.
    """
    settings = read_settings()
    agency = read_agency(settings.agency_folder)
    settings.home.mkdir(mode=0o711, parents=True, exist_ok=True)
    dog = Watchdog(
        settings,
        asked.clock,
        port or settings.ui_port,
        expected(assembly.hops(), agency.zone_info),
        partial(ways, settings),
    )
    with _alone(settings.home / "watchdog.lock"):
        if once:
            outages = dog.look().outages
            _show(dog, outages)
            sys.exit(OUT if outages else 0)
        _keep_looking(dog)


def _keep_looking(dog: Watchdog) -> None:
    """Look until asked to stop; what goes wrong in one look does not end the next."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    say(f"Looking every {LOOK_SECONDS} seconds; Ctrl-C stops it.")
    known: Remembered | None = None
    told: frozenset[str] = frozenset()
    while not stop.is_set():
        try:
            known = dog.look(known)
        except Exception as error:  # its text may hold what no log may
            say(f"this look failed: {type(error).__name__}")
        else:
            now = frozenset(key for key, outage in known.outages.items() if outage.is_told)
            if now != told:
                _show(dog, known.outages)
            told = now
        stop.wait(LOOK_SECONDS)


def _show(dog: Watchdog, outages: Mapping[str, Outage]) -> None:
    if not outages:
        show("Everything that watches is at work.")
    now = dog.clock.now()
    for outage in outages.values():
        cause = f" ({outage.cause})" if outage.cause else ""
        told = "paged" if outage.is_told else "not paged yet"
        show(f"{outage.subject}{cause}: out for {in_words(now - outage.since)}, {told}")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Two at once would page twice."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise TransientFailure("another watchdog looks after this home already") from None
        yield


COMMANDS = (watchdog,)
