"""Dagster on its own PostgreSQL: its home, runs in this process, and serving it all."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import dagster as dg
import psutil
import pytest
import sqlalchemy as sa
import yaml

from orchestration.assembly import House, assemble
from orchestration.graph.instance import (
    IN_PROCESS,
    alone,
    give_up_lost_runs,
    open_instance,
    prepare_dagster_home,
)
from orchestration.graph.running import run_everything
from orchestration.graph.serving import serve
from orchestration.ground.clock import FixedClock
from orchestration.ground.database import Database
from orchestration.ground.failures import SetUpFailure, TransientFailure
from orchestration.ground.settings import read_settings
from tests.conftest import drop_database
from tests.integration.dagster_bench import NOON, ONE_RIGHT, RIGHTS, leave, says

pytestmark = pytest.mark.slow


@pytest.fixture
def house(administrator: sa.Engine, database: Database, tmp_path: Path) -> Iterator[House]:
    """A house with both databases."""
    name = str(database.dagster_url.database)
    with administrator.connect() as connection:
        connection.exec_driver_sql(f"create database \"{name}\" template template0 encoding 'UTF8'")
    settings = read_settings({"CAREHOPS_HOME": str(tmp_path / "home")})
    yield assemble(settings, FixedClock(NOON), audit=says(), database=database)
    drop_database(administrator, name)


# the home


def test_dagster_yaml_says_what_was_tested_and_is_written_once(house: House):
    home = prepare_dagster_home(house.settings, house.database)
    path = home / "dagster.yaml"
    found = yaml.safe_load(path.read_text())
    url = found["storage"]["postgres"]["postgres_url"]
    assert url.startswith("postgresql+psycopg2://")
    assert str(house.database.dagster_url.database) in url
    assert found["telemetry"] == found["nux"] == {"enabled": False}
    assert found["freshness"] == {"enabled": True}
    assert found["run_queue"]["dequeue_interval_seconds"] == 1
    assert found["concurrency"]["pools"]["default_limit"] == 1
    assert found["run_monitoring"]["max_runtime_seconds"] > 0
    assert found["run_retries"]["retry_on_asset_or_op_failure"] is False
    assert Path(found["compute_logs"]["config"]["base_dir"]).is_relative_to(home)
    before = path.stat().st_mtime_ns
    prepare_dagster_home(house.settings, house.database)
    assert path.stat().st_mtime_ns == before
    path.write_text("edited: by hand")
    prepare_dagster_home(house.settings, house.database)
    assert yaml.safe_load(path.read_text()) == found


def test_a_password_is_named_and_not_written_down(house: House):
    url = house.database.dagster_url.set(username="biller", password="ZZsecret", host="db")
    secretive = replace(house.database, dagster_url=url)
    home = prepare_dagster_home(house.settings, secretive)
    for path in home.rglob("*"):
        if path.is_file():
            assert "ZZsecret" not in path.read_text()
    found = yaml.safe_load((home / "dagster.yaml").read_text())
    assert found["storage"]["postgres"]["postgres_url"] == {"env": "CAREHOPS_DAGSTER_URL"}


def test_a_lock_is_had_once_and_given_back(house: House):
    with alone(house.database, "x") as first, alone(house.database, "x") as second:
        assert (first, second) == (True, False)
    with alone(house.database, "x") as again:
        assert again


def test_runs_whose_program_was_killed_are_marked_failed_the_others_left(house: House):
    with open_instance(house.settings, house.database) as instance:

        def started(tags: dict[str, str]) -> dg.DagsterRun:
            return instance.add_run(
                dg.DagsterRun("job", status=dg.DagsterRunStatus.STARTED, tags=tags)
            )

        inside, launched = started({IN_PROCESS: "yes"}), started({})
        assert give_up_lost_runs(instance, in_process=True) == 1
        assert instance.get_run_by_id(inside.run_id).status == dg.DagsterRunStatus.FAILURE
        assert instance.get_run_by_id(launched.run_id).status == dg.DagsterRunStatus.STARTED
        assert give_up_lost_runs(instance, in_process=False) == 1
        assert give_up_lost_runs(instance, in_process=False) == 0


# carehops run


@pytest.mark.slow
def test_everything_is_landed_run_shown_and_watched(house: House):
    leave(house, "role_rights_1.csv", ONE_RIGHT)
    leave(house, "clients_1.csv", RIGHTS)
    said: list[str] = []
    ran = run_everything(house, said.append)
    assert ran.is_well, ran.failures
    assert {verdict.verdict for verdict in ran.verdicts} == {"landed", "quarantined"}
    assert [outcome.hop for outcome in ran.passes].count("evv_to_coordination") == 1
    assert {outcome.hop for outcome in ran.passes} == {hop.name for hop in house.hops}
    states = {standing.name: standing.freshness.state for standing in ran.standings}
    assert states["role_rights"] == "fresh"
    assert states["clients"] == "unknown"
    assert states["evv_to_coordination"] == "fresh"
    assert any(line.endswith(" of clients was quarantined: HEADER-MISSING") for line in said)
    (landed,) = (line for line in said if " landed, 1 quarantined. " in line)
    assert landed.endswith(" rows; 0 lines held with their reasons.")
    # the two, and those the agency keeps itself
    own = sum(verdict.feed not in ("role_rights", "clients") for verdict in ran.verdicts)
    assert landed.startswith(f"{2 + own} files: ")
    with open_instance(house.settings, house.database) as instance:
        assert instance.get_latest_materialization_event(dg.AssetKey("role_rights"))
        assert instance.get_latest_materialization_event(dg.AssetKey("clients")) is None
        for hop in house.hops:
            assert instance.get_latest_materialization_event(dg.AssetKey(hop.name))
            key = dg.AssetCheckKey(dg.AssetKey(hop.name), "fresh")
            (shown,) = instance.event_log_storage.get_asset_check_execution_history(key, limit=9)
            assert shown.evaluation.passed
        assert {run.status for run in instance.get_runs()} == {dg.DagsterRunStatus.SUCCESS}


@pytest.mark.slow
def test_landing_runs_only_when_there_is_something_to_land_or_to_tell(house: House):
    def landings() -> int:
        with open_instance(house.settings, house.database) as instance:
            return instance.get_runs_count(dg.RunsFilter(job_name="landing_job"))

    leave(house, "role_rights_1.csv", ONE_RIGHT)
    leave(house, "clients_1.csv", RIGHTS)
    run_everything(house)
    assert landings() == 1
    said: list[str] = []
    again = run_everything(house, said.append)
    assert again.is_well
    assert "Nothing new lies in the drop folder." in said
    assert {outcome.hop for outcome in again.passes} == {hop.name for hop in house.hops}
    assert landings() == 1
    by_hand = leave(house, "role_rights_2.csv", ONE_RIGHT.replace("visit_edit", "visit_cancel"))
    assert house.landing.land(by_hand).verdict == "landed"
    by_hand.unlink()
    run_everything(house)
    assert landings() == 2
    leave(house, "nobody_knows.csv", "a\n1\n")
    run_everything(house)
    assert landings() == 3
    with house.database.transaction() as connection:
        connection.exec_driver_sql(
            "update landing.held_line set ended_at = now(), settled_by = 'M Ford', because = 'x'"
        )
    run_everything(house)
    assert landings() == 4


def test_no_connection_to_dagsters_database_is_left_open(house: House):
    with open_instance(house.settings, house.database) as instance:
        instance.get_runs()
        assert _visitors(house)
    assert not _visitors(house)


def _visitors(house: House) -> int:
    with house.database.engine.connect() as connection:
        return connection.scalar(
            sa.text("select count(*) from pg_stat_activity where datname = :name"),
            {"name": house.database.dagster_url.database},
        )


@pytest.mark.slow
def test_a_stopped_hop_is_a_failure_and_the_hops_beside_it_run(house: House):
    stopping = replace(house, passes=replace(house.passes, audit=says("client_id_there")))
    ran = run_everything(stopping)
    assert not ran.is_well
    assert any("client_id_there must hold and does not" in line for line in ran.failures)
    outcomes = {outcome.hop: outcome.outcome for outcome in ran.passes}
    assert outcomes["evv_to_coordination"] == "stopped"


def test_two_at_once_are_refused(house: House):
    with (
        alone(house.database, "run"),
        pytest.raises(TransientFailure, match="another run is at work"),
    ):
        run_everything(house)


# carehops ui


@contextlib.contextmanager
def a_taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_is_said_plainly_and_nothing_is_started(house: House):
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    with a_taken_port() as port, pytest.raises(SetUpFailure, match=f"port {port} is taken"):
        serve(house, port)
    assert {child.pid for child in psutil.Process().children(recursive=True)} == before


def test_a_database_is_served_once(house: House):
    with alone(house.database, "ui"), pytest.raises(SetUpFailure, match="served already"):
        serve(house, 1)


SERVE = """
import sys
from orchestration.assembly import assemble
from orchestration.ground.failures import SetUpFailure
from orchestration.ground.settings import read_settings
from orchestration.graph.serving import serve
try:
    serve(assemble(read_settings()), int(sys.argv[1]), lambda line: print(line, flush=True))
