"""What materializing a feed or a hop leaves behind, when it goes well and when it does not."""

from dataclasses import replace
from datetime import timedelta

import dagster as dg
import psycopg
import pytest
import sqlalchemy as sa

from orchestration.flow.audit import CheckResult
from orchestration.ground.failures import ConservationFailure, TransientFailure
from tests.integration.dagster_bench import NOON, ONE_RIGHT, RIGHTS, Bench, opened, says

pytestmark = pytest.mark.slow

ERROR, WARN = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN
SECRET = "ZZPHI Jane Roe"
OWN = ("code_sets", "mapping_approvals", "payer_contracts")


@pytest.fixture
def bench(database, tmp_path):
    with opened(database, tmp_path) as bench:
        yield bench


def results(ran: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    return {
        f"{found.asset_key.to_user_string()}.{found.check_name}": found
        for found in ran.get_asset_check_evaluations()
    }


def failure(ran: dg.ExecuteInProcessResult) -> str:
    (event,) = [event for event in ran.all_events if event.is_step_failure]
    return event.step_failure_data.user_failure_data.description


# reports


def test_the_reports_of_the_day_are_kept_once_and_numbers_show_on_them(bench: Bench):
    bench.at(NOON + timedelta(days=2))
    assert bench.run("reports_job").success
    made = bench.materialized("daily_exceptions").metadata
    assert made["days_made"].value == 2
    assert made["day"].value == str((NOON + timedelta(days=2)).date())
    assert (made["rows"].value, made["alarms"].value) == (0, 0)
    assert bench.run("reports_job", "daily_exceptions").success
    assert bench.materialized("daily_exceptions").metadata["days_made"].value == 0


# feeds


def test_a_whole_file_materializes_its_feed_and_no_other(bench: Bench):
    bench.drop("role_rights_1.csv", ONE_RIGHT)
    ran = bench.run("landing_job")
    assert ran.success
    made = bench.materialized("role_rights")
    assert made.metadata["rows"].value == 1
    assert made.metadata["held_lines"].value == 0
    assert bench.materialized("clients") is None
    said = results(ran)
    assert said["role_rights.complete"].passed
    assert said["role_rights.held_lines"].passed
    assert not said["clients.complete"].passed
    assert said["clients.complete"].severity == WARN
    assert "fresh" not in {name.partition(".")[2] for name in said}
    told = [verdict.verdict for verdict in bench.told if verdict.feed == "role_rights"]
    assert told == ["landed"]


def test_a_contract_due_for_review_shows_on_the_contracts_asset(bench: Bench):
    found = results(bench.run("landing_job", *OWN))["payer_contracts.agreed"]
    assert (found.passed, found.severity) == (False, WARN)
    assert "maple-fictive.toml:" in found.description
    assert "review of S5125 U2 U7 was due on 2026-11-06" in found.description
    bench.at(NOON + timedelta(days=30))
    found = results(bench.run("landing_job", *OWN))["payer_contracts.agreed"]
    assert (found.passed, found.severity) == (False, ERROR)


def test_an_empty_file_leaves_a_feed_without_materialization_and_its_check_red(bench: Bench):
    bench.drop("role_rights_1.csv", RIGHTS)
    ran = bench.run("landing_job", "role_rights")
    assert ran.success
    assert bench.materialized("role_rights") is None
    found = results(ran)["role_rights.complete"]
    assert (found.passed, found.severity) == (False, ERROR)
    assert "quarantined" in found.description


def test_an_empty_file_is_an_answer_where_the_contract_says_so(bench: Bench):
    feed = next(feed for feed in bench.house.feeds if feed.name == "incidents")
    assert feed.empty_allowed
    header = ",".join(source.field for source in feed.sources.values())
    bench.drop("incidents_1.csv", header + "\n")
    ran = bench.run("landing_job", "incidents")
    assert ran.success
    assert bench.materialized("incidents").metadata["rows"].value == 0


def test_held_lines_are_shown_and_the_rest_is_news(bench: Bench):
    bench.drop("role_rights_1.csv", ONE_RIGHT + "Scheduler,fly,2026-01-01,1,,M1,2026-11-18\n")
    ran = bench.run("landing_job", "role_rights")
    found = results(ran)["role_rights.held_lines"]
    assert (found.passed, found.severity) == (False, WARN)
    assert found.description == "1 held lines wait"
    assert bench.materialized("role_rights").metadata["held_lines"].value == 1


def test_a_held_line_is_shown_until_its_record_lands(bench: Bench):
    right = "Scheduler,visit_edit,2026-01-01,{},,M1,2026-11-18{}\n"
    bench.drop("role_rights_1.csv", ONE_RIGHT + right.format(1, ""))
    bench.run("landing_job", "role_rights")
    bench.drop("role_rights_2.csv", ONE_RIGHT.replace("visit_edit", "plan_edit"))
    found = results(bench.run("landing_job", "role_rights"))["role_rights.held_lines"]
    assert (found.passed, found.severity) == (False, WARN)
    bench.drop("role_rights_3.csv", RIGHTS + right.format(2, "T08:00:00Z"))
    found = results(bench.run("landing_job", "role_rights"))["role_rights.held_lines"]
    assert found.passed, found.description


def test_the_same_file_again_is_no_news(bench: Bench):
    bench.drop("role_rights_1.csv", ONE_RIGHT)
    bench.run("landing_job", "role_rights")
    first = bench.instance.get_latest_materialization_event(dg.AssetKey("role_rights"))
    bench.drop("role_rights_2.csv", ONE_RIGHT)
    ran = bench.run("landing_job", "role_rights")
    assert ran.success
    again = bench.instance.get_latest_materialization_event(dg.AssetKey("role_rights"))
    assert again == first
    assert results(ran)["role_rights.complete"].passed


def test_only_the_feeds_asked_for_are_landed(bench: Bench):
    bench.drop("role_rights_1.csv", ONE_RIGHT)
    other = bench.drop("schedules_1.csv", "nothing,like,it\n")
    assert bench.run("landing_job", "role_rights").success
    assert other.exists()
    assert bench.materialized("role_rights") is not None


def test_a_file_landed_by_hand_is_news_to_the_next_run(bench: Bench):
    bench.house.landing.land(bench.drop("role_rights_1.csv", ONE_RIGHT))
    (bench.house.settings.drop / "role_rights_1.csv").unlink()
    assert bench.run("landing_job", "role_rights").success
    assert bench.materialized("role_rights").metadata["rows"].value == 1


# hops


def test_a_pass_materializes_with_its_numbers_and_every_check(bench: Bench):
    ran = bench.run("evv_to_coordination_job")
    assert ran.success
    made = bench.materialized("evv_to_coordination").metadata
    for number in ("taken", "moved", "held", "rejected", "excluded", "cancelled", "waiting"):
        assert made[number].value == 0
    assert made["pass_id"].value > 0
    assert made["oldest_age"].value == "nothing is open"
    assert made["rows_written_coordination_visit"].value == 0
    assert made["dagster/row_count"].value == 0
    columns = {column.name: column for column in made["dagster/column_schema"].schema.columns}
    assert columns["client_id"].description
    lineage = made["dagster/column_lineage"].lineage.deps_by_column
    assert dg.TableColumnDep("evv_visits_hhax", "client_id") in lineage["client_id"]
    made_of = made["columns_made_of"].value
    assert "| client_id | client_id of evv_visits_carebridge, evv_visits_hhax" in made_of
    said = results(ran)
    suite = bench.house.suite("evv_to_coordination")
    assert {f"evv_to_coordination.{expect.name}" for expect in suite} < set(said)
    assert said["evv_to_coordination.conserved"].passed
    assert "evv_to_coordination.fresh" not in said


def test_a_pass_that_changes_nothing_leaves_what_stands_on_it_in_step(bench: Bench):
    def version() -> str:
        return bench.materialized("evv_to_coordination").tags["dagster/data_version"]

    bench.run("evv_to_coordination_job")
    first = version()
    bench.run("evv_to_coordination_job")
    assert version() == first


def test_a_must_that_does_not_hold_stops_the_hop_and_leaves_its_clock_alone(bench: Bench):
    bench.audited_by(says("client_id_there"))
    ran = bench.run("evv_to_coordination_job")
    assert not ran.success
    assert bench.materialized("evv_to_coordination") is None
    said = results(ran)
    broken = said["evv_to_coordination.client_id_there"]
    assert (broken.passed, broken.severity) == (False, ERROR)
    assert said["evv_to_coordination.service_code_there"].passed
    assert said["evv_to_coordination.conserved"].passed
    assert "client_id_there must hold and does not" in failure(ran)
    assert "docs/runbooks/evv_to_coordination.md" in failure(ran)


def test_a_should_that_does_not_hold_warns_and_the_hop_goes_on(bench: Bench):
    should = [
        expect.name
        for expect in bench.house.suite("evv_to_coordination")
        if expect.severity == "SHOULD"
    ]
    bench.audited_by(says(*should))
    ran = bench.run("evv_to_coordination_job")
    assert ran.success
    assert bench.materialized("evv_to_coordination") is not None
    for name in should:
        assert results(ran)[f"evv_to_coordination.{name}"].severity == WARN


def test_an_expectation_that_cannot_be_asked_is_an_error(bench: Bench):
    def cannot(_url, _schema, _table, suite):
        return [CheckResult(expect, False, True) for expect in suite]

    bench.audited_by(cannot)
    ran = bench.run("evv_to_coordination_job")
    assert not ran.success
    suite = bench.house.suite("evv_to_coordination")
    assert {expect.severity for expect in suite} == {"MUST", "SHOULD"}
    for expect in suite:
        found = results(ran)[f"evv_to_coordination.{expect.name}"]
        assert (found.passed, found.severity) == (False, ERROR)
        assert found.description == "could not be evaluated"


def test_lost_records_turn_conserved_red_and_nothing_is_materialized(bench: Bench):
    def loses(*_):
        raise ConservationFailure("evv_to_coordination: file 7 brought 3 records, 2 remain")

    bench.audited_by(loses)
    ran = bench.run("evv_to_coordination_job")
    assert not ran.success
    assert bench.materialized("evv_to_coordination") is None
    found = results(ran)["evv_to_coordination.conserved"]
    assert (found.passed, found.severity) == (False, ERROR)
    assert "3 records, 2 remain" in found.description


def test_a_permanent_failure_is_not_tried_again_and_a_passing_one_is(bench: Bench):
    tries = []

    def busy(*_):
        tries.append("busy")
        raise TransientFailure("it is already running")

    bench.audited_by(busy)
    assert not bench.run("evv_to_coordination_job").success
    assert len(tries) == 4
    tries.clear()

    def wrong(*_):
        tries.append("wrong")
        raise ConservationFailure("lost")

    bench.audited_by(wrong)
    assert not bench.run("evv_to_coordination_job").success
    assert len(tries) == 1


@pytest.mark.parametrize("driver", ["sqlalchemy", "psycopg", "python"])
def test_what_goes_wrong_unforeseen_never_quotes_a_value(bench: Bench, driver):
    def breaks(url: sa.URL, *_):
        if driver == "python":
            int(SECRET)
        if driver == "psycopg":
            with psycopg.connect(url.set(drivername="postgresql").render_as_string(False)) as db:
                db.execute("select cast(%s as integer)", (SECRET,))
        with bench.house.database.engine.connect() as connection:
            connection.execute(sa.text("select cast(:name as integer)"), {"name": SECRET})

    bench.audited_by(breaks)
    ran = bench.run("evv_to_coordination_job")
    assert not ran.success
    said = bench.everything_said(ran.run_id)
    assert SECRET not in said
    assert "ZZPHI" not in said
    expected = "unexpected ValueError" if driver == "python" else "SQLSTATE 22P02"
    assert expected in failure(ran)
    assert bench.materialized("evv_to_coordination") is None


def test_a_database_that_is_away_is_waited_for(bench: Bench):
    asked = []

    def away(*_):
        asked.append(1)
        raise sa.exc.OperationalError("select", {}, psycopg.OperationalError("connection refused"))

    bench.audited_by(away)
    assert not bench.run("evv_to_coordination_job").success
    assert len(asked) == 4


def test_all_hops_in_one_run_upstream_first(bench: Bench):
    ran = bench.run("all_hops_job")
    assert ran.success
    order = [outcome.hop for outcome in bench.told]
    assert set(order) == {hop.name for hop in bench.house.hops}
    assert order.index("evv_to_coordination") < order.index("delivery_to_billing")
    assert order.index("delivery_to_billing") < order.index("billing_to_clearinghouse")


# freshness


def test_a_hop_that_has_not_run_in_time_turns_red_once_and_green_again(bench: Bench):
    from datetime import timedelta

    hop = bench.house.hop("evv_to_coordination")
    bench.run("evv_to_coordination_job")
    bench.watch(NOON)
    (first,) = bench.evaluations(hop.name, "fresh")
    assert first.passed
    late = NOON + hop.timing.fail_after + timedelta(minutes=1)
    for minutes in range(5):
        bench.watch(late + timedelta(minutes=minutes))
    stale = bench.evaluations(hop.name, "fresh")
    assert len(stale) == 2
    assert (stale[1].passed, stale[1].severity) == (False, ERROR)
    assert "the last published pass ended" in stale[1].description
    bench.at(late + timedelta(minutes=10))
    bench.run("evv_to_coordination_job")
    bench.watch(late + timedelta(minutes=11))
    bench.watch(late + timedelta(minutes=12))
    again = bench.evaluations(hop.name, "fresh")
    assert len(again) == 3
    assert again[2].passed


def test_what_is_wrong_besides_age_is_shown_again_after_a_pass(bench: Bench):
    with bench.house.database.transaction() as connection:
        connection.execute(
            sa.text("""
                insert into ledger.entry (hop, record_id, since, received_at, state, reason_class
                    , reason_code, owner_role, due_at)
                values ('care_plan_to_frontline', 'P1/v1/S1', :now, :now, 'held', 'MAPPING'
                    , 'X-1', 'Scheduler', :now - interval '1 hour')
            """),
            {"now": NOON},
        )
        connection.execute(
            sa.text(
                "insert into ledger.pass (hop, outcome, started_at, finished_at) "
                "values ('care_plan_to_frontline', 'published', :now, :now)"
            ),
            {"now": NOON},
        )
    bench.watch(NOON)
    (found,) = bench.evaluations("care_plan_to_frontline", "fresh")
    assert (found.passed, found.severity) == (False, WARN)
    assert "1 record is past the due date" in found.description
    bench.watch(NOON)
    assert len(bench.evaluations("care_plan_to_frontline", "fresh")) == 1
    # Dagster would call the check not evaluated from here on
    bench.instance.report_runless_asset_event(dg.AssetMaterialization("care_plan_to_frontline"))
    bench.watch(NOON)
    bench.watch(NOON)
    assert len(bench.evaluations("care_plan_to_frontline", "fresh")) == 2


def test_open_incidents_stand_beside_the_hop_they_are_about(bench: Bench):
    from orchestration.watch.incidents import book
    from orchestration.watch.incidents.incident import Answer
    from tests.bench_of_incidents import RULES, condition

    bench.watch(NOON)
    found = condition("evv_to_coordination", kind="hop_failing", cause="transient")
    with bench.house.database.transaction() as connection:
        (step,) = book.advance(connection, [found], NOON, RULES, lambda *_: None)
    number = step.incident.incident_id
    bench.watch(NOON)
    bench.watch(NOON)
    with bench.house.database.transaction() as connection:
        answer = Answer("ann", "on it", NOON)
        book.acknowledge(connection, number, answer, lambda *_: None)
    bench.watch(NOON)
    shown = bench.evaluations("evv_to_coordination", "fresh")
    assert [each.metadata["incidents"].value for each in shown] == [
        "none is open",
        f"{number}: P1 hop_failing (transient), open",
        f"{number}: P1 hop_failing (transient), acknowledged",
    ]


def test_whoever_presses_the_button_of_fresh_gets_the_watchs_answer(bench: Bench):
    bench.watch(NOON)
    checks = bench.defs.resolve_implicit_global_asset_job_def().get_subset(
        asset_selection=[],
        asset_check_selection={dg.AssetCheckKey(dg.AssetKey("clients"), "fresh")},
    )
    ran = checks.execute_in_process(instance=bench.instance, raise_on_error=False)
    assert ran.success
    pressed = results(ran)["clients.fresh"]
    (watched,) = bench.evaluations("clients", "fresh")[:1]
    assert (pressed.passed, pressed.severity) == (watched.passed, watched.severity)
    assert pressed.metadata["state"].value == "unknown"


def test_a_hop_whose_contract_cannot_be_loaded_is_stale(bench: Bench):
    from orchestration.graph.fresh_checks import mirror
    from orchestration.watch.looking.standing import watch

    bench.watch(NOON)
    hops = [hop for hop in bench.house.watched.hops if hop.name != "evv_to_coordination"]
    watched = replace(bench.house.watched, hops=tuple(hops))
    broken = replace(watched, some_are_broken=True)
    watch(bench.house.database, broken, NOON, tell=mirror(bench.instance))
    found = bench.evaluations("evv_to_coordination", "fresh")[-1]
    assert (found.passed, found.severity) == (False, ERROR)
    assert "its contract cannot be loaded" in found.description
    watch(bench.house.database, watched, NOON, tell=mirror(bench.instance))
    with bench.house.database.engine.connect() as connection:
        names = set(connection.scalars(sa.text("select subject from ops.watch_state")))
    assert names == {subject.name for subject in watched.subjects}


def test_a_suite_may_not_take_the_name_of_our_own_checks(bench: Bench):
    from orchestration.graph.hop_asset import hop_asset
    from orchestration.ground.failures import ContractFailure

    hop = bench.house.hop("evv_to_coordination")
    suite = [replace(bench.house.suite(hop.name)[0], name="fresh")]
    with pytest.raises(ContractFailure, match="fresh is a check of Carehops' own"):
        hop_asset(hop, suite, bench.picture, lambda: bench.house)
