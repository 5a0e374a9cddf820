"""Time passes, caregivers are swapped, versions follow one another, visits come to light late."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.bench_of_records import Records
from tests.sql.care_plan_to_frontline.good_plan import (
    BEFORE,
    ENTERED,
    HOP,
    VISIT,
    ahead,
    answer,
    lay_rights,
    plan,
    run_at,
)

pytestmark = pytest.mark.slow

MINUTE = timedelta(minutes=1)


@pytest.fixture
def bench(records: Records) -> Records:
    lay_rights(records)
    records.now = ENTERED
    return records


def _standing(bench: Records, record_id: str) -> str | None:
    row = bench.one(
        "select standing from core.plan_delivery where record_id = :record_id", record_id=record_id
    )
    return None if row is None else str(row.standing)


def _done(plan_id: str, version: int = 1, caregiver: str = "G1") -> dict[str, object]:
    times = {
        "delivered_at": ENTERED + MINUTE,
        "acknowledged_at": ENTERED + 2 * MINUTE,
        "confirmed_at": ENTERED + 3 * MINUTE,
    }
    return answer(plan_id, version, caregiver, **times)


@pytest.mark.proves("S2-15")
def test_a_change_less_than_two_hours_before_the_visit_is_late_at_once(bench: Records) -> None:
    bench.put("schedule", ahead("P1", ENTERED + 50 * MINUTE))
    bench.put("care_plan", plan("P1"))
    bench.put("plan_ack", answer("P1", delivered_at=ENTERED))
    bench.run(HOP)
    assert bench.codes("P1/v1/G1", HOP) == ["CP-ACK-LATE"]


def test_a_safety_change_is_due_half_an_hour_after_it_was_entered(bench: Records) -> None:
    bench.put("schedule", ahead("P1"))
    bench.put("care_plan", plan("P1", urgency="safety"))
    bench.put("plan_ack", answer("P1", delivered_at=ENTERED))
    bench.now = ENTERED + 29 * MINUTE
    bench.run(HOP)
    assert bench.codes("P1/v1/G1", HOP) == ["CP-NOT-ACKED"]
    bench.now = ENTERED + 30 * MINUTE
    bench.run(HOP)
    assert bench.codes("P1/v1/G1", HOP) == ["CP-ACK-LATE"]


@pytest.mark.proves("S2-15")
def test_a_call_in_three_minutes_before_the_acknowledgement_is_a_breach(bench: Records) -> None:
    bench.put("schedule", ahead("P1", ENTERED + 50 * MINUTE))
    bench.put("care_plan", plan("P1"))
    bench.put(
        "plan_ack",
        answer(
            "P1",
            delivered_at=ENTERED,
            acknowledged_at=datetime(2026, 11, 20, 14, 1, tzinfo=UTC),
            confirmed_at=datetime(2026, 11, 20, 14, 5, tzinfo=UTC),
        ),
    )
    bench.put("evv_visit", run_at("P1", datetime(2026, 11, 20, 13, 58, tzinfo=UTC)))
    bench.now = ENTERED + timedelta(hours=2)
    bench.run(HOP)
    assert bench.codes("P1/v1/G1", HOP) == ["CP-UNACKED-VISIT"]
    assert _standing(bench, "P1/v1/G1") == "breached"


@pytest.mark.proves("S2-17")
def test_a_swapped_caregiver_makes_a_new_pair_and_ends_the_old_one(bench: Records) -> None:
    bench.put("schedule", ahead("P1", ENTERED + 50 * MINUTE))
    bench.put("care_plan", plan("P1"))
    bench.run(HOP)
    swapped = ENTERED + 30 * MINUTE
    bench.now = swapped
    bench.put(
        "schedule",
        ahead("P1", ENTERED + 50 * MINUTE, 2, caregiver_id="G2", source_updated_at=swapped),
    )
    bench.run(HOP)
    assert bench.state("P1/v1/G1", HOP) == "cancelled"
    assert bench.codes("P1/v1/G1", HOP) == ["CP-SWAPPED"]
    assert _standing(bench, "P1/v1/G1") == "withdrawn"
    # due at once, but the half hour for reaching the caregiver starts with the swap
    assert bench.codes("P1/v1/G2", HOP) == ["CP-NOT-DELIVERED", "CP-ACK-LATE"]
    assert _standing(bench, "P1/v1/G2") == "late"


def test_a_caregiver_swapped_out_before_the_first_pass_never_gets_a_list(bench: Records) -> None:
    bench.put("schedule", ahead("P1"))
    bench.put("care_plan", plan("P1"))
    bench.put("schedule", ahead("P1", VISIT, 2, caregiver_id="G2"))
    bench.run(HOP)
    assert bench.state("P1/v1/G1", HOP) == "cancelled"
    lists = bench.all("select caregiver_id from core.plan_delivery")
    assert [row.caregiver_id for row in lists] == ["G2"]
    tasks = bench.all("select distinct caregiver_id from core.frontline_task")
    assert [row.caregiver_id for row in tasks] == ["G2"]


def test_an_open_or_cancelled_shift_brings_nobody_and_takes_nobody_off(bench: Records) -> None:
    bench.put(
        "schedule",
        ahead("P1"),
        ahead("P1", schedule_id="S-open", caregiver_id=None),
        ahead("P1", schedule_id="S-off", caregiver_id="G5", status="cancelled"),
    )
    bench.put("care_plan", plan("P1"))
    rows = bench.all("select record_id from ledger.entry")
    assert [row.record_id for row in rows] == ["P1/v1/G1"]


def test_a_caregiver_put_back_on_is_taken_up_again(bench: Records) -> None:
    bench.put("schedule", ahead("P1"))
    bench.put("care_plan", plan("P1"))
    bench.run(HOP)
    for version, caregiver in ((2, "G2"), (3, "G1")):
        bench.put("schedule", ahead("P1", VISIT, version, caregiver_id=caregiver))
        bench.run(HOP)
    assert bench.state("P1/v1/G1", HOP) == "waiting"
    assert _standing(bench, "P1/v1/G1") == "pending"
    assert bench.state("P1/v1/G2", HOP) == "cancelled"


def test_a_cancelled_visit_ends_the_pair_unless_another_visit_is_ahead(bench: Records) -> None:
    bench.put(
        "schedule",
        ahead("P1"),
        ahead("P2"),
        ahead("P2", VISIT + timedelta(days=1), schedule_id="S-P2-b"),
    )
    bench.put("care_plan", plan("P1"), plan("P2"))
    bench.run(HOP)
    bench.put(
        "schedule",
        ahead("P1", VISIT, 2, status="cancelled"),
        ahead("P2", VISIT, 2, status="cancelled"),
    )
    bench.run(HOP)
    assert bench.codes("P1/v1/G1", HOP) == ["CP-SWAPPED"]
    assert bench.state("P2/v1/G1", HOP) == "waiting"


def test_a_visit_that_ran_is_not_swapped_away(bench: Records) -> None:
    bench.put("schedule", ahead("P1", ENTERED + 50 * MINUTE))
    bench.put("care_plan", plan("P1"))
    bench.run(HOP)
    bench.put("schedule", ahead("P1", ENTERED + 50 * MINUTE, 2, status="cancelled"))
    bench.put("evv_visit", run_at("P1", ENTERED + 50 * MINUTE))
    bench.run(HOP)
    assert "CP-UNACKED-VISIT" in bench.codes("P1/v1/G1", HOP)


def test_only_the_newest_version_needs_to_be_acknowledged(bench: Records) -> None:
    bench.put("schedule", ahead("P1"))
    bench.put("care_plan", plan("P1"))
    bench.run(HOP)
    bench.put("care_plan", plan("P1", 2, ENTERED + 60 * MINUTE, tasks="MEAL:required"))
    bench.now = ENTERED + 61 * MINUTE
    bench.run(HOP)
    assert bench.state("P1/v1/G1", HOP) == "cancelled"
    assert bench.codes("P1/v1/G1", HOP) == ["CP-SUPERSEDED"]
    assert bench.state("P1/v2/G1", HOP) == "waiting"
    versions = bench.all("select plan_version from core.frontline_task order by 1")
    assert [row.plan_version for row in versions] == [1, 1, 2]


def test_a_breach_of_the_old_version_is_not_forgotten_with_it(bench: Records) -> None:
    bench.put("schedule", ahead("P1", ENTERED + 10 * MINUTE))
    bench.put("schedule", ahead("P1", VISIT, schedule_id="S-next"))
    bench.put("care_plan", plan("P1"))
    bench.put("evv_visit", run_at("P1", ENTERED + 10 * MINUTE))
    bench.put("care_plan", plan("P1", 2, ENTERED + 60 * MINUTE))
    for minutes in (20, 61):  # the old version need not be delivered any more, late or in time
        bench.now = ENTERED + minutes * MINUTE
        bench.run(HOP)
        assert bench.codes("P1/v1/G1", HOP) == ["CP-UNACKED-VISIT"]
    assert bench.codes("P1/v2/G1", HOP) == ["CP-NOT-DELIVERED", "CP-NOT-ACKED"]


def test_two_versions_in_one_file_are_told_apart_and_the_older_is_kept(bench: Records) -> None:
    bench.put("schedule", ahead("P1"))
    bench.put("care_plan", plan("P1"), plan("P1", 2, ENTERED + 5 * MINUTE))
    bench.run(HOP)
    # by the time of the visit the first version no longer held: nobody had to be told of it
    assert bench.state("P1/v1/-", HOP) == "excluded"
    assert bench.state("P1/v2/G1", HOP) == "waiting"


def test_a_pair_is_made_when_the_visit_is_planned_after_the_plan(bench: Records) -> None:
    bench.put("care_plan", plan("P1"))
    bench.put("schedule", ahead("P1", source_updated_at=ENTERED + timedelta(hours=5)))
    bench.now = ENTERED + timedelta(hours=5)
    bench.run(HOP)
    assert bench.state("P1/v1/-", HOP) == "excluded"
    assert bench.codes("P1/v1/G1", HOP) == ["CP-NOT-DELIVERED", "CP-NOT-ACKED"]


def test_what_moved_is_left_alone_by_later_schedules(bench: Records) -> None:
    bench.put("schedule", ahead("P1"))
    bench.put("care_plan", plan("P1"))
    bench.put("plan_ack", _done("P1"))
    bench.run(HOP)
    assert bench.state("P1/v1/G1", HOP) == "moved"
    bench.put("schedule", ahead("P1", VISIT + timedelta(days=1), 2))
    bench.put("schedule", ahead("P1", VISIT + timedelta(days=2), schedule_id="S-more"))
    assert bench.state("P1/v1/G1", HOP) == "moved"
    assert bench.run(HOP).taken == 0


def test_a_visit_that_comes_to_light_late_breaches_what_had_moved(bench: Records) -> None:
    bench.put("schedule", ahead("P1", ENTERED + MINUTE))
    bench.put("care_plan", plan("P1"))
    bench.put("plan_ack", _done("P1"))
    bench.run(HOP)
    bench.put("evv_visit", run_at("P1", ENTERED + MINUTE))
    outcome = bench.run(HOP)
    assert outcome.late_changes == 1
    assert bench.codes("P1/v1/G1", HOP) == ["CP-UNACKED-VISIT"]
    listed = bench.one("select * from ledger.late_change")
    assert (listed.relied_on, listed.is_final) == ("visit/hhax/V-P1-G1", False)
    assert bench.run(HOP).late_changes == 0


@pytest.mark.proves("S2-18")
def test_old_tasks_on_a_later_visit_are_warned_of_after_all_was_confirmed(bench: Records) -> None:
    bench.put("schedule", ahead("P1"), ahead("P2"))
    bench.put("care_plan", plan("P1"), plan("P2"))
    bench.put("plan_ack", _done("P1"), _done("P2"))
    bench.run(HOP)
    bench.put(
        "evv_visit",
        run_at("P1", VISIT, tasks="BATH:done;FEED:done"),
        run_at("P2", VISIT, tasks="BATH:done"),
    )
    outcome = bench.run(HOP)
    assert (outcome.taken, outcome.late_changes) == (1, 1)
    assert bench.state("P1/v1/G1", HOP) == "moved"
    assert bench.codes("P1/v1/G1", HOP) == ["CP-OLD-VERSION-DELIVERED"]
    assert bench.codes("P2/v1/G1", HOP) == []
    assert bench.run(HOP).taken == 0


def test_an_acknowledgement_lets_a_held_delivery_go_on(bench: Records) -> None:
    bench.put("schedule", ahead("P1"))
    bench.put("care_plan", plan("P1", entered=BEFORE))
    bench.run(HOP)
    assert bench.codes("P1/v1/G1", HOP) == ["CP-UNREACHABLE", "CP-NOT-ACKED"]
    published = bench.one("select published_at_frontline as at from core.plan_delivery")
    bench.now = ENTERED + 10 * MINUTE
    bench.put("plan_ack", _done("P1"))
    bench.run(HOP)
    assert bench.state("P1/v1/G1", HOP) == "moved"
    row = bench.one("select published_at_frontline as at, standing from core.plan_delivery")
    assert (row.at, row.standing) == (published.at, "confirmed")


def test_running_again_writes_nothing(bench: Records) -> None:
    bench.put("schedule", ahead("P1"), ahead("P2"))
    bench.put("care_plan", plan("P1"), plan("P2"))
    bench.put("plan_ack", _done("P2"))
    bench.run(HOP)
    again = bench.run(HOP)
    assert (again.taken, again.written) == (1, {"plan_delivery": 0, "frontline_task": 0})