except SetUpFailure as failure:
    print(failure, flush=True)
    sys.exit(7)
print("ended", flush=True)
"""


@contextlib.contextmanager
def served(house: House, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A served house, its page answering."""
    with a_taken_port() as port:
        pass
    url = house.database.url.set(drivername="postgresql")
    (tmp_path / "elsewhere").mkdir()
    program = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(port)],
        cwd=tmp_path / "elsewhere",
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "CAREHOPS_HOME": str(house.settings.home),
            "CAREHOPS_DATABASE_URL": url.render_as_string(hide_password=False),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        for line in program.stdout:
            if line.startswith("Ctrl-C"):
                break
        yield program, port
    finally:
        family = (
            psutil.Process(program.pid).children(recursive=True) if program.poll() is None else []
        )
        for one in [*family, program]:
            with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
                one.kill()
        program.wait()
        program.stdout.close()


def children_of(program: subprocess.Popen[str]) -> list[psutil.Process]:
    """The family, once code servers are up too."""
    deadline = time.monotonic() + 60
    family: list[psutil.Process] = []
    while time.monotonic() < deadline and len(family) < 4:
        family = psutil.Process(program.pid).children(recursive=True)
        time.sleep(0.2)
    return family


def all_gone(family: list[psutil.Process], seconds: float) -> bool:
    _, alive = psutil.wait_procs(family, timeout=seconds)
    return not [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]


