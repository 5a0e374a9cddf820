"""Seconds from a breach to a delivered page: the real daemon, sensors and file channel, real time.

What is breached is stored state, as a pass or a run leaves it; from then on nothing is helped.
The breach falls at a random moment of the sensors' rhythm.
"""

import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import dagster as dg
import sqlalchemy as sa

from orchestration import assembly
from orchestration.graph.instance import open_instance
from orchestration.graph.schedules import hop_job_name
from orchestration.ground.clock import SystemClock
from orchestration.ground.database import Database
from orchestration.ground.settings import Settings, read_settings
from orchestration.ground.sql import SQL_FOLDER
from orchestration.watch.agency_files import files_in_force
from orchestration.watch.incidents.book import close, open_incidents
from orchestration.watch.incidents.incident import Answer
from orchestration.watch.looking.heartbeats import NOTIFIER, beats

TIMES = 20
GIVE_UP = 300.0
STALE, STOPPED, DYING = "delivery_to_billing", "billing_to_clearinghouse", "care_plan_to_frontline"
_TIMING = f"""
[{STALE}]
warn_after = "30 minutes"
fail_after = "60 minutes"
rests = false
deadlines = []
severity = "P1"
[{STOPPED}]
severity = "P1"
[{DYING}]
severity = "P1"
"""


@dataclass(frozen=True)
class Served:
    """A house whose daemon runs."""

    settings: Settings
    database: Database
    instance: dg.DagsterInstance


@contextmanager
def served(database: Database, home: Path) -> Iterator[Served]:
    """Run ``carehops ui`` on that home, with hops that are told at every hour."""
    folder = home.parent / "agency"
    shutil.copytree(SQL_FOLDER / "agency", folder, dirs_exist_ok=True)
    (folder / "timing.toml").write_text(_TIMING)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    names = {"CAREHOPS_HOME": str(home), "CAREHOPS_AGENCY": str(folder), "CAREHOPS_UI_PORT": port}
    settings = read_settings({**os.environ, **names})
    program = subprocess.Popen(
        [sys.executable, "-m", "orchestration", "ui"],
        env=dict(settings.environ),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with open_instance(settings, database) as instance:
            house = Served(settings, database, instance)
            _wait(lambda: _looks(house))
            yield house
    finally:
        program.send_signal(signal.SIGINT)
        program.wait(timeout=60)


def _looks(house: Served) -> bool:
    with house.database.engine.connect() as connection:
        return NOTIFIER in beats(connection)


def _wait(done: Callable[[], bool]) -> None:
    until = time.monotonic() + GIVE_UP
    while not done():
        if time.monotonic() > until:
            raise TimeoutError("nothing came")
        time.sleep(0.1)


def stale(house: Served, number: int) -> tuple[str, datetime]:
    """A hop whose time runs out in a moment."""
    breach = datetime.now(UTC) + timedelta(seconds=2)
    _a_pass(house, STALE, breach - timedelta(minutes=60), "published", None, None)
    return f"hop_stale {STALE}", breach


def stopped(house: Served, number: int) -> tuple[str, datetime]:
    """A pass that a check which must hold has stopped."""
    now = datetime.now(UTC)
    _a_pass(house, STOPPED, now, "stopped", [f"holds_{number}"], str(uuid.uuid4()))
    return f"hop_failing {STOPPED}", now


def dying(house: Served, number: int) -> tuple[str, datetime]:
    """A run that fails before it has a pass."""
    job = hop_job_name(next(hop for hop in assembly.hops() if hop.name == DYING))
    for well in (True, False):
        run = dg.DagsterRun(
            job_name=job, status=dg.DagsterRunStatus.STARTED, tags={"dagster/max_retries": "0"}
        )
        house.instance.add_run(run)
        if well:
            done = dg.DagsterEvent("PIPELINE_SUCCESS", job, message="")
            house.instance.report_dagster_event(done, run_id=run.run_id)
        else:
            house.instance.report_run_failed(run, "the bench failed it")
    return f"hop_failing {DYING}", datetime.now(UTC)


def _a_pass(
    house: Served, hop: str, at: datetime, outcome: str, failed: list[str] | None, run: str | None
) -> None:
    with house.database.transaction() as connection:
        connection.execute(
            sa.text("""
                insert into ledger.pass
                    (hop, started_at, finished_at, outcome, failed_expectations, run_id, taken)
                values (:hop, :at, :at, :outcome, :failed, :run, 0)
            """),
            {"hop": hop, "at": at, "outcome": outcome, "failed": failed, "run": run},
        )


def _delivered(house: Served, what: str, after: datetime) -> datetime | None:
    for path in sorted((house.settings.home / "pages").glob("*.jsonl")):
        for line in path.read_text().splitlines():
            page = json.loads(line)
            said = f"{page.get('kind')} {page.get('subject')}"
            at = datetime.fromisoformat(page["at"])
            if page["what"] == "opened" and said == what and at >= after:
                return at
    return None


def _close_everything(house: Served) -> None:
    now = SystemClock().now()
    with house.database.transaction() as connection:
        files = files_in_force(connection, house.settings, now)
        for incident in open_incidents(connection):
            answer = Answer("bench", "measured", now)
            rules = files.pager.rules
            close(connection, incident.incident_id or 0, answer, rules, files.write)


def seconds_to_page(house: Served, times: int = TIMES) -> dict[str, list[float]]:
    """Seconds from breach to delivered page for each kind, sorted."""
    took: dict[str, list[float]] = {"stale hop": [], "failed check": [], "failed run": []}
    for number in range(times):
        time.sleep(random.uniform(0, 15))
        breaches = {
            "stale hop": stale(house, number),
            "failed check": stopped(house, number),
            "failed run": dying(house, number),
        }
        for kind, (what, breach) in breaches.items():
            _wait(partial(_is_delivered, house, what, breach))
            at = _delivered(house, what, breach)
            took[kind].append((at - breach).total_seconds() if at else GIVE_UP)
        _close_everything(house)
        # the pass that is good again: nothing stands when the next round begins
        _a_pass(house, STOPPED, datetime.now(UTC), "published", None, None)
    return {kind: sorted(seconds) for kind, seconds in took.items()}


def _is_delivered(house: Served, what: str, breach: datetime) -> bool:
    return _delivered(house, what, breach) is not None


def median_and_worst(seconds: list[float]) -> tuple[str, str]:
    """As they stand in the table."""
    return f"{statistics.median(seconds):.0f} s", f"worst {max(seconds):.0f} s"
