"""What schedules and sensors ask for, and what they leave alone."""

import os
import subprocess
import sys
import uuid
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa

from orchestration import assembly
from orchestration.assembly import Contracts
from orchestration.graph.instance import IN_PROCESS
from orchestration.graph.pager_definitions import build_pager_defs
from orchestration.graph.schedules import LANDING_JOB
from orchestration.graph.sensors import (
    hops_to_wake,
    is_time_to_try,
    own_files_digest,
    read_listing,
)
from orchestration.ground.database import Database
from tests.integration.dagster_bench import NOON, ONE_RIGHT, Bench, opened

pytestmark = pytest.mark.slow


@pytest.fixture
def bench(database, tmp_path):
    with opened(database, tmp_path) as bench:
        yield bench


def sensor(defs: dg.Definitions, name: str) -> dg.SensorDefinition:
    return next(found for found in defs.sensors if found.name == name)


def tick(bench: Bench):
    with dg.build_sensor_context(instance=bench.instance) as context:
        return sensor(bench.defs, "drop_folder").evaluate_tick(context)


def asked(data) -> list[dg.RunRequest]:
    return list(data.run_requests or [])


def a_run(instance, status: dg.DagsterRunStatus, tags=None, job=LANDING_JOB):
    instance.add_run(
        dg.DagsterRun(job_name=job, run_id=str(uuid.uuid4()), status=status, tags=tags or {})
    )


def test_an_empty_folder_asks_for_nothing(bench: Bench):
    assert asked(tick(bench)) == []


def test_a_settled_file_is_asked_for_with_its_feed_only(bench: Bench):
    bench.drop("role_rights_1.csv", ONE_RIGHT)
    (request,) = asked(tick(bench))
    assert request.asset_selection == [dg.AssetKey("role_rights")]
    assert [key.name for key in request.asset_check_keys] == ["complete", "held_lines"]
    assert request.run_key == asked(tick(bench))[0].run_key


def test_a_file_still_being_written_is_left_alone(bench: Bench):
    os.utime(bench.drop("role_rights_1.csv", ONE_RIGHT))
    assert asked(tick(bench)) == []


def test_a_file_nobody_claims_is_asked_for_with_every_feed(bench: Bench):
    bench.drop("payroll.csv", "a,b\n")
    (request,) = asked(tick(bench))
    assert len(request.asset_selection) == len(bench.house.feeds)


def test_while_files_are_being_landed_nothing_is_asked_for(bench: Bench):
    bench.drop("role_rights_1.csv", ONE_RIGHT)
    a_run(bench.instance, dg.DagsterRunStatus.STARTED)
    assert asked(tick(bench)) == []


def test_a_run_inside_a_killed_program_stops_nobody(bench: Bench):
    bench.drop("role_rights_1.csv", ONE_RIGHT)
    a_run(bench.instance, dg.DagsterRunStatus.STARTED, {IN_PROCESS: "yes"})
    assert len(asked(tick(bench))) == 1


def test_files_that_stay_after_a_failed_run_are_tried_again_with_a_new_key(bench: Bench):
    bench.drop("role_rights_1.csv", ONE_RIGHT)
    (first,) = asked(tick(bench))
    a_run(bench.instance, dg.DagsterRunStatus.FAILURE, dict(first.tags))
    assert asked(tick(bench)) == []  # not at once
    feeds, drop = bench.house.feeds, bench.house.settings.drop
    assert read_listing(drop, feeds, 10).digest in first.run_key
    bench.drop("role_rights_2.csv", ONE_RIGHT)
    (second,) = asked(tick(bench))
    assert second.run_key != first.run_key


def test_tries_get_rarer_and_end():
    minute = timedelta(minutes=1)
    assert is_time_to_try(0, None, NOON)
    assert not is_time_to_try(1, NOON, NOON + minute - timedelta(seconds=1))
    assert is_time_to_try(1, NOON, NOON + minute)
    assert not is_time_to_try(2, NOON, NOON + 3 * minute)
    assert is_time_to_try(2, NOON, NOON + 4 * minute)
    assert is_time_to_try(3, NOON, NOON + 16 * minute)
    assert not is_time_to_try(4, NOON, NOON + 10_000 * minute)


def test_what_landed_wakes_just_the_hops_that_take_it(bench: Bench):
    hops, feeds = bench.house.hops, bench.house.feeds
    woken = {hop.name for hop in hops_to_wake(hops, feeds, {"evv_visits_hhax"})}
    assert woken == {"evv_to_coordination"}
    assert "care_plan_to_frontline" in {
        hop.name for hop in hops_to_wake(hops, feeds, {"care_plans"})
    }
    assert hops_to_wake(hops, feeds, {"payer_contracts"}) == []


def test_after_a_landing_run_its_hops_are_asked_for(bench: Bench):
    bench.instance.report_runless_asset_event(dg.AssetMaterialization("care_plans"))
    ran = bench.run("landing_job", "role_rights")
    with dg.build_run_status_sensor_context(
        sensor_name="after_landing",
        dagster_instance=bench.instance,
        dagster_run=ran.dagster_run,
        dagster_event=ran.get_run_success_event(),
    ) as context:
        said = sensor(bench.defs, "after_landing")(context)
    assert isinstance(said, dg.SkipReason)  # role rights alone move nothing


