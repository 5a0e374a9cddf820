"""Where delivery strays from the plan: found, listed with a due date, taken back when untrue."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.bench_of_records import NOW, Records
from tests.sql.evv_to_coordination.good_visit import HOP, START, lay_ground, plan, visit

pytestmark = pytest.mark.slow


@pytest.fixture
def bench(records: Records) -> Records:
    lay_ground(records)
    return records


def _open(bench: Records) -> set[tuple[str, str]]:
    rows = bench.all("select kind, subject from core.visit_deviation where is_open")
    return {(row.kind, row.subject) for row in rows}


def _deviation(bench: Records, kind: str) -> Any:
    return bench.one("select * from core.visit_deviation where kind = :kind", kind=kind)


@pytest.mark.proves("S2-09")
def test_a_planned_visit_that_is_over_and_nobody_clocked_is_missed(bench: Records) -> None:
    bench.put(
        "schedule",
        plan("gone", NOW - timedelta(hours=5)),
        plan("under-way", NOW - timedelta(hours=1)),
        plan("over-this-second", NOW - timedelta(hours=2)),
        plan("cancelled", NOW - timedelta(hours=5), status="cancelled"),
        plan("long-ago", NOW - timedelta(days=36)),
        plan("clocked", NOW - timedelta(hours=5)),
    )
    bench.put("evv_visit", visit("clocked", NOW - timedelta(hours=5), call_out_at=None))
    bench.run(HOP)
    assert _open(bench) == {("missed", "schedule/S-gone")}
    missed = _deviation(bench, "missed")
    assert (missed.client_id, missed.caregiver_id, missed.minutes_short) == ("C1", "G1", 120)
    assert missed.owner_role == "Care coordinator"


def test_a_missed_visit_is_found_when_no_visit_came_at_all(bench: Records) -> None:
    bench.put("schedule", plan("gone", NOW + timedelta(hours=1)))
    bench.run(HOP)
    assert _open(bench) == set()
    bench.now = NOW + timedelta(hours=3, minutes=1)
    outcome = bench.run(HOP)
    assert outcome.taken == 0
    assert _open(bench) == {("missed", "schedule/S-gone")}


def test_review_is_due_at_ten_on_the_next_business_day_and_keeps_its_date(bench: Records) -> None:
    bench.now = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)  # the day before Thanksgiving
    bench.put("schedule", plan("gone", bench.now - timedelta(hours=5)))
    bench.run(HOP)
    due = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)  # Friday, 10:00 in New York
    assert _deviation(bench, "missed").review_due_at == due
    bench.now += timedelta(days=3)
    bench.run(HOP)
    assert _deviation(bench, "missed").review_due_at == due


def test_a_critical_missed_visit_is_due_within_the_hour(bench: Records) -> None:
    bench.put("schedule", plan("gone", NOW - timedelta(hours=5), is_critical=True))
    bench.run(HOP)
    assert _deviation(bench, "missed").detail_code == "critical"
    assert _deviation(bench, "missed").review_due_at == NOW + timedelta(hours=1)


@pytest.mark.proves("S0-14")
@pytest.mark.parametrize("days", [1, 60])
def test_a_missed_visit_that_turns_up_later_was_not_missed(bench: Records, days: int) -> None:
    start = NOW - timedelta(hours=5)
    bench.put("schedule", plan("V1", start))
    bench.run(HOP)
    bench.now = NOW + timedelta(days=days)
    bench.run(HOP)
    assert _open(bench) == {("missed", "schedule/S-V1")}
    bench.put("evv_visit", visit("V1", start))
    bench.run(HOP)
    assert _open(bench) == set()


def test_a_missed_visit_is_taken_back_when_its_plan_is_cancelled(bench: Records) -> None:
    bench.put("schedule", plan("V1", NOW - timedelta(hours=5)))
    bench.run(HOP)
    bench.put(
        "schedule", plan("V1", NOW - timedelta(hours=5), status="cancelled", schedule_version=2)
    )
    bench.run(HOP)
    assert _open(bench) == set()


def test_a_visit_cancelled_by_its_source_leaves_its_plan_missed(bench: Records) -> None:
    start = NOW - timedelta(hours=5)
    bench.put("schedule", plan("V1", start))
    bench.put("evv_visit", visit("V1", start, concern_codes="FALL"))
    bench.run(HOP)
    assert _open(bench) == {("risk_flag", "hhax/V1")}
    bench.put("evv_visit", visit("V1", start, sequence_id=2, action="cancel"))
    bench.run(HOP)
    assert _open(bench) == {("missed", "schedule/S-V1")}


@pytest.mark.proves("S1-20", "S2-09")
def test_a_visit_is_short_or_late_only_beyond_the_tolerance(bench: Records) -> None:
    days = [START + timedelta(days=day) for day in range(4)]
    bench.put(
        "schedule",
        plan("short", days[0]),
        plan("almost-short", days[1]),
        plan("late", days[2]),
        plan("almost-late", days[3]),
    )
    bench.put(
        "evv_visit",
        visit("short", days[0], minutes=99),
        visit("almost-short", days[1], minutes=100),
        visit("late", days[2] + timedelta(minutes=15, seconds=1)),
        visit("almost-late", days[3] + timedelta(minutes=15)),
    )
    bench.run(HOP)
    assert _open(bench) == {("shortened", "hhax/short"), ("late", "hhax/late")}
    assert _deviation(bench, "shortened").minutes_short == 21


def test_a_visit_nobody_planned_goes_to_the_scheduler(bench: Records) -> None:
    bench.put("evv_visit", visit("V1", schedule_id=None), visit("V2", START + timedelta(days=1)))
    bench.run(HOP)
    rows = bench.all("select subject, detail_code, owner_role from core.visit_deviation order by 1")
    assert [tuple(row) for row in rows] == [
        ("hhax/V1", "none_named", "Scheduler"),
        ("hhax/V2", "unknown_plan", "Scheduler"),
    ]


def test_a_plan_that_lands_after_its_visit_moved_settles_what_the_visit_was(bench: Records) -> None:
    bench.put("evv_visit", visit("V1", minutes=60))
    bench.run(HOP)
    assert _open(bench) == {("unscheduled", "hhax/V1")}
    bench.put("schedule", plan("V1"))
    bench.run(HOP)
    assert _open(bench) == {("shortened", "hhax/V1")}


@pytest.mark.proves("S2-09", "S2-10")
def test_a_concern_does_not_wait_for_a_missing_clock_out_but_times_in_doubt_do(
    bench: Records,
) -> None:
    late = START + timedelta(hours=1)
    bench.put("schedule", plan("V1"))
    bench.put("evv_visit", visit("V1", late, call_out_at=None, concern_codes="FALL;SKIN"))
    bench.run(HOP)
    assert _open(bench) == {("risk_flag", "hhax/V1")}
    assert _deviation(bench, "risk_flag").detail_code == "FALL;SKIN"
    bench.put(
        "evv_visit", visit("V1", late, minutes=115, sequence_id=2, updated_by_role="Coordinator")
    )
    bench.run(HOP)
    assert _open(bench) == {("late", "hhax/V1")}


def test_what_was_found_stands_while_the_visit_is_being_corrected(bench: Records) -> None:
    bench.put("schedule", plan("V1"))
    bench.put("evv_visit", visit("V1", minutes=60))
    bench.run(HOP)
    bench.put(
        "evv_visit", visit("V1", sequence_id=2, call_out_at=None, updated_by_role="Coordinator")
    )
    bench.run(HOP)
    assert _open(bench) == {("shortened", "hhax/V1")}
    bench.put("evv_visit", visit("V1", sequence_id=3, updated_by_role="Coordinator"))
    bench.run(HOP)
    assert _open(bench) == set()
