"""What a stranger sees in the lineage picture."""

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest
import yaml

from orchestration import assembly
from orchestration.graph.definitions import build_defs
from orchestration.graph.instance import _WORKSPACE_YAML
from orchestration.graph.lineage import Picture
from orchestration.graph.pager_definitions import build_pager_defs
from orchestration.ground.agency import read_agency
from orchestration.ground.contracts import Feed
from orchestration.ground.settings import read_settings
from orchestration.reports.report_files import load_reports
from orchestration.watch.looking.freshness import rests_on_weekends

HOPS = (
    "evv_to_coordination",
    "care_plan_to_frontline",
    "delivery_to_billing",
    "billing_to_clearinghouse",
)


@pytest.fixture(scope="module")
def defs():
    return build_defs()


@pytest.fixture(scope="module")
def graph(defs):
    return defs.resolve_asset_graph()


@pytest.fixture(scope="module")
def picture():
    settings = read_settings()
    return Picture(assembly.feeds(), assembly.hops(), read_agency(settings.agency_folder))


def node(graph, name):
    return graph.get(dg.AssetKey(name))


def test_both_locations_load(defs):
    dg.Definitions.validate_loadable(defs)
    dg.Definitions.validate_loadable(build_pager_defs())


@pytest.mark.proves("S2-01")
def test_each_hop_and_feed_is_an_asset_of_that_name(graph, picture):
    names = {key.to_user_string() for key in graph.materializable_asset_keys}
    reports = {report.name for report in load_reports() if report.kept}
    others = {*reports, "exchange_clearinghouse"}
    assert names == {subject.name for subject in picture.subjects} | others
    assert set(HOPS) <= names


def test_a_kept_report_stands_on_what_it_reads_and_is_made_every_morning(defs, graph, picture):
    report = node(graph, "daily_exceptions")
    assert report.group_name == "reports"
    assert report.owners == ["team:care_coordinator"]
    above = {key.to_user_string() for key in report.parent_keys}
    assert above == {"evv_to_coordination", "schedules"}
    (schedule,) = [one for one in defs.schedules if one.name == "reports_schedule"]
    assert schedule.cron_schedule == "30 6 * * *"
    assert schedule.execution_timezone == picture.agency.zone
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING


def test_a_hop_stands_on_the_feeds_and_hops_whose_tables_it_uses(graph):
    above = {key.to_user_string() for key in node(graph, "delivery_to_billing").parent_keys}
    assert {"evv_to_coordination", "service_auths", "payer_contracts", "documentation"} <= above
    assert "billing_to_clearinghouse" not in above
    assert node(graph, "evv_visits_hhax").parent_keys == set()
    visits = {"evv_visits_hhax", "evv_visits_sandata", "evv_visits_carebridge"}
    assert visits <= {
        key.to_user_string() for key in node(graph, "evv_to_coordination").parent_keys
    }


def test_everything_has_an_owner_a_group_kinds_tags_words_and_a_clock(graph, picture):
    for subject in picture.subjects:
        asset = node(graph, subject.name)
        is_feed = isinstance(subject, Feed)
        assert asset.group_name == ("feeds" if is_feed else "hops")
        assert len(asset.owners) == 1
        assert re.fullmatch(r"team:[a-z0-9_]+", asset.owners[0])
        assert "postgres" in asset.kinds
        assert asset.tags["agency"]
        assert subject.meaning in asset.description
        assert subject.owner in asset.description
        assert asset.freshness_policy is not None
        runbook = Path(assembly.__file__).parents[1] / asset.metadata["runbook_path"]
        assert runbook.read_text() == asset.metadata["runbook"].value


def test_a_hop_is_described_by_its_contract(graph, picture):
    for hop in picture.hops:
        asset = node(graph, hop.name)
        assert asset.kinds == {"postgres", "sql"}
        assert asset.tags["record"] == hop.record.replace(" ", "_")
        assert asset.tags["checkpoints"] == f"{hop.checkpoints[0]}-{hop.checkpoints[-1]}"
        for column in hop.minimum_dataset:
            assert column in asset.description
        assert hop.timing.schedule in asset.description
        assert hop.runbook in asset.description


