"""What the watchdog sees in the database: who answers, who has ticked, who has looked."""

import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    ScheduleInstigatorData,
    SensorInstigatorData,
    TickData,
    TickStatus,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._daemon.types import DaemonHeartbeat
from dagster._utils.error import SerializableErrorInfo

from orchestration import assembly
from orchestration.graph.definitions import build_defs
from orchestration.graph.instance import open_instance
from orchestration.graph.pager_definitions import build_pager_defs
from orchestration.ground.clock import FixedClock
from orchestration.ground.database import Database
from orchestration.ground.settings import Settings, read_settings
from orchestration.watch.looking.heartbeats import NOTIFIER, PAGER, WATCHDOG, beat, beats
from orchestration.watch.watchdog.expected import Expected, expected
from orchestration.watch.watchdog.outages import Remembered
from orchestration.watch.watchdog.rounds import Watchdog
from orchestration.watch.watchdog.stored import NEEDED_DAEMONS, Seen, look
from orchestration.watch.watchdog.telling import Ways
from tests.conftest import drop_database

NEW_YORK = ZoneInfo("America/New_York")
SENSOR = Expected("drop_folder", "hops", timedelta(seconds=30))
OTHER = Expected("after_landing", "hops", timedelta(seconds=30))
SCHEDULE = Expected("x_schedule", "hops", schedule="*/10 * * * *", zone=NEW_YORK)
BLIND = Expected(PAGER, "pager", timedelta(seconds=30))
MINUTE = timedelta(minutes=1)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def settings(
    administrator: sa.Engine, module_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """Both databases, and where they are."""
    name = str(module_database.dagster_url.database)
    with administrator.connect() as connection:
        connection.exec_driver_sql(f"create database \"{name}\" template template0 encoding 'UTF8'")
    url = module_database.url.render_as_string(hide_password=False)
    home = tmp_path_factory.mktemp("home")
    yield read_settings({"CAREHOPS_HOME": str(home), "CAREHOPS_DATABASE_URL": url})
    drop_database(administrator, name)


@pytest.fixture(scope="module")
def instance(settings: Settings, module_database: Database) -> Iterator[dg.DagsterInstance]:
    with open_instance(settings, module_database) as instance:
        yield instance


@pytest.fixture
def alive(instance: dg.DagsterInstance, module_database: Database) -> dg.DagsterInstance:
    """Daemons, pager and notifier have just been heard; no sensor is known."""
    instance.wipe_all_schedules()
    heard(instance, now())
    looked(module_database, now())
    return instance


def heard(instance: dg.DagsterInstance, at: datetime, *names: str) -> None:
    for name in names or NEEDED_DAEMONS:
        instance.add_daemon_heartbeat(DaemonHeartbeat(at.timestamp(), name, "d", []))


def looked(database: Database, at: datetime) -> None:
    with database.transaction() as connection:
        connection.execute(sa.text("delete from ops.heartbeat"))
        for name in (PAGER, NOTIFIER):
            beat(connection, name, at)


def ticked(
    instance: dg.DagsterInstance,
    one: Expected,
    at: datetime | None,
    *,
    status: TickStatus = TickStatus.SKIPPED,
    failures: int = 0,
    switched: InstigatorStatus = InstigatorStatus.DECLARED_IN_CODE,
    begun: datetime | None = None,
) -> None:
    place = ManagedGrpcPythonEnvCodeLocationOrigin(
        LoadableTargetOrigin(module_name="m"), location_name=one.location
    )
    origin = RemoteInstigatorOrigin(RemoteRepositoryOrigin(place, "__repository__"), one.name)
    kind = InstigatorType.SCHEDULE if one.schedule else InstigatorType.SENSOR
    started = (begun or now()).timestamp()
    if one.schedule:
        state = ScheduleInstigatorData(one.schedule, started)
    else:
        state = SensorInstigatorData()
    instance.add_instigator_state(InstigatorState(origin, kind, switched, state))
    if at is not None:
        instance.create_tick(
            TickData(
                origin.get_id(),
                one.name,
                kind,
                status,
                at.timestamp(),
                selector_id=origin.get_selector().get_id(),
                consecutive_failure_count=failures,
                error=SerializableErrorInfo("x", [], None)
                if status == TickStatus.FAILURE
                else None,
            )
        )


def seen(settings: Settings, *expected: Expected, at: datetime | None = None) -> list[str]:
    return [quiet.key for quiet in look(settings, expected, Remembered(), at or now()).quiet]


def test_when_everything_works_nothing_is_quiet_and_the_look_is_written_down(
    alive: dg.DagsterInstance, settings: Settings, module_database: Database
):
    ticked(alive, SENSOR, now())
    ticked(alive, SCHEDULE, now())
    assert look(settings, (SENSOR, SCHEDULE), Remembered(), now()) == Seen([], looks=True)
    with module_database.engine.connect() as connection:
        assert WATCHDOG in beats(connection)


def test_a_daemon_that_is_silent_is_one_outage_however_many_parts_it_has(
    alive: dg.DagsterInstance, settings: Settings
):
    heard(alive, now() - 2 * MINUTE)
    (quiet,) = look(settings, (), Remembered(), now()).quiet
    assert (quiet.key, quiet.count) == ("daemon:", len(NEEDED_DAEMONS))
    heard(alive, now())
    heard(alive, now() - 2 * MINUTE, "SENSOR")
    assert seen(settings) == ["daemon:"]


def test_a_pager_or_notifier_that_stopped_is_told_unless_the_daemon_explains_it(
    alive: dg.DagsterInstance, settings: Settings, module_database: Database
):
    looked(module_database, now() - 3 * MINUTE)
    found = look(settings, (), Remembered(), now())
    assert [quiet.key for quiet in found.quiet] == ["pager:", "notifier:"]
    assert all("daemon" in quiet.explained_by for quiet in found.quiet)
    assert found.looks is False


def test_a_sensor_switched_off_by_hand_is_told_by_name(
    alive: dg.DagsterInstance, settings: Settings
):
    ticked(alive, SENSOR, now(), switched=InstigatorStatus.STOPPED)
    assert seen(settings, SENSOR) == ["drop_folder:stopped"]


def test_sensors_that_have_not_ticked_are_one_outage_of_their_location(
    alive: dg.DagsterInstance, settings: Settings
):
    ticked(alive, SENSOR, now() - 6 * MINUTE)
    ticked(alive, BLIND, now() - 6 * MINUTE)
    found = look(settings, (SENSOR, OTHER, BLIND), Remembered(), now()).quiet
    assert [(quiet.key, quiet.count) for quiet in found] == [("hops:quiet", 2), ("pager:quiet", 1)]
    assert "pager:" in found[1].explained_by


def test_a_sensor_fails_when_it_has_failed_three_times_in_a_row(
    alive: dg.DagsterInstance, settings: Settings
):
    ticked(alive, SENSOR, now(), status=TickStatus.FAILURE, failures=2)
    assert seen(settings, SENSOR) == []
    alive.wipe_all_schedules()
    ticked(alive, SENSOR, now(), status=TickStatus.FAILURE, failures=3)
    assert seen(settings, SENSOR) == ["hops:failing"]


def test_a_schedule_is_quiet_when_its_last_time_passed_without_a_tick(
    alive: dg.DagsterInstance, settings: Settings
):
    noon = datetime(2026, 11, 18, 17, 0, tzinfo=UTC)

    def told(at: datetime) -> bool:
        return "hops:quiet" in seen(settings, SCHEDULE, at=at)

    ticked(alive, SCHEDULE, noon)
    assert not told(noon + 19 * MINUTE)  # 12:10 has not been missed for long enough
    assert told(noon + 20 * MINUTE)
    alive.wipe_all_schedules()
    ticked(alive, SCHEDULE, None, begun=noon)
    assert not told(noon + 19 * MINUTE)
    assert told(noon + 20 * MINUTE)


def test_a_clock_that_differs_from_the_database_s_is_told(
    alive: dg.DagsterInstance, settings: Settings
):
    assert "clock:database" in seen(settings, at=now() + MINUTE)
    assert "clock:database" not in seen(settings, at=now() + MINUTE / 4)


def test_a_database_that_is_away_hides_the_rest_and_one_that_refuses_says_so(settings: Settings):
    url = sa.make_url(str(settings.database_url))
    away = url.set(host="127.0.0.1", port=1, query={})
    refusing = url.set(username="nobody_like_that")
    for there, key in ((away, "database:"), (refusing, "database:credentials")):
        found = look(
            replace(settings, database_url=there.render_as_string(hide_password=False)),
            (SENSOR,),
            Remembered(),
            now(),
        )
        assert [quiet.key for quiet in found.quiet] == [key]
        assert {"daemon", PAGER, NOTIFIER, "hops", "drop_folder"} <= found.hidden
        assert found.looks is None


def test_an_embedded_database_that_does_not_run_is_not_started(tmp_path: Path):
    settings = read_settings({"CAREHOPS_HOME": str(tmp_path)})
    assert seen(settings) == ["database:"]
    assert list(tmp_path.iterdir()) == []


def test_the_watchdog_expects_every_sensor_and_schedule_there_is(settings: Settings):
    zone = assembly.read_agency(settings.agency_folder).zone_info
    found = {(one.location, one.name) for one in expected(assembly.hops(), zone)}
    hops, pager = build_defs(settings=settings), build_pager_defs(settings=settings)
    assert found == {
        (location, one.name)
        for location, defs in (("hops", hops), ("pager", pager))
        for one in (*(defs.sensors or ()), *(defs.schedules or ()))
    }


def test_the_picture_is_told_once_that_nobody_looks(
    alive: dg.DagsterInstance, settings: Settings, module_database: Database, tmp_path: Path
):
    got: list[dict[str, object]] = []

    class Door(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/report_asset_check/watch"
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        dog = Watchdog(
            replace(settings, home=tmp_path),
            FixedClock(now()),
            server.server_port,
            (),
            lambda _: Ways({}),
        )
        looked(module_database, now() - 3 * MINUTE)
        dog.look()
        dog.look()
        looked(module_database, now())
        dog.look()
        looked(module_database, now() - 3 * MINUTE)
        dog.look()
        server.shutdown()
    assert len(got) == 2
    assert got[0]["check_name"] == "sees"
    assert got[0]["passed"] is False
