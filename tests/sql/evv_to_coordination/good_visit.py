"""A visit nothing is wrong with, and the people, plans, terms and rights it leans on."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.bench_of_records import Records

HOP = "evv_to_coordination"
START = datetime(2026, 11, 10, 14, 0, tzinfo=UTC)
HOME = {"home_latitude": 39.96, "home_longitude": -82.99}


def lay_ground(records: Records) -> None:
    """Everything visits refer to."""
    records.put(
        "client",
        {"client_id": "C1", "medicaid_id": "000000000101", "phone": "6145550101", **HOME},
        {"client_id": "C2", "medicaid_id": "000000000103", **HOME},
        {"client_id": "C-no-id", "medicaid_id": None, **HOME},
    )
    records.put("caregiver", {"caregiver_id": "G1"}, {"caregiver_id": "G2"})
    terms = {
        "payer_program": "WAIVER",
        "service_code": "T1019",
        "modifiers": "-",
        "valid_from": date(2026, 1, 1),
        "is_billed": True,
        "max_visit_minutes": 720,
        "schedule_tolerance_minutes": 20,
        "gps_limit_metres": 400,
        "manual_rate_limit_percent": 100,
    }
    records.put(
        "payer_contract",
        {**terms, "payer_id": "P1", "needs_verified_visit": True},
        {**terms, "payer_id": "P-lax", "needs_verified_visit": False},
        {
            **terms,
            "payer_id": "P-notes",
            "needs_verified_visit": True,
            "gps_is_held": False,
            "widened_time_is_held": False,
            "late_submit_hours": 48,
        },
        {**terms, "payer_id": "P-counts", "manual_rate_limit_percent": 15},
        {**terms, "payer_id": "P-auth", "needs_verified_visit": True, "needs_service_auth": True},
        {**terms, "payer_id": "P-group", "needs_verified_visit": True, "group_modifiers": "HQ;UN"},
        {
            **terms,
            "payer_id": "P-group",
            "modifiers": "U1;UN",
            "needs_verified_visit": True,
            "group_modifiers": "HQ;UN",
        },
        {**terms, "payer_id": "SELF", "needs_verified_visit": False, "is_billed": False},
    )
    records.put(
        "service_auth",
        *(
            {
                "auth_id": f"A-{status}",
                "payer_id": "P-auth",
                "payer_program": "WAIVER",
                "client_id": client,
                "service_code": "T1019",
                "status": status,
            }
            for client, status in (("C1", "pending"), ("C2", "approved"))
        ),
    )
    records.put(
        "role_right",
        {"role": "Coordinator", "right_code": "visit_edit", "valid_from": date(2026, 1, 1)},
        {
            "role": "Temp",
            "right_code": "visit_edit",
            "valid_from": date(2026, 1, 1),
            "valid_to": date(2026, 11, 9),
        },
        {"role": "Scheduler", "right_code": "schedule_edit", "valid_from": date(2026, 1, 1)},
        {"role": "Joiner", "right_code": "visit_edit", "valid_from": date(2026, 11, 11)},
        {
            "role": "One-day editor",
            "right_code": "visit_edit",
            "valid_from": date(2026, 11, 10),
            "valid_to": date(2026, 11, 10),
        },
    )


def visit(
    visit_id: str, start: datetime = START, minutes: int = 120, **changes: Any
) -> dict[str, Any]:
    """A good visit; ``changes`` make it another one."""
    end = start + timedelta(minutes=minutes)
    return {
        "source_system": "hhax",
        "visit_id": visit_id,
        "sequence_id": 1,
        "action": "upsert",
        "client_id": "C1",
        "client_medicaid_id": None,
        "caregiver_id": "G1",
        "payer_id": "P1",
        "payer_program": "WAIVER",
        "service_code": "T1019",
        "schedule_id": f"S-{visit_id}",
        "call_in_at": start,
        "call_out_at": end,
        "call_in_type": "Mobile",
        "call_out_type": "Mobile",
        "call_in_latitude": 39.9601,
        "call_in_longitude": -82.9901,
        "location_type": "home",
        "time_zone": "America/New_York",
        "tasks": "BATH:done;MEAL:done;WALK:refused;WASH:not_done",
        "aggregator_status": "Verified",
        "source_updated_at": end + timedelta(hours=1),
        "updated_by_role": "Caregiver",
        **changes,
    }


def plan(
    visit_id: str, start: datetime = START, minutes: int = 120, **changes: Any
) -> dict[str, Any]:
    """The planned visit that ``visit`` of the same id names."""
    return {
        "schedule_id": f"S-{visit_id}",
        "schedule_version": 1,
        "client_id": "C1",
        "caregiver_id": "G1",
        "service_code": "T1019",
        "start_at": start,
        "end_at": start + timedelta(minutes=minutes),
        "status": "planned",
        "is_critical": False,
        **changes,
    }