def ask(port: int, query: str) -> str:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql",
        data=query.encode(),
        headers={"Content-Type": "application/graphql"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read().decode()


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_both_locations_and_leaves_nothing_running(house, tmp_path, number):
    with served(house, tmp_path) as (program, port):
        loaded = ask(
            port,
            "{ workspaceOrError { ... on Workspace { locationEntries { name loadStatus "
            "locationOrLoadError { __typename } } } } }",
        )
        assert loaded.count('"__typename":"RepositoryLocation"') == 2
        assert '"name":"hops"' in loaded
        assert '"name":"pager"' in loaded
        family = children_of(program)
        assert len(family) >= 4
        program.send_signal(number)
        assert program.wait(30) == 0
        assert program.stdout.read().endswith("ended\n")
        assert all_gone(family, 5)
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.mark.usefixtures("programs")
def test_when_a_child_dies_all_end_and_it_says_so(house, tmp_path):
    with served(house, tmp_path) as (program, _):
        family = children_of(program)
        daemon = next(one for one in family if "dagster._daemon" in one.cmdline())
        daemon.kill()
        assert program.wait(30) == 7
        assert "Dagster's daemon ended by itself" in program.stdout.read()
        assert all_gone(family, 5)


@pytest.mark.usefixtures("programs")
def test_when_it_is_killed_its_children_end_too(house, tmp_path):
    with served(house, tmp_path) as (program, _):
        family = children_of(program)
        program.kill()
        assert all_gone(family, 40)
