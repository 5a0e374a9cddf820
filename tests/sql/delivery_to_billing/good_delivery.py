"""A delivered visit nothing speaks against, and the terms, people and papers it leans on."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.bench_of_records import Records

HOP = "delivery_to_billing"
ZONE = ZoneInfo("America/New_York")
#: A Tuesday ten days before the bench's now.
DAY = date(2026, 11, 10)


def local(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant by the agency's wall clock."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def client(client_id: str, **changes: Any) -> dict[str, Any]:
    """A client of P1 who can be written on a claim."""
    return {
        "client_id": client_id,
        "record_version": 1,
        "medicaid_id": "000000000101",
        "last_name": "ZZPHI-TESTPERSON",
        "first_name": "ALPHA",
        "birth_date": date(1950, 1, 1),
        "sex": "F",
        "address_line": "200 SAMPLE AVE",
        "city": "COLUMBUS",
        "state_code": "OH",
        "zip_code": "432150000",
        "phone": "6145550101",
        "diagnosis_code": "R69",
        "payer_id": "P1",
        "payer_program": "WAIVER",
        "eligible_from": date(2025, 1, 1),
        **changes,
    }


def caregiver(caregiver_id: str, **changes: Any) -> dict[str, Any]:
    """A caregiver who may give care."""
    return {"caregiver_id": caregiver_id, "hired_on": date(2020, 1, 1), **changes}


def contract(service_code: str = "T1019", modifiers: str = "-", **changes: Any) -> dict[str, Any]:
    """Terms of P1's waiver that ask for everything."""
    return {
        "payer_id": "P1",
        "payer_program": "WAIVER",
        "service_code": service_code,
        "modifiers": modifiers,
        "valid_from": date(2025, 1, 1),
        "contract_version": 1,
        "file_version": changes.get("contract_version", 1),
        "payer_name": "EXAMPLE MEDICAID PLAN",
        "payer_edi_id": "EXMCD1",
        "claim_filing_code": "MC",
        "is_billed": True,
        "unit_rule": "CMS_8MIN",
        "rate_cents": 425,
        "splits_at_midnight": False,
        "max_visit_minutes": 1500,
        "schedule_tolerance_minutes": 20,
        "gps_limit_metres": 400,
        "needs_signed_note": False,
        "needs_service_auth": False,
        "member_id_pattern": "[0-9]{12}",
        "filing_limit_days": 95,
        "last_validated_on": date(2026, 6, 1),
        "review_on": date(2027, 1, 1),
        **changes,
    }


def auth(auth_id: str, **changes: Any) -> dict[str, Any]:
    """An approved authorization of C1 with plenty of units."""
    return {
        "auth_id": auth_id,
        "auth_version": 1,
        "auth_number": auth_id,
        "payer_id": "P1",
        "payer_program": "WAIVER",
        "client_id": "C1",
        "service_code": "T1019",
        "unit_type": "15min",
        "units_total": 1000,
        "week_starts_on": 0,
        "period_from": date(2026, 1, 1),
        "period_to": date(2026, 12, 31),
        "status": "approved",
        "updated_by": "portal",
        **changes,
    }


def enrolment(**changes: Any) -> dict[str, Any]:
    """The agency's enrolment with P1's waiver."""
    return {
        "payer_id": "P1",
        "payer_program": "WAIVER",
        "npi": "1234567893",
        "enrolled_from": date(2020, 1, 1),
        "taxonomy_code": "253Z00000X",
        **changes,
    }


def visit(visit_id: str, start: datetime, minutes: int = 60, **changes: Any) -> dict[str, Any]:
    """A good visit of C1 by G1 under P1's waiver, planned as S1."""
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
        "schedule_id": "S1",
        "call_in_at": start,
        "call_out_at": end,
        "call_in_type": "Telephony",
        "call_in_phone": "6145550101",
        "call_out_phone": "6145550101",
        "call_out_type": "Telephony",
        "location_type": "home",
        "time_zone": "America/New_York",
        "tasks": "BATH:done",
        "source_updated_at": end + timedelta(minutes=5),
        "updated_by": "clock",
        "updated_by_role": "Caregiver",
        **changes,
    }


def lay_ground(records: Records) -> None:
    """One client, two caregivers, one plan, one contract, one enrolment."""
    records.put("client", **client("C1"))
    records.put("caregiver", caregiver("G1"), caregiver("G2"))
    records.put(
        "schedule",
        schedule_id="S1",
        client_id="C1",
        caregiver_id="G1",
        payer_id="P1",
        payer_program="WAIVER",
        service_code="T1019",
        start_at=local(DAY, 9),
        end_at=local(DAY, 10),
    )
    records.put("payer_contract", **contract())
    records.put("provider_enrolment", **enrolment())


def bill(records: Records, *visits: dict[str, Any]) -> None:
    """Land visits, each with a plan that fits it, and run them through coordination and billing."""
    if visits:
        records.put("evv_visit", *(_planned(records, row) for row in visits))
    records.run("evv_to_coordination")
    records.run(HOP)


def _planned(records: Records, row: dict[str, Any]) -> dict[str, Any]:
    """The visit, under a plan of its own where S1 is not about its client and day."""
    start = row["call_in_at"]
    of_s1 = row["client_id"] == "C1" and abs(start - local(DAY, 9)) <= timedelta(hours=12)
    if row["schedule_id"] != "S1" or of_s1:
        return row
    named = {"schedule_id": f"S-{row['visit_id']}"}
    if records.one("select 1 from landing.schedule where schedule_id = :schedule_id", **named):
        return {**row, **named}
    about = ("client_id", "caregiver_id", "payer_id", "payer_program", "service_code")
    records.put(
        "schedule",
        {
            **named,
            **{name: row[name] for name in about},
            "start_at": start,
            "end_at": row["call_out_at"],
        },
    )
    return {**row, **named}


def lines(records: Records, visit_id: str) -> list[tuple[date, int, int]]:
    """Date, minutes and units of a visit's billable lines."""
    return [
        (row.service_date, row.minutes, int(row.units))
        for row in records.all(
            "select * from core.billable_line where record_id = :record_id order by line_no",
            record_id=f"hhax/{visit_id}",
        )
    ]
