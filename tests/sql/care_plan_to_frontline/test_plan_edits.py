"""Each edit of the hop: a delivery it must catch, beside one as like it that it must leave.

All of them go through one pass of the real hop, at one instant.
"""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.bench_of_records import Records
from tests.sql.care_plan_to_frontline.good_plan import (
    ENTERED,
    HOP,
    VISIT,
    ahead,
    answer,
    lay_rights,
    plan,
    run_at,
)

# an hour before the visit, so an hour after its acknowledgement was due
NOW = VISIT - timedelta(hours=1)
READ = {"delivered_at": ENTERED, "acknowledged_at": ENTERED + timedelta(minutes=5)}
DONE = {**READ, "confirmed_at": ENTERED + timedelta(minutes=9)}
FRESH = NOW - timedelta(minutes=29)
EARLY = ENTERED + timedelta(hours=1)
LATER = {"start": VISIT + timedelta(days=1)}
Case = tuple[str, dict[str, Any], dict[str, Any]]

# what stands for a delivery: plan, its planned visit, answer and visit run, each as changes
CASES: dict[str, Case] = {
    "PERM-PLAN-EDIT": (
        "held",
        {"plan": {"entered_by_role": "Temp RN"}, "answer": DONE},
        {"plan": {"entered_by_role": "RN"}, "answer": DONE},
    ),
    "DOC-ORDER-UNSIGNED": (
        "held",
        {"plan": {"order_required": True}, "answer": DONE},
        {"plan": {"order_required": True, "order_signed_at": ENTERED}, "answer": DONE},
    ),
    "CP-NOT-DELIVERED": (
        "waiting",
        {"plan": {"entered": FRESH}, "ahead": LATER},
        {"plan": {"entered": FRESH}, "ahead": LATER, "answer": {"delivered_at": FRESH}},
    ),
    "CP-UNREACHABLE": (
        "held",
        {"plan": {"entered": FRESH - timedelta(minutes=1)}, "ahead": LATER},
        {"plan": {"entered": FRESH}, "ahead": LATER},
    ),
    "CP-NOT-ACKED": (
        "waiting",
        {"ahead": {"start": NOW + timedelta(minutes=121)}, "answer": {"delivered_at": ENTERED}},
        {"ahead": {"start": NOW + timedelta(minutes=119)}, "answer": {"delivered_at": ENTERED}},
    ),
    "CP-ACK-LATE": (
        "held",
        {"ahead": {"start": NOW + timedelta(minutes=120)}, "answer": {"delivered_at": ENTERED}},
        {"ahead": {"start": NOW + timedelta(minutes=121)}, "answer": {"delivered_at": ENTERED}},
    ),
    "CP-UNACKED-VISIT": (
        "held",
        {"run": {"call_in": EARLY}, "answer": {**DONE, "acknowledged_at": EARLY + timedelta(0, 1)}},
        {"run": {"call_in": EARLY}, "answer": {**DONE, "acknowledged_at": EARLY}},
    ),
    "CP-NOT-CONFIRMED": ("waiting", {"answer": READ}, {"answer": DONE}),
    # a warning: the delivery goes on
    "CP-OLD-VERSION-DELIVERED": (
        "moved",
        {"run": {"call_in": EARLY, "tasks": "BATH:done;FEED:done"}, "answer": DONE},
        {"run": {"call_in": EARLY, "tasks": "BATH:refused;FEED:not_done"}, "answer": DONE},
    ),
}
#: said of these beside the code itself, because it is true as well
ALSO = {"CP-NOT-DELIVERED": ["CP-NOT-ACKED"], "CP-UNREACHABLE": ["CP-NOT-ACKED"]}


def _lay(records: Records, name: str, case: dict[str, Any]) -> None:
    records.put("schedule", ahead(name, **case.get("ahead", {})))
    records.put("care_plan", plan(name, **case.get("plan", {})))
    if "answer" in case:
        records.put("plan_ack", answer(name, **case["answer"]))
    if "run" in case:
        records.put("evv_visit", run_at(name, **case["run"]))


@pytest.fixture(scope="module")
def judged(module_records: Records) -> Records:
    lay_rights(module_records)
    module_records.now = NOW
    for code, (_, caught, left) in CASES.items():
        _lay(module_records, f"caught-{code}", caught)
        _lay(module_records, f"left-{code}", left)
    old_task = {"answer": DONE, "plan": {"effective_from": date(2026, 11, 21)}}
    _lay(
        module_records,
        "not-yet-in-force",
        {**old_task, "run": {"call_in": EARLY, "tasks": "FEED:done"}},
    )
    _lay(
        module_records,
        "required-unrecorded",
        {"answer": DONE, "run": {"call_in": EARLY, "tasks": "MEAL:done"}},
    )
    _lay(
        module_records,
        "tasks-of-another",
        {"answer": DONE, "run": {"call_in": EARLY, "caregiver": "G2", "tasks": "FEED:done"}},
    )
    for role in ("Scheduling lead", "Future RN", "Leaving RN"):
        _lay(module_records, role.replace(" ", "-"), {"plan": {"entered_by_role": role}})
    _lay(module_records, "ran-early", {"run": {"call_in": EARLY}, "ahead": LATER})
    _lay(module_records, "nobody", {"ahead": {"caregiver_id": None}})
    _lay(module_records, "other-service", {"ahead": {"service_code": "G0299"}})
    _lay(module_records, "over", {"ahead": {"start": ENTERED - timedelta(minutes=1)}})
    _lay(
        module_records,
        "everything",
        {"plan": {"entered_by_role": "Clerk", "order_required": True}},
    )
    module_records.run(HOP)
    return module_records


