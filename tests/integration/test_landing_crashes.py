"""Killed, raced or refused by the database, landing leaves the state before or after."""

import os
import signal
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from orchestration.flow.landing import landing as front_door
from orchestration.flow.landing import load, receive, register
from orchestration.ground.database import Database
from orchestration.ground.failures import PermanentFailure, TransientFailure
from tests.bench_of_files import BROKEN, Files, text_of

pytestmark = pytest.mark.slow


@pytest.fixture
def files(database: Database, tmp_path: Path) -> Files:
    return Files(database, tmp_path)


SAME = (
    "select caregiver_id, record_version, line_no, is_current from landing.caregiver order by 1, 2",
    "select line_no, record_id, reason_codes, raw from landing.held_line order by 1",
    "select record_id, version, line_no from landing.burnt_version order by 1, 2",
    "select name, sha256, verdict, line_count, row_count, held_count from landing.file order by 1",
    "select name, verdict from landing.arrival order by arrival_id",
)


def state(files: Files) -> list[list[tuple[Any, ...]]]:
    return [[tuple(row) for row in files.all(sql)] for sql in SAME]


MOMENTS: dict[str, tuple[Any, str]] = {
    "while bytes are copied": (receive._Seen, "look_at"),
    "before bytes have their name": (receive, "_settle"),
    "before the transaction": (register, "claim"),
    "before staging": (load, "stage"),
    "before judging": (load, "find_faults"),
    "while rows are written": (load.Load, "_hold"),
    "after rows are written": (register, "write_landed"),
    "before the commit": (front_door, "landed"),
}


def in_child(work: Callable[[], object]) -> int:
    """Run in a process of its own; answers how it ended."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_any_moment_the_next_landing_ends_as_an_undisturbed_one(
    files: Files, moment: str
) -> None:
    path = files.broken("every_fault")
    before = state(files)
    where, name = MOMENTS[moment]

    def work() -> None:
        files.database.engine.dispose(close=False)  # the parent's connections are not ours
        setattr(where, name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
        files.landing.land(path)

    assert in_child(work) == -signal.SIGKILL
    assert state(files) == before
    verdict = files.landing.land(path)
    assert (verdict.verdict, verdict.rows, verdict.held_lines) == ("landed", 5, 4)
    after = state(files)
    assert files.landing.land(path).verdict == "already_seen"
    assert state(files)[:4] == after[:4]


def test_bytes_that_came_at_the_same_time_are_one_file(files: Files) -> None:
    rows = [{"caregiver_id": f"G{number}"} for number in range(2000)]
    paths = [files.write(f"caregivers_{n}.csv", text_of("caregivers", rows)) for n in range(4)]
    start = threading.Barrier(4)

    def land(path: Path) -> str:
        start.wait()
        return files.landing.land(path).verdict

    with ThreadPoolExecutor(4) as pool:
        verdicts = sorted(pool.map(land, paths))
    assert verdicts == ["already_seen", "already_seen", "already_seen", "landed"]
    assert (files.rows("file"), files.rows("caregiver"), files.rows("arrival")) == (1, 2000, 4)


def test_versions_that_came_at_the_same_time_are_judged_one_after_another(files: Files) -> None:
    def file_of(version: int) -> Path:
        rows = [
            {"caregiver_id": f"G{number}", "record_version": str(version)} for number in range(300)
        ]
        return files.write(f"caregivers_{version}.csv", text_of("caregivers", rows))

    paths = [file_of(version) for version in (3, 1, 4, 2)]
    with ThreadPoolExecutor(4) as pool:
        verdicts = list(pool.map(files.landing.land, paths))
    assert {(verdict.verdict, verdict.rows) for verdict in verdicts} == {("landed", 300)}
    current = files.all("select distinct record_version from landing.caregiver_now")
    assert [row.record_version for row in current] == [4]
    assert files.rows("caregiver_now") == 300


def test_what_the_queue_refuses_is_not_landed(files: Files) -> None:
    path = files.broken("good")
    before = state(files)

    def refuse(connection: sa.Connection, table: str, file_id: int) -> None:
        found = connection.execute(
            sa.text(f"select count(*) from {table} where file_id = :id"), {"id": file_id}
        )
        assert found.scalar() == 6
        raise PermanentFailure("the hop has no intake")

    with pytest.raises(PermanentFailure, match="no intake"):
        files.make_landing(hand_on=refuse).land(path)
    assert state(files) == before
    assert files.landing.land(path).rows == 6


def told(caught: pytest.ExceptionInfo[BaseException]) -> str:
    return "".join(traceback.format_exception(caught.value))


def test_what_the_database_quotes_stays_in_the_database(files: Files) -> None:
    with files.database.transaction() as connection:
        connection.exec_driver_sql(
            "alter table landing.caregiver add check (last_name <> 'Zzcanary')"
        )
    with pytest.raises(PermanentFailure, match="SQLSTATE 23514") as caught:
        files.landing.land(files.broken("good"))
    assert "Zzcanary" not in told(caught)
    assert caught.value.__context__ is None

    def stumble(connection: sa.Connection, _: str, __: int) -> None:
        connection.exec_driver_sql("select cast('Zzcanary' as date)")

    files.landing = files.make_landing(hand_on=stumble)
    with pytest.raises(PermanentFailure, match="SQLSTATE 22007") as caught:
        files.land("incidents", {})
    assert "Zzcanary" not in told(caught)


def test_a_lost_connection_is_a_passing_failure(files: Files) -> None:
    def lose(connection: sa.Connection, _: str, __: int) -> None:
        connection.exec_driver_sql("select pg_terminate_backend(pg_backend_pid())")

    path = files.broken("good")
    with pytest.raises(TransientFailure, match="not landed"):
        files.make_landing(hand_on=lose).land(path)
    assert files.landing.land(path).rows == 6


@pytest.mark.parametrize("stem", sorted(path.stem for path in BROKEN.glob("*.csv")))
def test_no_name_out_of_a_file_gets_into_what_is_said_about_it(
    files: Files, stem: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    verdict = files.landing.land(files.broken(stem))
    said = [
        str(verdict.as_json()),
        caplog.text,
        *capfd.readouterr(),
        *(str(row) for row in files.all("select * from landing.file")),
        *(str(row) for row in files.all("select * from landing.arrival")),
        *(str(line.reasons) + str(line.record_id) for line in files.held()),
    ]
    for word in ("Zzcanary", "Given", "wizard", "2024-02-30", "perhaps,"):
        assert word not in " ".join(said)
