"""A version holds from when it was entered until the next one was; what counts is what lies within.

One pass over several plans, each with one thing just inside or just outside.
"""

from datetime import timedelta
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

SECOND = timedelta(seconds=1)
NEXT = ENTERED + timedelta(hours=3)
READ = {"delivered_at": NEXT, "acknowledged_at": NEXT, "confirmed_at": NEXT}

# visits run before the acknowledgement at NEXT: which of them breach the first version
BREACHES: dict[str, tuple[bool, dict[str, Any]]] = {
    "at-entry": (True, {"call_in": ENTERED}),
    "before-entry": (False, {"call_in": ENTERED - SECOND}),
    "before-reading": (True, {"call_in": NEXT - SECOND}),
    "at-reading": (False, {"call_in": NEXT}),
    "no-service": (True, {"call_in": ENTERED, "service_code": None}),
    "second-service": (True, {"call_in": ENTERED, "service_code": "S5125"}),
    "other-service": (False, {"call_in": ENTERED, "service_code": "G0299"}),
    "other-caregiver": (False, {"call_in": ENTERED, "caregiver": "G2"}),
    "other-client": (False, {"call_in": ENTERED, "client_id": "C-somebody"}),
    "cancelled": (False, {"call_in": ENTERED, "action": "cancel"}),
}

# planned visits that would come before the one at VISIT: when the first one is
FIRST: dict[str, tuple[bool, dict[str, Any]]] = {
    "planned-at-entry": (True, {"start": ENTERED}),
    "planned-before-entry": (False, {"start": ENTERED - SECOND}),
    "planned-second-service": (True, {"start": ENTERED, "service_code": "S5125"}),
    "planned-other-service": (False, {"start": ENTERED, "service_code": "G0299"}),
    "planned-cancelled": (False, {"start": ENTERED, "status": "cancelled"}),
    "planned-other-client": (False, {"start": ENTERED, "client_id": "C-somebody"}),
}


@pytest.fixture(scope="module")
def judged(module_records: Records) -> Records:
    lay_rights(module_records)
    module_records.now = NEXT
    names = [*BREACHES, *FIRST]
    module_records.put("schedule", *(ahead(name) for name in names))
    extra = [
        ahead(name, **case, schedule_id=f"S-{name}-extra") for name, (_, case) in FIRST.items()
    ]
    module_records.put("schedule", *extra)
    module_records.put("care_plan", *(plan(name) for name in names))
    module_records.put("plan_ack", *(answer(name, **READ) for name in names))
    module_records.put("evv_visit", *(run_at(name, **case) for name, (_, case) in BREACHES.items()))

    # answers to another version or by another caregiver
    module_records.put("schedule", ahead("P1"), ahead("P2"))
    module_records.put("care_plan", plan("P1", 2), plan("P2"))
    module_records.put("plan_ack", answer("P1", 1, **READ), answer("P2", 1, "G2", **READ))

    # of two versions: planned and made visits on either side of the moment the second was entered
    module_records.put(
        "schedule",
        ahead("P3", ENTERED, schedule_id="S-P3-first", caregiver_id="G1"),
        ahead("P3", NEXT - SECOND, schedule_id="S-P3-before", caregiver_id="G3"),
        ahead("P3", NEXT, schedule_id="S-P3-at", caregiver_id="G4"),
        ahead("P4", ENTERED),
    )
    module_records.put(
        "care_plan", plan("P3"), plan("P3", 2, NEXT), plan("P4"), plan("P4", 2, NEXT)
    )
    module_records.put("evv_visit", run_at("P4", NEXT))
    module_records.run(HOP)
    return module_records


@pytest.mark.parametrize("name", BREACHES)
def test_only_the_caregivers_own_visit_within_the_version_breaches_it(
    judged: Records, name: str
) -> None:
    breached = "CP-UNACKED-VISIT" in judged.codes(f"{name}/v1/G1", HOP)
    assert breached is BREACHES[name][0]


@pytest.mark.parametrize("name", FIRST)
def test_only_a_planned_visit_within_the_version_is_the_first_one(
    judged: Records, name: str
) -> None:
    row = judged.one(
        "select first_visit_at from core.plan_delivery where record_id = :record_id",
        record_id=f"{name}/v1/G1",
    )
    assert row.first_visit_at == (ENTERED if FIRST[name][0] else VISIT)


@pytest.mark.parametrize("record_id", ["P1/v2/G1", "P2/v1/G1"])
def test_an_answer_to_another_version_or_by_another_caregiver_does_not_count(
    judged: Records, record_id: str
) -> None:
    assert judged.codes(record_id, HOP) == ["CP-UNREACHABLE", "CP-NOT-ACKED"]


def test_each_version_has_the_caregivers_whose_visits_start_while_it_holds(
    judged: Records,
) -> None:
    rows = judged.all(
        "select record_id from ledger.entry where record_id like 'P3/%' order by record_id"
    )
    assert [row.record_id for row in rows] == ["P3/v1/G1", "P3/v1/G3", "P3/v2/G4"]


def test_a_visit_after_the_next_version_was_entered_is_no_breach_of_the_first(
    judged: Records,
) -> None:
    assert judged.codes("P4/v1/G1", HOP) == ["CP-SUPERSEDED"]