@pytest.mark.parametrize("code", CASES)
def test_an_edit_catches_its_defect_and_only_what_is_true_is_said(
    judged: Records, code: str
) -> None:
    record_id = f"caught-{code}/v1/G1"
    assert judged.codes(record_id, HOP) == [code, *ALSO.get(code, [])]
    assert judged.state(record_id, HOP) == CASES[code][0]


@pytest.mark.parametrize("code", CASES)
def test_an_edit_leaves_the_near_miss_alone(judged: Records, code: str) -> None:
    assert judged.state(f"left-{code}/v1/G1", HOP) is not None
    assert code not in judged.codes(f"left-{code}/v1/G1", HOP)


def test_tasks_are_not_old_before_the_version_is_in_force(judged: Records) -> None:
    assert judged.codes("not-yet-in-force/v1/G1", HOP) == []


def test_another_caregivers_tasks_are_not_this_ones(judged: Records) -> None:
    assert judged.codes("tasks-of-another/v1/G1", HOP) == []


@pytest.mark.proves("S0-08")
@pytest.mark.parametrize(
    ("plan_id", "may"), [("Scheduling-lead", False), ("Future-RN", False), ("Leaving-RN", True)]
)
def test_a_right_is_for_plans_and_for_its_days_the_last_one_included(
    judged: Records, plan_id: str, may: bool
) -> None:
    assert ("PERM-PLAN-EDIT" not in judged.codes(f"{plan_id}/v1/G1", HOP)) is may


def test_a_breach_before_anything_was_due_is_no_longer_waited_for(judged: Records) -> None:
    assert judged.codes("ran-early/v1/G1", HOP) == ["CP-UNREACHABLE", "CP-UNACKED-VISIT"]


def test_a_required_task_that_is_not_even_recorded_is_an_old_list(judged: Records) -> None:
    assert judged.codes("required-unrecorded/v1/G1", HOP) == ["CP-OLD-VERSION-DELIVERED"]


@pytest.mark.parametrize("plan_id", ["nobody", "other-service", "over"])
def test_a_version_no_caregiver_has_a_visit_on_is_excluded_by_name(
    judged: Records, plan_id: str
) -> None:
    assert judged.state(f"{plan_id}/v1/-", HOP) == "excluded"
    assert judged.codes(f"{plan_id}/v1/-", HOP) == ["CP-NO-VISIT-AHEAD"]


def test_every_reason_is_shown_and_the_first_checkpoint_blocks(judged: Records) -> None:
    assert judged.codes("everything/v1/G1", HOP) == [
        "DOC-ORDER-UNSIGNED",
        "PERM-PLAN-EDIT",
        "CP-UNREACHABLE",
        "CP-ACK-LATE",
    ]
    entry = judged.entry("everything/v1/G1", HOP)
    assert (entry.checkpoint, entry.next_checkpoint) == ("C01", "C02")


def test_what_lacks_a_signature_or_a_right_does_not_reach_the_frontline(judged: Records) -> None:
    blocked = ["caught-PERM-PLAN-EDIT", "caught-DOC-ORDER-UNSIGNED", "everything", "nobody"]
    rows = judged.all(
        "select plan_id from core.plan_delivery where plan_id = any(:blocked) "
        "union all select plan_id from core.frontline_task where plan_id = any(:blocked)",
        blocked=blocked,
    )
    assert rows == []


@pytest.mark.proves("S2-14")
def test_a_list_stands_at_the_frontline_before_anybody_acknowledged_it(judged: Records) -> None:
    rows = judged.all(
        "select task_code, is_required from core.frontline_task "
        "where plan_id = 'caught-CP-NOT-ACKED' and caregiver_id = 'G1' order by 1"
    )
    assert [tuple(row) for row in rows] == [("BATH", True), ("MEAL", False)]


@pytest.mark.proves("S2-16")
@pytest.mark.parametrize(
    ("plan_id", "standing"),
    [
        ("caught-CP-NOT-DELIVERED", "pending"),
        ("caught-CP-UNREACHABLE", "unreachable"),
        ("caught-CP-NOT-ACKED", "delivered"),
        ("caught-CP-ACK-LATE", "late"),
        ("caught-CP-UNACKED-VISIT", "breached"),
        ("caught-CP-NOT-CONFIRMED", "acknowledged"),
        ("left-CP-NOT-CONFIRMED", "confirmed"),
    ],
)
def test_how_far_a_version_got_with_a_caregiver_has_a_name(
    judged: Records, plan_id: str, standing: str
) -> None:
    row = judged.one(
        "select standing from core.plan_delivery where plan_id = :plan_id", plan_id=plan_id
    )
    assert row.standing == standing