def test_the_policy_is_the_contracts_timing_and_allows_for_a_long_weekend(graph, picture):
    for subject in picture.subjects:
        policy = node(graph, subject.name).freshness_policy
        limits = subject if isinstance(subject, Feed) else subject.timing
        rest = timedelta(days=3) if rests_on_weekends(subject) else timedelta(0)
        assert policy.fail_window.to_timedelta() == limits.fail_after + rest
        assert policy.warn_window.to_timedelta() == limits.warn_after + rest


def test_each_expectation_is_a_check_of_its_own_beside_conserved_and_fresh(graph, picture):
    for hop in picture.hops:
        suite = {expect.name: expect for expect in assembly.suite_of(hop.name)}
        checks = {key.name: key for key in node(graph, hop.name).check_keys}
        assert set(checks) == {*suite, "conserved", "fresh"}
        for name, expect in suite.items():
            spec = graph.get_check_spec(checks[name])
            assert expect.because in spec.description
            assert spec.blocking == (expect.severity == "MUST")
    for feed in picture.feeds:
        checks = {key.name for key in node(graph, feed.name).check_keys}
        looked_at = {"agreed"} if feed.inspect else set()
        assert checks == {"complete", "held_lines", "fresh"} | looked_at


def test_no_job_answers_what_only_the_watch_may(defs, picture):
    for job in defs.jobs:
        steps = {node.name for node in defs.resolve_job_def(job.name).nodes}
        assert steps
        assert not steps & {f"{subject.name}_fresh" for subject in picture.subjects}


def test_every_hop_runs_by_itself_on_its_own_times_in_the_agencys_zone(defs, picture):
    schedules = {schedule.name: schedule for schedule in defs.schedules}
    for hop in picture.hops:
        schedule = schedules[f"{hop.name}_schedule"]
        assert schedule.cron_schedule == hop.timing.schedule
        assert schedule.execution_timezone == picture.agency.zone
        assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
        job = defs.resolve_job_def(f"{hop.name}_job")
        assert job.tags["carehops/alone"] == hop.name
        assert int(job.tags["dagster/max_runtime"]) > 0
        assert job.executor_def.name == "in_process"


def test_sensors_run_from_the_start(defs):
    for sensor in (*defs.sensors, *build_pager_defs().sensors):
        assert sensor.default_status == dg.DefaultSensorStatus.RUNNING


def test_people_s_columns_are_marked(graph):
    schema = node(graph, "clients").metadata["dagster/column_schema"]
    marked = {column.name for column in schema.columns if "personal_data" in column.tags}
    assert marked
    assert "client_id" not in marked


@pytest.mark.usefixtures("programs")
def test_loading_opens_nothing_and_leaves_great_expectations_alone():
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import socket, sys\n"
            "def refuse(*_): raise SystemExit('a connection was opened')\n"
            "socket.socket.connect = refuse\n"
            "import orchestration.graph.definitions, orchestration.graph.pager_definitions\n"
            "print('great_expectations' in sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": ""},
    )
    assert said.stdout.strip() == "False"


def test_the_workspace_of_the_repository_is_the_one_that_is_served():
    path = Path(assembly.__file__).parents[1] / "workspace.yaml"
    assert path.read_text() == _WORKSPACE_YAML
    locations = [entry["python_module"] for entry in yaml.safe_load(_WORKSPACE_YAML)["load_from"]]
    assert [location["location_name"] for location in locations] == ["hops", "pager"]


def test_the_pager_reads_the_same_contracts(picture):
    contracts = assembly.readable_contracts()
    assert contracts.broken == ()
    assert {feed.name for feed in contracts.feeds} == {feed.name for feed in picture.feeds}
    assert {hop.name for hop in contracts.hops} == {hop.name for hop in picture.hops}
