"""The pager on the real daemon: killed with everything else again and again, it tells each once."""

import json
import logging
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
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
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
from orchestration.watch.looking.heartbeats import PAGER, beats
from tests.integration.dagster_bench import ONE_RIGHT

pytestmark = pytest.mark.slow

LOG = logging.getLogger(__name__)
HOP = "billing_to_clearinghouse"
#: Fifty moments and more are tried by hand before a release: CAREHOPS_TEST_KILLS=50.
KILLS = int(os.environ.get("CAREHOPS_TEST_KILLS", "3"))
SEED = int(os.environ.get("CAREHOPS_TEST_SEED", "5"))
#: Everything at once, as in a power cut; Dagster's daemon; or what the pager's sensors run in.
WAYS_TO_DIE = ("everything", "daemon", "pager")
GIVE_UP = 240.0


@dataclass
class Served:
    """A home with a server of its own, and the program that serves it."""

    settings: Settings
    database: Database
    program: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Serve, as systemd would: again, when it has ended."""
        if self.program is not None and self.program.poll() is None:
            return
        with (self.settings.home / "ui.log").open("ab") as log:
            self.program = subprocess.Popen(
                [sys.executable, "-m", "orchestration", "ui"],
                env=dict(self.settings.environ),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def dies(self, way: str) -> str:
        """SIGKILL; answers with what was hit."""
        assert self.program is not None
        family = psutil.Process(self.program.pid)
        everybody = [family, *family.children(recursive=True)]
        words = {"daemon": "dagster._daemon", "pager": "orchestration.graph.pager_definitions"}
        hit = [one for one in everybody if way == "everything" or words[way] in cmdline(one)]
        for one in hit:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        if way == "everything":
            self.program.wait()
        return way if hit else "nobody"

    def has_looked_anew(self) -> Callable[[], bool]:
        """Whether the pager has looked since this was asked for."""
        before = self.beat_at(PAGER)
        return lambda: self.beat_at(PAGER) != before

    def stop(self) -> None:
        if self.program is not None and self.program.poll() is None:
            self.program.send_signal(signal.SIGINT)
            self.program.wait(timeout=60)

    def beat_at(self, name: str) -> datetime | None:
        with self.database.engine.connect() as connection:
            found = beats(connection).get(name)
            return found.beat_at if found else None

    def a_pass_ends(self, failed: Collection[str]) -> None:
        """Stopped by these checks; published when there are none."""
        ended = {
            "hop": HOP,
            "now": datetime.now(UTC),
            "outcome": "stopped" if failed else "published",
            "all": sorted(failed),
            "run": str(uuid.uuid4()),
        }
        with self.database.transaction() as connection:
            connection.execute(sa.text(A_PASS), ended)

    def rows(self, sql: str) -> list[sa.Row]:
        with self.database.engine.connect() as connection:
            return list(connection.execute(sa.text(sql)))

    def delivered(self) -> list[dict[str, object]]:
        files = sorted((self.settings.home / "pages").glob("pages-*.jsonl"))
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def cmdline(program: psutil.Process) -> str:
    try:
        return " ".join(program.cmdline())
    except psutil.NoSuchProcess:
        return ""


class World:
    """Checks of one hop fail and hold again, at random; each fails once in its life."""

    def __init__(self, served: Served, chance: random.Random) -> None:
        self.served = served
        self.chance = chance
        self.planted: list[str] = []
        self.failing: set[str] = set()

    def lives(
        self,
        seconds: float = GIVE_UP,
        until: Callable[[], bool] | None = None,
        *,
        quietly: bool = False,
    ) -> None:
        """Let so much time pass, with trouble in it that comes and goes."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends and not (until and until()):
            self.served.start()
            time.sleep(max(min(self.chance.expovariate(0.3), ends - time.monotonic(), 5), 0.2))
            if not quietly:
                self._changes()
        log = self.served.settings.home / "ui.log"
        assert until is None or until(), f"nobody looks: {log.read_text()[-2000:]}"

    def _changes(self) -> None:
        known = sorted(self.failing & {row.cause.removeprefix("check_") for row in self._all()})
        if known and self.chance.random() < 0.5:
            # what has come and gone before anybody looked was no problem
            self.failing.remove(self.chance.choice(known))
        else:
            self.failing.add(f"holds_{len(self.planted)}")
            self.planted.append(f"check_holds_{len(self.planted)}")
        self.served.a_pass_ends(self.failing)

    def is_known(self) -> bool:
        return set(self.planted) <= {row.cause for row in self._all()}

    def heals(self) -> None:
        self.failing.clear()
        self.served.a_pass_ends(self.failing)

    def _all(self) -> list[sa.Row]:
        return self.served.rows(ALL)


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


def test_killed_at_random_moments_it_opens_and_tells_each_problem_once_and_loses_none(
    served: Served,
) -> None:
    with served.database.transaction() as connection:
        connection.exec_driver_sql(SOON_OVER)
    world = World(served, random.Random(SEED))
    died = Counter[str]()
    for _ in range(KILLS):
        world.lives(until=served.has_looked_anew())
        world.lives(seconds=world.chance.uniform(0, 12))
        died[served.dies(world.chance.choice(WAYS_TO_DIE))] += 1
    world.lives(until=lambda: world.is_known() and not served.rows(UNSENT), quietly=True)
    world.heals()
    world.lives(until=lambda: not served.rows(OPEN) and not served.rows(UNSENT), quietly=True)

    opened = Counter(row.cause for row in served.rows(ALL))
    assert opened == Counter(world.planted), "each problem is one incident"
    stored = Counter((row.cause, row.what) for row in served.rows(TOLD))
    once = {(cause, what): 1 for cause in world.planted for what in ("opened", "recovered")}
    assert stored == once, "each is told once, and its end once"
    delivered = [page for page in served.delivered() if page["kind"] == "hop_failing"]
    arrived = {(page["cause"], page["what"]) for page in delivered}
    assert arrived == set(once), "none is lost on the way"
    keys = {(page["cause"], page["dedup_key"]) for page in delivered}
    assert len(keys) == len(world.planted), "whoever receives it twice knows that it is one"
    twice = len(delivered) - len(once)
    assert twice <= died.total()  # sent, and killed before it was marked
    LOG.info("killed %s; %d problems; %d pages twice", dict(died), len(world.planted), twice)


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
A_PASS = """
insert into ledger.pass (hop, started_at, finished_at, outcome, failed_expectations, run_id, taken)
values (:hop, :now, :now, :outcome, :all, :run, 0)
"""
OPEN = "select 1 from ops.incident where kind = 'hop_failing' and closed_at is null"
ALL = "select cause from ops.incident where kind = 'hop_failing'"
TOLD = """
select incident.cause, page.what from ops.page as page
inner join ops.incident as incident on page.incident_id = incident.incident_id
where incident.kind = 'hop_failing' and page.sent_at is not null
    and page.what in ('opened', 'recovered')
"""
SOON_OVER = """
create function public.soon_over() returns trigger language plpgsql as $$ begin
    new.quiet_for = interval '3 seconds';
    return new;
end $$;
create trigger soon_over before insert on ops.incident
for each row execute function public.soon_over();
"""
