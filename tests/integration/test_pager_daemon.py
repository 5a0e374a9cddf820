"""The pager on the real daemon: killed with everything else again and again, it tells each once."""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import psutil
import pytest
import sqlalchemy as sa

from orchestration.assembly import assemble
from orchestration.graph.instance import ALONE, open_instance
from orchestration.graph.schedules import LANDING_JOB
from orchestration.ground import embedded_postgres
from orchestration.ground.database import Database
from orchestration.ground.settings import Settings, read_settings
from orchestration.ground.sql import SQL_FOLDER
from orchestration.watch.looking.heartbeats import NOTIFIER, PAGER, beats
from tests.integration.dagster_bench import ONE_RIGHT

pytestmark = pytest.mark.slow

HOP = "billing_to_clearinghouse"
KILLS = 3
GIVE_UP = 240.0


@dataclass
class Served:
    """A home with a server of its own, and the program that serves it."""

    settings: Settings
    database: Database
    program: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        self.program = subprocess.Popen(
            [sys.executable, "-m", "orchestration", "ui"],
            env=dict(self.settings.environ),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self) -> None:
        """End it and all it started, as a power cut would."""
        assert self.program is not None
        family = psutil.Process(self.program.pid)
        for one in [family, *family.children(recursive=True)]:
            try:
                one.kill()
            except psutil.NoSuchProcess:
                continue
        self.program.wait()

    def stop(self) -> None:
        if self.program is not None and self.program.poll() is None:
            self.program.send_signal(signal.SIGINT)
            self.program.wait(timeout=60)

    def beat_at(self, name: str) -> datetime | None:
        with self.database.engine.connect() as connection:
            found = beats(connection).get(name)
            return found.beat_at if found else None

    def a_check_stops(self, name: str) -> None:
        with self.database.transaction() as connection:
            connection.execute(
                sa.text("""
                    insert into ledger.pass
                        (hop, started_at, finished_at, outcome, failed_expectations, run_id, taken)
                    values (:hop, :now, :now, 'stopped', :all, :run, 0)
                """),
                {
                    "hop": HOP,
                    "now": datetime.now(UTC),
                    "all": [name],
                    "run": str(uuid.uuid4()),
                },
            )

    def rows(self, sql: str) -> list[sa.Row]:
        with self.database.engine.connect() as connection:
            return list(connection.execute(sa.text(sql)))

    def delivered(self) -> list[dict[str, object]]:
        files = sorted((self.settings.home / "pages").glob("pages-*.jsonl"))
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def wait(done: Callable[[], bool]) -> None:
    until = time.monotonic() + GIVE_UP
    while not done():
        assert time.monotonic() < until, "nothing came"
        time.sleep(0.2)


@pytest.fixture
def served() -> Iterator[Served]:
    folder = Path(tempfile.mkdtemp(prefix="carehops-pager-"))
    folder.chmod(0o711)
    shutil.copytree(SQL_FOLDER / "agency", folder / "agency")
    (folder / "agency" / "timing.toml").write_text(f'[{HOP}]\nseverity = "P1"\n')
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    names = {
        "CAREHOPS_HOME": str(folder / "home"),
        "CAREHOPS_AGENCY": str(folder / "agency"),
        "CAREHOPS_UI_PORT": port,
    }
    settings = read_settings({**os.environ, **names})
    settings.home.mkdir(mode=0o711)
    settings.drop.mkdir(mode=0o700)
    found = Served(settings, assemble(settings).database)
    yield found
    found.stop()
    found.database.engine.dispose()
    embedded_postgres.stop(settings.home)
    shutil.rmtree(folder, ignore_errors=True)


def test_killed_again_and_again_it_opens_each_incident_once_and_loses_no_page(served: Served):
    rhythm = random.Random(5)
    for number in range(KILLS):
        served.start()
        before = served.beat_at(PAGER)
        wait(lambda before=before: served.beat_at(PAGER) != before)
        served.a_check_stops(f"holds_{number}")
        time.sleep(rhythm.uniform(0, 25))  # looked or not, sent or not
        served.kill()
        # what was told before the crash stays told, what was not is told after it
        if number < KILLS - 1:
            continue
        served.start()
        wait(lambda: any(page["cause"] for page in served.delivered()))
        wait(lambda: not served.rows(UNSENT))
    opened = served.rows("select key, count(*) as times from ops.incident group by key")
    assert all(row.times == 1 for row in opened)
    pages = [page for page in served.delivered() if page["what"] == "opened" and page["page_id"]]
    stored = {
        row.page_id for row in served.rows("select page_id from ops.page where sent_at is not null")
    }
    assert {page["page_id"] for page in pages} <= stored | {0}
    twice = [n for n, times in Counter(page["page_id"] for page in pages).items() if times > 1]
    assert len(twice) <= KILLS  # sent, and killed before it was marked: the same page, the same key
    last = f"check_holds_{KILLS - 1}"
    assert last in {row.cause for row in served.rows("select cause from ops.incident")}
    assert served.beat_at(NOTIFIER) is not None


def test_a_run_cut_off_with_the_machine_is_given_up_and_its_place_is_free(served: Served):
    with open_instance(served.settings, served.database) as instance:
        lost = dg.DagsterRun(
            LANDING_JOB, status=dg.DagsterRunStatus.STARTED, tags={ALONE: LANDING_JOB}
        )
        instance.add_run(lost)
        path = served.settings.drop / "role_rights_1.csv"
        path.write_text(ONE_RIGHT)
        os.utime(path, (0, 0))
        served.start()
        wait(lambda: bool(served.rows("select 1 from landing.file where verdict = 'landed'")))
        assert instance.get_run_by_id(lost.run_id).status == dg.DagsterRunStatus.FAILURE


UNSENT = "select 1 from ops.page where sent_at is null and dropped_at is null and due_at <= now()"
