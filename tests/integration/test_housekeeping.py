"""What is old and nobody needs goes from Dagster's storage; the newest of everything stays."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
import sqlalchemy as sa

from orchestration.graph.housekeeping import Purged, purge
from orchestration.graph.instance import open_instance
from orchestration.ground.database import Database
from orchestration.ground.settings import read_settings
from tests.conftest import drop_database

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dg.asset(check_specs=[dg.AssetCheckSpec("holds", asset="hop")])
def hop():
    yield dg.AssetCheckResult(check_name="holds", passed=True)
    yield dg.MaterializeResult()


@dg.asset
def resting():
    return 1


@pytest.fixture
def instance(
    administrator: sa.Engine, database: Database, tmp_path
) -> Iterator[dg.DagsterInstance]:
    name = str(database.dagster_url.database)
    with administrator.connect() as connection:
        connection.exec_driver_sql(f"create database \"{name}\" template template0 encoding 'UTF8'")
    settings = read_settings({"CAREHOPS_HOME": str(tmp_path / "home")})
    with open_instance(settings, database) as instance:
        yield instance
    drop_database(administrator, name)


def run(instance: dg.DagsterInstance, asset: dg.AssetsDefinition) -> str:
    return dg.materialize([asset], instance=instance, run_config=QUIET).run_id


def said(instance: dg.DagsterInstance, name: str, *, passed: bool) -> None:
    instance.report_runless_asset_event(
        dg.AssetCheckEvaluation(asset_key=dg.AssetKey(name), check_name="fresh", passed=passed)
    )


def rows(database: Database, table: str) -> int:
    engine = sa.create_engine(database.dagster_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return int(connection.execute(sa.text(f"select count(*) from {table}")).scalar_one())


def test_old_runs_events_and_evaluations_go_and_the_newest_stay(
    instance: dg.DagsterInstance, database: Database
):
    still = run(instance, resting)
    old = [run(instance, hop) for _ in range(3)]
    for passed in (True, False, True, False):
        said(instance, "hop", passed=passed)
    said(instance, "resting", passed=True)
    before = rows(database, "event_logs")
    later = datetime.now(UTC) + timedelta(days=15)
    purged = purge(instance, database.dagster_url, later)
    assert (purged.runs, purged.is_everything) == (2, True)
    assert purged.evaluations == 2 + 3
    assert {each.run_id for each in instance.get_runs()} == {still, old[-1]}
    assert rows(database, "event_logs") < before / 2
    # what is shown and asked for is as it was
    for name in ("hop", "resting"):
        assert instance.get_latest_materialization_event(dg.AssetKey(name)) is not None
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key(
        [
            dg.AssetCheckKey(dg.AssetKey("hop"), "fresh"),
            dg.AssetCheckKey(dg.AssetKey("hop"), "holds"),
            dg.AssetCheckKey(dg.AssetKey("resting"), "fresh"),
        ]
    )
    passed = {key.name + key.asset_key.to_user_string(): found for key, found in latest.items()}
    assert not passed["freshhop"].evaluation.passed
    assert passed["holdshop"].evaluation.passed
    assert passed["freshresting"].evaluation.passed
    assert purge(instance, database.dagster_url, later) == Purged(0, 0, 0)


def test_what_is_young_or_not_ended_stays(instance: dg.DagsterInstance, database: Database):
    for _ in range(3):
        run(instance, hop)
        said(instance, "hop", passed=True)
    started = dg.DagsterRun("job", status=dg.DagsterRunStatus.STARTED)
    instance.add_run(started)
    instance.add_run(dg.DagsterRun("job", status=dg.DagsterRunStatus.STARTED))
    now = datetime.now(UTC)
    assert purge(instance, database.dagster_url, now + timedelta(days=13)) == Purged(0, 0, 0)
    purge(instance, database.dagster_url, now + timedelta(days=15))
    assert instance.get_run_by_id(started.run_id) is not None
