"""The pager says that it looks; what it sees of runs comes from what is stored."""

import uuid
from datetime import timedelta

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster._core.storage.tags import WILL_RETRY_TAG

from orchestration.assembly import Contracts
from orchestration.commands import hop_pages
from orchestration.graph.pager_definitions import build_pager_defs
from orchestration.graph.run_failures import run_failures
from orchestration.graph.schedules import hop_job_name
from orchestration.graph.watch_asset import show_sight
from orchestration.views.sight import Sight
from orchestration.views.status import Watcher, status
from orchestration.watch.looking.heartbeats import PAGER, QUIET_AFTER, Beat, beat, beats, is_quiet
from tests.bench_of_records import ZONE
from tests.integration.dagster_bench import NOON, Bench, opened


@pytest.fixture
def bench(database, tmp_path):
    with opened(database, tmp_path) as bench:
        yield bench


def look(bench: Bench):
    defs = build_pager_defs(
        settings=bench.house.settings,
        contracts=lambda: Contracts(tuple(bench.picture.feeds), tuple(bench.picture.hops), ()),
        database=lambda: bench.house.database,
    )
    pager = next(found for found in defs.sensors if found.name == PAGER)
    with dg.build_sensor_context(instance=bench.instance) as context:
        return pager.evaluate_tick(context)


def ended(bench: Bench, job: str, *, well: bool, **tags: str) -> str:
    run = dg.DagsterRun(
        job_name=job,
        run_id=str(uuid.uuid4()),
        status=dg.DagsterRunStatus.STARTED,
        tags={WILL_RETRY_TAG: "false"} | tags,
    )
    bench.instance.add_run(run)
    if well:
        bench.instance.report_dagster_event(
            dg.DagsterEvent("PIPELINE_SUCCESS", job, message=""), run_id=run.run_id
        )
    else:
        bench.instance.report_run_failed(run)
    return run.run_id


def failing(bench: Bench) -> dict[str, tuple[str, bool]]:
    """Failing hops, their run, and whether it is the first that failed."""
    look(bench)
    with bench.house.database.engine.connect() as connection:
        rows = connection.execute(
            sa.text("select hop, run_id, failed_at = failing_since as first from ops.run_failure")
        )
        return {row.hop: (row.run_id, row.first) for row in rows}


def test_every_look_is_written_down(bench: Bench):
    look(bench)
    with bench.house.database.engine.connect() as connection:
        first = beats(connection)[PAGER]
    look(bench)
    with bench.house.database.engine.connect() as connection:
        second = beats(connection)[PAGER]
    assert second.first_at == first.first_at < second.beat_at


def test_a_clock_set_back_does_not_hide_a_look(database):
    with database.transaction() as connection:
        beat(connection, PAGER, NOON)
        beat(connection, PAGER, NOON - timedelta(hours=1))
        assert beats(connection)[PAGER].beat_at == NOON


def test_who_never_looked_or_not_lately_is_quiet():
    seen = Beat(PAGER, NOON, NOON)
    assert is_quiet(None, NOON)
    assert not is_quiet(seen, NOON + QUIET_AFTER)
    assert is_quiet(seen, NOON + QUIET_AFTER + timedelta(seconds=1))


def test_a_failed_run_is_known_until_a_good_one_follows(bench: Bench):
    hop, other = bench.house.hops[:2]
    ended(bench, hop_job_name(hop), well=True)
    first = ended(bench, hop_job_name(hop), well=False)
    ended(bench, hop_job_name(other), well=True)
    assert failing(bench) == {hop.name: (first, True)}
    second = ended(bench, hop_job_name(hop), well=False)
    assert failing(bench) == {hop.name: (second, False)}
    (found,) = run_failures(bench.instance, bench.house.hops)
    assert failing(bench) == {hop.name: (second, False)}
    assert run_failures(bench.instance, bench.house.hops) == [found]
    ended(bench, hop_job_name(hop), well=True)
    assert failing(bench) == {}


def test_a_run_that_will_be_tried_again_has_not_failed_yet(bench: Bench):
    hop = bench.house.hops[0]
    ended(bench, hop_job_name(hop), well=False, **{WILL_RETRY_TAG: "true"})
    assert failing(bench) == {}
    again = ended(bench, hop_job_name(hop), well=False)
    assert failing(bench)[hop.name][0] == again


def test_the_picture_says_that_the_pager_looks_and_for_how_long_it_did_not(bench: Bench):
    look(bench)
    look(bench)
    (shown,) = bench.evaluations("watch", "sees")
    assert shown.passed
    before = Beat(PAGER, NOON, NOON)
    show_sight(bench.instance, before, NOON + timedelta(seconds=15))
    assert len(bench.evaluations("watch", "sees")) == 1
    show_sight(bench.instance, before, NOON + timedelta(hours=3))
    assert "blind for 3 h, since 2026-11-18 17:00 UTC" in (
        bench.evaluations("watch", "sees")[-1].description or ""
    )


def test_whoever_asks_the_check_is_told_the_same(bench: Bench):
    defs = build_pager_defs(settings=bench.house.settings, database=lambda: bench.house.database)
    (check,) = defs.asset_checks or ()

    def answer() -> dg.AssetCheckEvaluation:
        ran = (
            dg.Definitions(
                asset_checks=[check],
                jobs=[dg.define_asset_job("ask", selection=dg.AssetSelection.checks(check))],
            )
            .resolve_job_def("ask")
            .execute_in_process(instance=bench.instance)
        )
        return ran.get_asset_check_evaluations()[0]

    assert not answer().passed
    look(bench)
    assert answer().passed


def test_status_begins_with_blind_when_nobody_looks(bench: Bench, capsys):
    with bench.house.database.engine.connect() as connection:
        sight = Sight(connection, (), (), bench.house.library, NOON, ZONE)
        watchers = (
            Watcher(PAGER, NOON - timedelta(hours=2), is_quiet=True),
            Watcher("notifier", None, is_quiet=True),
            Watcher("watchdog", NOON, is_quiet=False),
        )
        hop_pages.show_status(sight, status(sight, {}, watchers))
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("Blind since 18 Nov 2026 10:00 EST: the pager does not look")
    assert said[1].startswith("Mute: the notifier has never looked")
    assert not any("watchdog" in line for line in said)
