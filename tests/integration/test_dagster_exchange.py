"""Exchanges with partners as Dagster shows and runs them."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from orchestration.ground.database import Database
from orchestration.ground.sql import SQL_FOLDER
from tests.bench_of_exchange import PARTNER, SECRET, Exchanges
from tests.integration.dagster_bench import NOON, Bench, opened
from tests.sftp_partner import Running, sftp_partner

pytestmark = pytest.mark.slow

ASSET = f"exchange_{PARTNER}"
JOB = "exchange_job"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with sftp_partner(tmp_path / "partner") as server:
        yield server


@pytest.fixture
def exchanges(database: Database, tmp_path: Path, running: Running) -> Exchanges:
    bench = Exchanges(database, tmp_path, NOON)
    shutil.copytree(SQL_FOLDER / "agency", bench.agency, dirs_exist_ok=True)
    bench.agree(running.partner)
    path = bench.agency / "partners" / f"{PARTNER}.toml"
    head = 'meaning = "A plan."\ntime_zone = "America/New_York"\nreplies = {}\n'
    path.write_text(head + path.read_text())
    return bench


@pytest.fixture
def bench(database: Database, exchanges: Exchanges) -> Iterator[Bench]:
    environ = {"CAREHOPS_AGENCY": str(exchanges.agency), SECRET: "geheim"}
    with opened(database, exchanges.settings.home, **environ) as bench:
        yield bench


def asked(bench: Bench) -> list[str]:
    """What the sensor asks for."""
    sensor = next(found for found in bench.defs.sensors if found.name == "exchange_due")
    with dg.build_sensor_context(instance=bench.instance) as context:
        requests = sensor.evaluate_tick(context).run_requests or []
    return [key.to_user_string() for each in requests for key in each.asset_selection or ()]


def test_an_exchange_stands_between_the_claims_and_their_partner(bench: Bench) -> None:
    graph = bench.defs.resolve_asset_graph()

    def parents(name: str) -> set[str]:
        return {key.to_user_string() for key in graph.get(dg.AssetKey(name)).parent_keys}

    assert parents(ASSET) == parents("exchange_clearinghouse") == {"billing_to_clearinghouse"}
    assert parents(PARTNER) == {ASSET}
    assert parents("buckeye_medicaid") == {"exchange_clearinghouse"}


def test_what_has_something_to_do_is_asked_for_and_nothing_else(
    bench: Bench, exchanges: Exchanges, running: Running
) -> None:
    assert asked(bench) == [ASSET]  # it may have left replies
    assert bench.run(JOB, ASSET).success
    assert asked(bench) == []
    exchanges.owe(1)
    assert asked(bench) == [ASSET]
    ran = bench.run(JOB, ASSET)
    assert ran.success
    assert running.partner.arrived == ["B000000001.837"]
    shown = bench.materialized(ASSET)
    assert shown is not None
    assert shown.metadata["sent"].value == 1
    assert asked(bench) == []
    bench.at(NOON + timedelta(minutes=5))
    assert asked(bench) == [ASSET]


def test_a_run_that_finds_nothing_to_do_is_no_news(bench: Bench) -> None:
    assert bench.run(JOB, "exchange_clearinghouse").success
    assert bench.materialized("exchange_clearinghouse") is None


def test_what_is_refused_is_red_and_not_tried_again_by_dagster(
    bench: Bench, exchanges: Exchanges, running: Running
) -> None:
    running.partner.password = "another"
    exchanges.owe(1)
    ran = bench.run(JOB, ASSET)
    assert not ran.success
    assert running.partner.logins == 1
    assert not bench.evaluations(ASSET, "delivered")[-1].passed
    assert bench.materialized(ASSET) is None
    said = bench.everything_said(ran.run_id)
    assert "credential refused" in said
    assert "geheim" not in said
    bench.at(NOON + timedelta(days=1))
    assert asked(bench) == []


def test_a_line_that_is_down_is_left_alone_until_its_time(
    bench: Bench, exchanges: Exchanges, running: Running
) -> None:
    running.stop()
    exchanges.owe(1)
    assert not bench.run(JOB, ASSET).success
    assert asked(bench) == []
    running.start()
    bench.at(NOON + timedelta(minutes=1))
    assert asked(bench) == [ASSET]
    assert bench.run(JOB, ASSET).success
    assert bench.evaluations(ASSET, "delivered")[-1].passed


def test_a_file_that_may_leave_since_today_is_asked_for(
    bench: Bench, exchanges: Exchanges, running: Running
) -> None:
    path = exchanges.agency / "partners" / f"{PARTNER}.toml"
    agreed = path.read_text()
    path.write_text(agreed.replace("2026-01-02", "2026-11-19").replace("replies = ", "x = "))
    path.write_text(path.read_text().replace("x = {}", "replies = {}").replace('x = "out"\n', ""))
    exchanges.owe(1)
    assert asked(bench) == [ASSET]
    bench.run(JOB, ASSET)
    assert exchanges.states() == ["withheld"]
    assert not bench.evaluations(ASSET, "delivered")[-1].passed
    assert asked(bench) == []
    bench.at(NOON + timedelta(days=1))
    assert asked(bench) == [ASSET]
    bench.run(JOB, ASSET)
    assert exchanges.states() == ["sent"]


def test_one_partner_s_exchange_never_runs_beside_itself(
    bench: Bench, exchanges: Exchanges, running: Running
) -> None:
    exchanges.owe(1)
    made = exchanges.exchange()
    with made._alone(PARTNER) as alone:
        assert alone
        assert bench.run(JOB, ASSET).success
        assert exchanges.run(after=timedelta(0)).outcome == "busy"
    assert running.partner.arrived == []