def test_a_schedule_leaves_out_a_pass_while_the_one_before_still_runs(bench: Bench, tmp_path):
    schedule = next(
        found for found in bench.defs.schedules if found.name == "evv_to_coordination_schedule"
    )

    def asked_now(instance: dg.DagsterInstance) -> int:
        with dg.build_schedule_context(instance=instance, scheduled_execution_time=NOON) as context:
            return len(schedule.evaluate_tick(context).run_requests or [])

    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        assert asked_now(instance) == 1
        a_run(instance, dg.DagsterRunStatus.STARTED, job="delivery_to_billing_job")
        assert asked_now(instance) == 1
        a_run(instance, dg.DagsterRunStatus.STARTED, job="evv_to_coordination_job")
        assert asked_now(instance) == 0


# the pager's location


def look(bench: Bench, database: Database, contracts: Contracts, name: str = "freshness_watch"):
    defs = build_pager_defs(
        settings=bench.house.settings, contracts=lambda: contracts, database=lambda: database
    )
    with dg.build_sensor_context(instance=bench.instance) as context:
        return sensor(defs, name).evaluate_tick(context)


def whole(bench: Bench) -> Contracts:
    return Contracts(tuple(bench.picture.feeds), tuple(bench.picture.hops), ())


def without(bench: Bench, name: str) -> Contracts:
    hops = tuple(hop for hop in bench.picture.hops if hop.name != name)
    return Contracts(tuple(bench.picture.feeds), hops, (f"assets.{name}",))


def test_the_watch_shows_everything_at_first_sight_and_then_only_changes(bench: Bench):
    contracts = whole(bench)
    look(bench, bench.house.database, contracts)
    for subject in bench.picture.subjects:
        (found,) = bench.evaluations(subject.name, "fresh")
        # nothing was sent to a partner, so nothing is awaited of it
        is_awaited = subject not in bench.picture.partners
        assert found.metadata["state"].value == ("unknown" if is_awaited else "fresh")
    look(bench, bench.house.database, contracts)
    assert len(bench.evaluations("clients", "fresh")) == 1
    with bench.house.database.engine.connect() as connection:
        known = connection.scalar(sa.text("select count(*) from ops.watch_state"))
        assert known == len(bench.picture.subjects)


def test_the_watch_goes_on_and_complains_when_a_contract_cannot_be_loaded(bench: Bench):
    look(bench, bench.house.database, whole(bench))
    broken = without(bench, "evv_to_coordination")
    with pytest.raises(dg.Failure, match=r"assets\.evv_to_coordination cannot be loaded"):
        look(bench, bench.house.database, broken)
    assert not bench.evaluations("evv_to_coordination", "fresh")[-1].passed


@pytest.mark.parametrize("name", [hop.name for hop in assembly.hops()])
def test_whichever_contract_cannot_be_loaded_the_pager_pages(bench: Bench, name: str):
    look(bench, bench.house.database, whole(bench))
    assert (
        "conditions"
        in look(bench, bench.house.database, without(bench, name), "pager").skip_message
    )
    with bench.house.database.engine.connect() as connection:
        found = connection.scalars(
            sa.text("select kind from ops.incident where subject = :name and closed_at is null"),
            {"name": name},
        )
        assert "hop_stale" in set(found)


@pytest.mark.usefixtures("programs")
def test_a_hop_that_cannot_be_imported_costs_the_pager_only_that_hop():
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys\n"
            "sys.modules['assets.evv_to_coordination'] = None\n"
            "from orchestration.graph.pager_definitions import defs\n"
            "from orchestration.assembly import readable_contracts\n"
            "found = readable_contracts()\n"
            "print(found.broken, 'delivery_to_billing' in {one.name for one in found.hops})\n"
            "try:\n"
            "    import orchestration.graph.definitions\n"
            "except ImportError:\n"
            "    print('the hops do not load')",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "('assets.evv_to_coordination',) True\nthe hops do not load\n"


def test_a_database_that_is_away_fails_the_tick_in_plain_words(bench: Bench):
    def away():
        raise sa.exc.OperationalError("select 'ZZPHI'", {}, Exception("ZZPHI"))

    defs = build_pager_defs(settings=bench.house.settings, database=away)
    with (
        dg.build_sensor_context(instance=bench.instance) as context,
        pytest.raises(dg.Failure, match="the database refused") as caught,
    ):
        sensor(defs, "freshness_watch").evaluate_tick(context)
    assert "ZZPHI" not in str(caught.value)


def looked_at_own_files(bench: Bench) -> list[dg.RunRequest]:
    with dg.build_sensor_context(instance=bench.instance) as context:
        return asked(sensor(bench.defs, "own_files").evaluate_tick(context))


def test_the_agencys_own_files_are_looked_at_once_until_they_change_or_the_day_does(
    bench: Bench, tmp_path: Path
):
    (request,) = looked_at_own_files(bench)
    assert {key.to_user_string() for key in request.asset_selection or ()} == {
        *("code_sets", "mapping_approvals", "payer_contracts")
    }
    assert "agreed" in {key.name for key in request.asset_check_keys or ()}
    a_run(bench.instance, dg.DagsterRunStatus.SUCCESS, request.tags)
    assert looked_at_own_files(bench) == []
    feeds, today = bench.house.feeds, date(2026, 11, 18)
    payers = tmp_path / "payers"
    payers.mkdir()
    before = own_files_digest(tmp_path, feeds, today)
    (payers / "elm-fictive.toml").write_text("# nothing yet")
    assert own_files_digest(tmp_path, feeds, today) != before
    assert own_files_digest(tmp_path, feeds, date(2026, 11, 19)) != own_files_digest(
        tmp_path, feeds, today
    )
