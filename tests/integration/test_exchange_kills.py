"""Whoever sends may be killed at any moment: the partner holds each file exactly once.

``CAREHOPS_TEST_KILLS`` says how often; a few times by default.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from orchestration.ground.database import Database
from tests.bench_of_exchange import PARTNER, Exchanges
from tests.sftp_partner import Running, SftpPartner, sftp_partner

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("CAREHOPS_TEST_KILLS", "12"))
#: Told an instant, it lets a child of its own exchange files as of then.
SENDER = """
import os, sys
from random import Random
import sqlalchemy as sa
import asyncssh, orchestration.partners.transport.sftp
from orchestration.ground.clock import FixedClock, parse_instant
from orchestration.ground.settings import read_settings
from orchestration.partners.exchange import Exchange
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        engine = sa.create_engine(os.environ["URL"], poolclass=sa.NullPool)
        clock = FixedClock(parse_instant(line.strip()))
        Exchange(engine, read_settings(), clock, Random(1)).all("some_plan", patient=False)
        os._exit(0)
    print(child, flush=True)
    print(os.waitpid(child, 0)[1], flush=True)
"""


MOMENTS = ("", "login", "write", "write", "rename", "renamed", "renamed")
"""Nothing stands for any time at all."""


def moment(partner: SftpPartner, after: float) -> Callable[[], object]:
    """Comes back at a random time, or a moment after the partner has come to something."""
    if not partner.moment:
        return lambda: time.sleep(after)

    def wait() -> None:
        if partner.reached.wait(3 * after):
            time.sleep(after / 50)

    return wait


class Sender:
    """A program that sends, to be killed."""

    def __init__(self, program: Any) -> None:
        self.program = program

    def send(self, exchanges: Exchanges, kill: Callable[[], object] | None = None) -> bool:
        """Let it exchange files; answers whether it came to its end.

        It is killed when ``kill`` comes back.
        """
        exchanges.now += timedelta(minutes=2)
        print(exchanges.now.isoformat(), file=self.program.stdin, flush=True)
        child = int(self.program.stdout.readline())
        if kill is not None:
            kill()
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        ended = int(self.program.stdout.readline())
        assert ended in {0, signal.SIGKILL}
        return ended == 0


@contextmanager
def sender(exchanges: Exchanges) -> Iterator[Sender]:
    environ = {
        **os.environ,
        **exchanges.settings.environ,
        "URL": exchanges.database.url.render_as_string(hide_password=False),
    }
    with subprocess.Popen(
        [sys.executable, "-c", SENDER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environ,
    ) as program:
        yield Sender(program)
        assert program.stdin is not None
        program.stdin.close()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with sftp_partner(tmp_path / "partner") as server:
        yield server


@pytest.mark.usefixtures("programs")
def test_a_sender_killed_at_any_moment_has_sent_each_file_once(
    database: Database, tmp_path: Path, running: Running
) -> None:
    random, partner = Random(20261126), running.partner
    exchanges = Exchanges(database, tmp_path)
    exchanges.agree(partner, processed=["done"], replies="")
    partner.thinks_seconds = 0.02
    owed: dict[str, int] = {}
    kills = 0

    def owe() -> None:
        size = random.choice([10, 40_000, 2_500_000])
        owed[exchanges.owe(len(owed) + 1, b"ISA*" + random.randbytes(size))] = size

    with sender(exchanges) as program:
        owe()
        assert program.send(exchanges)
        began = time.monotonic()
        owe()
        assert program.send(exchanges)
        usual = time.monotonic() - began
        while kills < KILLS:
            for _ in range(random.choice([0, 1, 2])):
                owe()
            partner.takes_at_once = random.choice(["", "done"])
            if not exchanges.all("select 1 from core.delivery where state <> 'sent' limit 1"):
                owe()
            partner.moment = random.choice(MOMENTS)
            partner.reached.clear()
            after = random.uniform(0, 1.2 * usual)
            kills += not program.send(exchanges, moment(partner, after))
        for _ in range(10):
            if program.send(exchanges) and set(exchanges.states()) == {"sent"}:
                break
    assert set(exchanges.states()) == {"sent"}
    assert Counter(partner.arrived) == Counter(list(owed))
    held = {**partner.files("in"), **partner.files("done")}
    assert len(partner.files("in")) + len(partner.files("done")) == len(owed)
    assert {name: len(content) for name, content in held.items()} == {
        name: size + 4 + len(str(number)) for number, (name, size) in enumerate(owed.items(), 1)
    }
    doubted = exchanges.all(
        "select reason, count(*) as files from core.delivery_event"
        " where state = 'unconfirmed' or reason is not null group by 1 order by 1"
    )
    told = {"kills": kills, "files": len(owed), **{row.reason: row.files for row in doubted}}
    (tmp_path / "kills.json").write_text(json.dumps(told))
    print(told)  # noqa: T201 - shown with -s, for whoever counts


def test_a_killed_pass_hands_its_files_out_once(database: Database, tmp_path: Path) -> None:
    exchanges = Exchanges(database, tmp_path)
    exchanges.write("folder", {"out": "outbox"})
    name = exchanges.owe(1)
    book = exchanges.exchange()
    route = book.routes()[PARTNER]
    home = exchanges.settings.home
    # killed after the file had got its name, and before that was written down; then it was taken
    with database.transaction() as connection:
        connection.exec_driver_sql("update core.delivery set state = 'sending', tries = 1")
        connection.exec_driver_sql("update core.delivery set offered_at = now()")
    (home / "outbox").mkdir(parents=True)
    assert route is not None
    exchanges.run()
    exchanges.run()
    assert exchanges.states() == ["sent"]
    assert exchanges.reasons() == ["taken_away"]
    assert not (home / "outbox" / name).exists()
