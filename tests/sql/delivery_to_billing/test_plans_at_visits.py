"""Billing is warned of visits that ran on a plan nobody had read, or on an old one."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.bench_of_records import Records
from tests.sql.care_plan_to_frontline.good_plan import HOP as FRONTLINE
from tests.sql.care_plan_to_frontline.good_plan import lay_rights
from tests.sql.delivery_to_billing.good_delivery import DAY, HOP, bill, lay_ground, local, visit

ENTERED = local(DAY, 8)


def plan(version: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "plan_id": "P1",
        "plan_version": version,
        "client_id": "C1",
        "entered_at": ENTERED,
        "entered_by_role": "RN",
        "effective_from": date(2026, 10, 1),
        "urgency": "routine",
        "service_codes": "T1019",
        "tasks": "BATH:required;MEAL:optional",
        **changes,
    }


@pytest.fixture(scope="module")
def billed(module_records: Records) -> Records:
    """Four visits of one day; the plan is read between the first and the second."""
    records = module_records
    lay_ground(records)
    lay_rights(records)
    records.put("care_plan", plan())
    read = {"acknowledged_at": local(DAY, 10, 30), "confirmed_at": local(DAY, 10, 45)}
    records.put(
        "plan_ack", plan_id="P1", plan_version=1, caregiver_id="G1", delivered_at=ENTERED, **read
    )
    records.put(
        "evv_visit",
        visit("before-the-plan", ENTERED - timedelta(hours=2), tasks="OLD:done"),
        visit("unread", local(DAY, 9), tasks="BATH:done"),
        visit("read", local(DAY, 11), tasks="BATH:refused;MEAL:done"),
        visit("old-task", local(DAY, 13), tasks="BATH:done;OLD:done"),
    )
    records.run("evv_to_coordination")
    records.run(FRONTLINE)
    bill(records)
    return records


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("before-the-plan", []),
        ("unread", ["CP-UNACKED-VISIT"]),
        ("read", []),
        ("old-task", ["CP-OLD-VERSION-DELIVERED"]),
    ],
)
def test_a_visit_off_its_plan_is_billed_with_a_warning(
    billed: Records, name: str, codes: list[str]
) -> None:
    assert billed.codes(f"hhax/{name}", HOP) == codes
    assert billed.state(f"hhax/{name}", HOP) == "moved"
