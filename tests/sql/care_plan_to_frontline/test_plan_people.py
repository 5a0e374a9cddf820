"""Who must acknowledge, by when, and who is told: houses, the float pool, safety, short notice."""

from datetime import timedelta

import pytest

from orchestration import assembly
from orchestration.flow.approvals import Registrar, Wish
from orchestration.ground.approvers import read_approvers
from orchestration.ground.sql import SQL_FOLDER
from orchestration.views.reasons import edits_of
from tests.bench_of_conditions import conditions
from tests.bench_of_records import ZONE, Records
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


def _due(bench: Records) -> list[tuple[str, str, int]]:
    found = conditions(bench.database, "acknowledgement_due", bench.now)
    return [(one.cause, one.severity, one.count) for one in found]


def _standings(bench: Records) -> dict[str, str]:
    rows = bench.all("select record_id, standing from core.plan_delivery")
    return {row.record_id: row.standing for row in rows}


def test_in_a_house_each_clients_change_is_acknowledged_for_itself(bench: Records) -> None:
    """One caregiver, three clients at the same hour, two of them with a change."""
    names = ("A", "B", "C")
    bench.put("schedule", *(ahead(name) for name in names))
    bench.put("care_plan", plan("A"), plan("B"))
    read = {"delivered_at": ENTERED, "acknowledged_at": ENTERED, "confirmed_at": ENTERED}
    bench.put("plan_ack", answer("A", **read), answer("B", delivered_at=ENTERED))
    bench.run(HOP)
    assert bench.codes("A/v1/G1", HOP) == []
    assert bench.codes("B/v1/G1", HOP) == ["CP-NOT-ACKED"]
    assert _standings(bench) == {"A/v1/G1": "confirmed", "B/v1/G1": "delivered"}
    bench.put("evv_visit", *(run_at(name, VISIT) for name in names))
    bench.now = VISIT + timedelta(hours=3)
    bench.run(HOP)
    assert bench.codes("B/v1/G1", HOP) == ["CP-UNACKED-VISIT"]
    assert _standings(bench) == {"A/v1/G1": "confirmed", "B/v1/G1": "breached"}


def test_who_comes_from_the_float_pool_for_one_visit_acknowledges_beside_the_regular(
    bench: Records,
) -> None:
    later = VISIT + timedelta(days=1)
    bench.put(
        "schedule",
        ahead("P1"),
        ahead("P1", later, schedule_id="S-later", caregiver_id=None),
    )
    bench.put("care_plan", plan("P1"))
    bench.run(HOP)
    assert set(_standings(bench)) == {"P1/v1/G1"}
    bench.now = ENTERED + timedelta(hours=1)
    assigned = {"schedule_id": "S-later", "source_updated_at": bench.now}
    bench.put("schedule", ahead("P1", later, 2, caregiver_id="FLOAT", **assigned))
    bench.run(HOP)
    assert set(_standings(bench)) == {"P1/v1/G1", "P1/v1/FLOAT"}
    # the half hour for reaching whoever it is begins with the assignment
    assert bench.codes("P1/v1/FLOAT", HOP) == ["CP-NOT-DELIVERED", "CP-NOT-ACKED"]
    assert bench.codes("P1/v1/G1", HOP) == ["CP-UNREACHABLE", "CP-NOT-ACKED"]


@pytest.mark.parametrize(("visit_in", "due_in"), [(20, 20), (40, 30)])
def test_a_safety_change_is_due_at_the_visit_or_after_half_an_hour_whichever_is_first(
    bench: Records, visit_in: int, due_in: int
) -> None:
    bench.put("schedule", ahead("P1", ENTERED + visit_in * MINUTE))
    bench.put("care_plan", plan("P1", urgency="safety"))
    bench.run(HOP)
    due = [row.ack_due_at for row in bench.all("select ack_due_at from core.plan_delivery")]
    assert due == [ENTERED + due_in * MINUTE]


@pytest.mark.parametrize(
    ("visit_in", "told"),
    [(119, [("routine", "P1", 1)]), (121, [])],
)
def test_a_visit_within_two_hours_of_publishing_pages_the_supervisor_at_once(
    bench: Records, visit_in: int, told: list[tuple[str, str, int]]
) -> None:
    bench.put("schedule", ahead("P1", ENTERED + visit_in * MINUTE))
    bench.put("care_plan", plan("P1"))
    bench.run(HOP)
    assert _due(bench) == told


def test_a_change_overtaken_before_anybody_read_it_pages_for_the_newest_only(
    bench: Records,
) -> None:
    bench.put("schedule", ahead("P1", ENTERED + 50 * MINUTE))
    bench.put("care_plan", plan("P1"))
    bench.run(HOP)
    bench.now = ENTERED + 10 * MINUTE
    bench.put("care_plan", plan("P1", 2, bench.now))
    bench.run(HOP)
    assert _standings(bench) == {"P1/v1/G1": "withdrawn", "P1/v2/G1": "late"}
    assert _due(bench) == [("routine", "P1", 1)]
    read = {"delivered_at": bench.now, "acknowledged_at": bench.now, "confirmed_at": bench.now}
    bench.put("plan_ack", answer("P1", 2, **read))
    bench.run(HOP)
    assert bench.state("P1/v2/G1", HOP) == "moved"
    assert _due(bench) == []


@pytest.mark.parametrize(("urgency", "told"), [("safety", [("safety", "P1", 1)]), ("urgent", [])])
def test_a_visit_without_a_safety_change_pages_until_it_was_followed_up(
    bench: Records, urgency: str, told: list[tuple[str, str, int]]
) -> None:
    bench.put("schedule", ahead("P1", ENTERED + 50 * MINUTE, source_updated_at=BEFORE))
    bench.put("care_plan", plan("P1", urgency=urgency))
    read = ENTERED + 55 * MINUTE
    bench.put(
        "plan_ack",
        answer("P1", delivered_at=ENTERED, acknowledged_at=read, confirmed_at=read),
    )
    bench.put("evv_visit", run_at("P1", ENTERED + 50 * MINUTE))
    bench.now = ENTERED + timedelta(hours=3)
    bench.run(HOP)
    assert _standings(bench) == {"P1/v1/G1": "breached"}
    assert _due(bench) == told
    registrar = Registrar(assembly.sql_library(), read_approvers(SQL_FOLDER / "agency"), ZONE)
    hop = next(hop for hop in assembly.hops() if hop.name == HOP)
    edit = edits_of(assembly.sql_library(), HOP)["CP-UNACKED-VISIT"]
    nurse = "nurse01@willow-bend.example"
    wish = Wish(record="P1/v1/G1", code=edit.code, by=nurse, because="Seen the client, all well")
    with bench.database.transaction() as connection:
        registrar.approve(connection, hop, edit, wish, bench.now)
    bench.run(HOP)
    assert bench.state("P1/v1/G1", HOP) == "moved"
    assert _due(bench) == []
