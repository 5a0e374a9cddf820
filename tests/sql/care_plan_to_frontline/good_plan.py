"""A plan version nothing is wrong with, its visit ahead, and the answers to it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.bench_of_records import Records

HOP = "care_plan_to_frontline"
ENTERED = datetime(2026, 11, 20, 13, 10, tzinfo=UTC)
VISIT = ENTERED + timedelta(days=2)
BEFORE = ENTERED - timedelta(days=7)


def lay_rights(records: Records) -> None:
    """Who may change plans."""
    records.put(
        "role_right",
        {"role": "RN", "right_code": "plan_edit", "valid_from": date(2026, 1, 1)},
        {
            "role": "Temp RN",
            "right_code": "plan_edit",
            "valid_from": date(2026, 1, 1),
            "valid_to": date(2026, 11, 19),
        },
        {
            "role": "Leaving RN",
            "right_code": "plan_edit",
            "valid_from": date(2026, 11, 20),
            "valid_to": date(2026, 11, 20),
        },
        {"role": "Future RN", "right_code": "plan_edit", "valid_from": date(2026, 11, 21)},
        {"role": "Scheduling lead", "right_code": "schedule_edit", "valid_from": date(2026, 1, 1)},
    )


def plan(
    plan_id: str, version: int = 1, entered: datetime = ENTERED, **changes: Any
) -> dict[str, Any]:
    """A good plan version of the client named after the plan; ``changes`` make it another one."""
    return {
        "plan_id": plan_id,
        "plan_version": version,
        "client_id": f"C-{plan_id}",
        "change_type": "revise",
        "entered_at": entered,
        "entered_by_role": "RN",
        "effective_from": date(2026, 11, 20),
        "urgency": "routine",
        "service_codes": "T1019;S5125",
        "tasks": "BATH:required;MEAL:optional",
        "order_required": False,
        **changes,
    }


def ahead(
    plan_id: str, start: datetime = VISIT, version: int = 1, **changes: Any
) -> dict[str, Any]:
    """The client's planned visit, with caregiver G1."""
    return {
        "schedule_id": f"S-{plan_id}",
        "schedule_version": version,
        "client_id": f"C-{plan_id}",
        "caregiver_id": "G1",
        "service_code": "T1019",
        "start_at": start,
        "end_at": start + timedelta(hours=2),
        "status": "planned",
        "source_updated_at": BEFORE,
        **changes,
    }


def answer(plan_id: str, version: int = 1, caregiver: str = "G1", **times: Any) -> dict[str, Any]:
    """What came back from the caregiver's app."""
    return {
        "plan_id": plan_id,
        "plan_version": version,
        "caregiver_id": caregiver,
        "ack_version": 1,
        **times,
    }


def run_at(
    plan_id: str, call_in: datetime, caregiver: str = "G1", **changes: Any
) -> dict[str, Any]:
    """A visit the client's caregiver clocked."""
    return {
        "source_system": "hhax",
        "visit_id": f"V-{plan_id}-{caregiver}",
        "sequence_id": 1,
        "action": "upsert",
        "client_id": f"C-{plan_id}",
        "caregiver_id": caregiver,
        "service_code": "T1019",
        "call_in_at": call_in,
        "call_out_at": call_in + timedelta(hours=2),
        "tasks": "BATH:done;MEAL:not_done",
        **changes,
    }
