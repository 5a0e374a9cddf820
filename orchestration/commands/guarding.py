"""The command that looks after those who look."""

import fcntl
import signal
import sys
import threading
from collections.abc import Mapping
from functools import partial
from typing import TextIO
from zoneinfo import ZoneInfo

import click

from orchestration import assembly
from orchestration.commands.opening import Asked
from orchestration.commands.printing import say, show
from orchestration.ground.agency import read_agency
from orchestration.ground.durations import in_words
from orchestration.ground.settings import Settings, read_settings
from orchestration.watch.watchdog.expected import Expected, expected
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
    settings.home.mkdir(mode=0o711, parents=True, exist_ok=True)
    dog = Watchdog(
        settings,
        asked.clock,
        port or settings.ui_port,
        _expected(settings),
        partial(ways, settings),
    )
    with (settings.home / "watchdog.lock").open("w") as lock:
        if not once:
            _keep_looking(dog, lock)
        elif not _take(lock):
            say("Another watchdog looks after this home already.")
        else:
            outages = dog.look().outages
            _show(dog, outages)
            sys.exit(OUT if outages else 0)


def _expected(settings: Settings) -> list[Expected]:
    """What must tick; sensors only, while a contract or the agency's own file cannot be read."""
    try:
        return expected(assembly.hops(), read_agency(settings.agency_folder).zone_info)
    except Exception as error:  # any module may fail in any way; its text is not ours to show
        say(f"Contracts cannot be read ({type(error).__name__}); schedules are not looked at.")
        return expected((), ZoneInfo("UTC"))


def _keep_looking(dog: Watchdog, lock: TextIO) -> None:
    """Look until asked to stop; what goes wrong in one look does not end the next.

    While another one looks after the same home this one waits, and takes over when it ends.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    if not _take(lock):
        say("Another watchdog looks after this home; this one takes over when it ends.")
    while not stop.is_set() and not _take(lock):
        stop.wait(LOOK_SECONDS)
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


def _take(lock: TextIO) -> bool:
    """Whether this is the only one: two at once would page twice. Taken again, it stays taken."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


COMMANDS = (watchdog,)
