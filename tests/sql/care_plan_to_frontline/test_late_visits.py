"""Visits that come to light after a delivery was confirmed: which of them bring it back, and once.

All plans were read at READ and confirmed; then their visits land together, and one pass runs.
"""

from datetime import date, timedelta
from typing import Any

import pytest

from orchestration.flow.hop_pass import PassOutcome
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

SECOND = timedelta(seconds=1)
READ = ENTERED + timedelta(hours=1)
ODD = {"tasks": "BATH:done;FEED:done"}

# name: (codes it ends with, its visit)
VISITS: dict[str, tuple[list[str], dict[str, Any]]] = {
    "before-reading": (["CP-UNACKED-VISIT"], {"call_in": READ - SECOND}),
    "at-reading": ([], {"call_in": READ}),
    "before-entry": ([], {"call_in": ENTERED - SECOND}),
    "at-entry": (["CP-UNACKED-VISIT"], {"call_in": ENTERED}),
    "cancelled": ([], {"call_in": ENTERED, "action": "cancel"}),
    "other-caregiver": ([], {"call_in": ENTERED, "caregiver": "G2"}),
    "other-service": ([], {"call_in": ENTERED, "service_code": "G0299"}),
    "no-service": (["CP-UNACKED-VISIT"], {"call_in": ENTERED, "service_code": None}),
    "odd-tasks": (["CP-OLD-VERSION-DELIVERED"], {"call_in": VISIT, **ODD}),
    "odd-tasks-under-way": ([], {"call_in": VISIT, "call_out_at": None, **ODD}),
    "odd-tasks-cancelled": ([], {"call_in": VISIT, "action": "cancel", **ODD}),
    "odd-tasks-of-another": ([], {"call_in": VISIT, "caregiver": "G2", **ODD}),
    "odd-tasks-other-service": ([], {"call_in": VISIT, "service_code": "G0299", **ODD}),
    "no-tasks": ([], {"call_in": VISIT, "tasks": None}),
    # in force from the 22nd, which begins at 05:00 UTC
    "odd-tasks-day-before": ([], {"call_in": VISIT.replace(hour=4, minute=59), **ODD}),
    "odd-tasks-first-day": (
        ["CP-OLD-VERSION-DELIVERED"],
        {"call_in": VISIT.replace(hour=5, minute=0), **ODD},
    ),
    "second-version": ([], {"call_in": ENTERED + timedelta(minutes=30)}),
}


@pytest.fixture(scope="module")
def landed(module_records: Records) -> tuple[Records, PassOutcome]:
    bench = module_records
    lay_rights(bench)
    bench.now = ENTERED
    bench.put("schedule", *(ahead(name) for name in VISITS))
    bench.put("schedule", ahead("second-version", ENTERED, schedule_id="S-first"))
    in_force = {"effective_from": date(2026, 11, 22)}
    bench.put("care_plan", *(plan(name, **in_force) for name in VISITS))
    receipts = {"delivered_at": ENTERED, "acknowledged_at": READ, "confirmed_at": READ}
    bench.put("plan_ack", *(answer(name, **receipts) for name in VISITS))
    bench.run(HOP)
    bench.put(
        "care_plan", plan("second-version", 2, ENTERED + timedelta(minutes=30), order_required=True)
    )
    bench.put("evv_visit", *(run_at(name, **visit) for name, (_, visit) in VISITS.items()))
    return bench, bench.run(HOP)


@pytest.mark.parametrize("name", VISITS)
def test_only_a_visit_that_gainsays_a_confirmed_delivery_brings_it_back(
    landed: tuple[Records, PassOutcome], name: str
) -> None:
    bench, _ = landed
    wanted = VISITS[name][0]
    assert bench.codes(f"{name}/v1/G1", HOP) == wanted
    assert bench.state(f"{name}/v1/G1", HOP) == (
        "held" if "CP-UNACKED-VISIT" in wanted else "moved"
    )


def test_what_nothing_gainsays_is_not_even_looked_at(landed: tuple[Records, PassOutcome]) -> None:
    _, outcome = landed
    back = sum(bool(codes) for codes, _ in VISITS.values())
    held_for_its_order = 1
    assert (outcome.late_changes, outcome.taken) == (back, back + held_for_its_order)


def test_what_was_told_once_is_not_told_again(landed: tuple[Records, PassOutcome]) -> None:
    bench, _ = landed
    assert bench.run(HOP).late_changes == 0
    bench.put("evv_visit", run_at("odd-tasks", VISIT, sequence_id=2, **ODD))
    assert bench.run(HOP).late_changes == 0


def test_a_corrected_visit_is_looked_at_anew(landed: tuple[Records, PassOutcome]) -> None:
    bench, _ = landed
    bench.put("evv_visit", run_at("at-reading", READ - SECOND, sequence_id=2))
    assert bench.run(HOP).late_changes == 1
    assert bench.codes("at-reading/v1/G1", HOP) == ["CP-UNACKED-VISIT"]
