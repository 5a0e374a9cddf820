"""Every rule about one visit catches what breaks it and leaves its nearest good neighbour."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.bench_of_records import Records
from tests.sql.delivery_to_billing.good_delivery import (
    DAY,
    auth,
    bill,
    caregiver,
    client,
    contract,
    lay_ground,
    local,
    visit,
)

BEFORE = DAY - timedelta(days=1)
TODAY = date(2026, 11, 20)

# code, visit it catches, visit it leaves
CASES = [
    ("NOT-BILLED", "private", "plain"),
    ("RECON-TODAY", "today", "yesterday"),
    ("DOC-NOTE-UNSIGNED", "note-complete", "note-signed"),
    ("DOC-NOTE-UNSIGNED", "note-absent", "note-locked"),
    ("DOC-ORDER-UNSIGNED", "order-ended", "order-last-day"),
    ("DOC-ORDER-UNSIGNED", "order-draft", "order-open"),
    ("MAP-SERVICE", "unpriced", "plain"),
    ("MAP-SERVICE", "priced-later", "priced-today"),
    ("MAP-NEAR-MISS", "modifiers-swapped", "modifiers-right"),
    ("CONTRACT-REVIEW-DUE", "review-missed", "review-on-the-day"),
    ("ELIG-INACTIVE", "cover-ended", "cover-last-day"),
    ("ELIG-INACTIVE", "cover-past-midnight", "cover-until-midnight"),
    ("ELIG-INACTIVE", "cover-later", "cover-on-the-billed-day"),
    ("ELIG-INACTIVE", "roster-ended", "roster-last-day"),
    ("ELIG-INACTIVE", "share-open", "share-met"),
    ("ELIG-DEMOG", "name-differs", "name-in-capitals"),
    ("ELIG-DEMOG", "sex-differs", "sex-unknown"),
    ("COB-PRIMARY-FIRST", "primary-silent", "primary-not-needed"),
    ("COB-PRIMARY-FIRST", "primary-silent", "other-cover-ended"),
    ("COB-SECONDARY-DATA", "primary-without-reasons", "primary-answered"),
    ("COB-SECONDARY-DATA", "primary-without-date", "primary-answered"),
    ("RECON-PLANNED-DELIVERED", "plan-cancelled", "plan-kept"),
    ("RECON-PLANNED-DELIVERED", "plan-for-another", "plan-kept"),
    ("RECON-PLANNED-DELIVERED", "plan-next-day", "plan-that-evening"),
    ("RECON-DELIVERED-BILLED", "incident-open", "incident-closed"),
    ("RECON-DELIVERED-BILLED", "incident-open", "incident-day-before"),
    ("ELIG-PLAN-CHANGED", "other-payers", "payer-changed-later"),
    ("ELIG-ID-FORMAT", "id-short", "plain"),
    ("ELIG-ID-FORMAT", "id-pattern-broken", "id-from-visit"),
    ("AUTH-NONE", "auth-none", "auth-good"),
    ("AUTH-NONE", "auth-pending", "auth-reduced"),
    ("AUTH-SERVICE-MISMATCH", "auth-other-modifiers", "auth-modifiers-as-set"),
    ("AUTH-SERVICE-MISMATCH", "auth-by-the-hour", "auth-good"),
    ("AUTH-PROVIDER", "auth-other-location", "auth-own-location"),
    ("AUTH-PERIOD", "auth-ended", "auth-last-day"),
    ("AUTH-PERIOD", "auth-blacked-out", "auth-blacked-out-later"),
    ("UNIT-ZERO", "minutes-7", "minutes-8"),
    ("EVV-NO-SCHEDULE", "no-schedule", "plain"),
    ("EVV-NO-SCHEDULE", "schedule-unknown", "plain"),
    ("PROV-CAREGIVER-INELIG", "credential-lapsed", "credential-last-day"),
    ("PROV-CAREGIVER-INELIG", "hired-later", "no-credential-needed"),
    ("PROV-CAREGIVER-INELIG", "excluded", "plain"),
    ("PROV-CAREGIVER-INELIG", "left", "left-that-evening"),
    ("PROV-CAREGIVER-INELIG", "kept-away", "kept-away-until-then"),
    ("PROV-CAREGIVER-INELIG", "kept-away-for-good", "kept-from-another"),
    ("CLM-TIMELY", "late", "last-filing-day"),
    ("CLM-TIMELY", "late-from-first-day", "timely-from-last-day"),
    ("CLM-TIMELY-NEAR", "30-days-to-file", "31-days-to-file"),
]
WARNINGS = {"CONTRACT-REVIEW-DUE", "CLM-TIMELY-NEAR"}


class Day:
    """Collects visits, each with a client and a caregiver of its own."""

    def __init__(self) -> None:
        self.visits: list[dict[str, Any]] = []
        self.clients: list[dict[str, Any]] = []
        self.caregivers: list[dict[str, Any]] = []

    def add(
        self,
        name: str,
        service_code: str = "T1019",
        of_client: dict[str, Any] | None = None,
        of_caregiver: dict[str, Any] | None = None,
        minutes: int = 60,
        day: date = DAY,
        **changes: Any,
    ) -> None:
        self.clients.append(client(f"C-{name}", **(of_client or {})))
        self.caregivers.append(caregiver(f"G-{name}", **(of_caregiver or {})))
        self.visits.append(
            visit(
                name,
                local(day, 9),
                minutes,
                client_id=f"C-{name}",
                caregiver_id=f"G-{name}",
                service_code=service_code,
                **changes,
            )
        )


def _add_papers(day: Day, records: Records) -> None:
    records.put(
        "payer_contract",
        contract("NOTE1", needs_signed_note=True),
        contract("ORDER", needs_signed_order=True),
    )
    papers = []
    for number, status in enumerate(("complete", "signed", "locked")):
        day.add(f"note-{status}", "NOTE1")
        papers.append(
            {
                "document_id": f"N{number}",
                "document_kind": "note",
                "client_id": f"C-note-{status}",
                "visit_source": "hhax",
                "visit_id": f"note-{status}",
                "status": status,
            }
        )
    day.add("note-absent", "NOTE1")
    orders = {
        "order-ended": ("signed", BEFORE),
        "order-last-day": ("signed", DAY),
        "order-draft": ("draft", None),
        "order-open": ("signed", None),
    }
    for name, (status, covers_to) in orders.items():
        day.add(name, "ORDER")
        papers.append(
            {
                "document_id": name,
                "document_kind": "order",
                "client_id": f"C-{name}",
                "status": status,
                "covers_from": date(2026, 10, 1),
                "covers_to": covers_to,
            }
        )
    records.put("document", *papers)


def _add_terms(day: Day, records: Records) -> None:
    records.put(
        "payer_contract",
        contract(payer_id="SELF", payer_program="PRIVATE", is_billed=False),
        contract("PRICE", valid_from=DAY),
        contract("MODI1", "U1;U2"),
        contract("REVI1", review_on=BEFORE),
        contract("REVI2", review_on=DAY),
        contract("LATE1", filing_limit_days=9),
        contract("LATE2", filing_limit_days=10),
        contract("LATE3", filing_limit_days=40),
        contract("LATE4", filing_limit_days=41),
        contract("SPAN1", filing_limit_days=9, splits_at_midnight=True),
        contract(
            "SPAN2",
            filing_limit_days=9,
            splits_at_midnight=True,
            filing_anchor="service_through",
        ),
        contract("SPLIT", splits_at_midnight=True),
        contract("PATT1", member_id_pattern="[0-9"),
    )
    day.add("plain")
    own_money = {"payer_id": "SELF", "payer_program": "PRIVATE"}
    day.add("private", of_client=own_money, **own_money)
    day.add("today", day=TODAY)
    day.add("yesterday", day=TODAY - timedelta(days=1))
    day.add("unpriced", "T2025")
    day.add("priced-later", "PRICE", day=BEFORE)
    day.add("priced-today", "PRICE")
    day.add("modifiers-swapped", "MODI1", modifier1="U2", modifier2="U1")
    day.add("modifiers-right", "MODI1", modifier1="U1", modifier2="U2")
    day.add("review-missed", "REVI1")
    day.add("review-on-the-day", "REVI2")
    day.add("late", "LATE1")
    day.add("last-filing-day", "LATE2")
    day.add("30-days-to-file", "LATE3")
    day.add("31-days-to-file", "LATE4")
    day.add("late-from-first-day", "SPAN1", minutes=16 * 60)
    day.add("timely-from-last-day", "SPAN2", minutes=16 * 60)
    day.add("minutes-7", minutes=7)
    day.add("minutes-8", minutes=8)
    day.add("id-pattern-broken", "PATT1")


def _add_people(day: Day) -> None:
    day.add("cover-ended", of_client={"eligible_to": BEFORE})
    day.add("cover-last-day", of_client={"eligible_to": DAY})
    until_midnight = {"of_client": {"eligible_to": DAY}, "minutes": 15 * 60}
    past_midnight = {"of_client": {"eligible_to": DAY}, "minutes": 15 * 60 + 30}
    day.add("cover-past-midnight", "SPLIT", **past_midnight)
    day.add("cover-until-midnight", "SPLIT", **until_midnight)
    day.add("cover-on-the-billed-day", **past_midnight)
    day.add("cover-later", of_client={"eligible_from": DAY + timedelta(days=1)})
    day.add("other-payers", of_client={"payer_id": "P2"})
    day.add("payer-changed-later")
    day.add("id-short", of_client={"medicaid_id": "123"})
    day.add("id-from-visit", of_client={"medicaid_id": None}, client_medicaid_id="000000000102")
    day.add("no-schedule", schedule_id=None)
    day.add("schedule-unknown", schedule_id="S-nobody-made")
    day.add("credential-lapsed", of_caregiver={"credential_expires_on": BEFORE})
    day.add("credential-last-day", of_caregiver={"credential_expires_on": DAY})
    day.add("no-credential-needed", of_caregiver={"credential_expires_on": None})
    day.add("hired-later", of_caregiver={"hired_on": DAY + timedelta(days=1)})
    day.add("excluded", of_caregiver={"is_excluded": True})
    day.add("left", of_caregiver={"ended_on": BEFORE})
    day.add("left-that-evening", of_caregiver={"ended_on": DAY})


def _add_restrictions(day: Day, records: Records) -> None:
    restrictions: dict[str, dict[str, Any]] = {
        "kept-away": {"restricted_to": DAY},
        "kept-away-until-then": {"restricted_to": BEFORE},
        "kept-away-for-good": {},
        "kept-from-another": {"client_id": "C-plain"},
    }
    for name in restrictions:
        day.add(name)
    records.put(
        "caregiver_restriction",
        *(
            {
                "caregiver_id": f"G-{name}",
                "client_id": f"C-{name}",
                "restricted_from": date(2026, 1, 1),
                **told,
            }
            for name, told in restrictions.items()
        ),
    )


def _add_cover(day: Day, records: Records) -> None:
    records.put("payer_contract", contract("COB01", primary_first=False))
    medicare = {"other_payer_id": "MEDICARE"}
    rosters: dict[str, dict[str, Any]] = {
        "roster-ended": {"covered_to": BEFORE},
        "roster-last-day": {"covered_to": DAY},
        "share-open": {"share_of_cost_cents": 500, "share_met_cents": 499},
        "share-met": {"share_of_cost_cents": 500, "share_met_cents": 500},
        "name-differs": {"last_name": "ZZPHI-OTHERPERSON"},
        "name-in-capitals": {"last_name": "zzphi-testperson ", "first_name": "Alpha"},
        "sex-differs": {"sex": "M"},
        "sex-unknown": {"sex": "U"},
        "primary-silent": medicare,
        "primary-not-needed": medicare,
        "other-cover-ended": {**medicare, "other_covered_to": BEFORE},
        "primary-without-reasons": medicare,
        "primary-without-date": medicare,
        "primary-answered": medicare,
    }
    for name in rosters:
        day.add(name, "COB01" if name == "primary-not-needed" else "T1019")
    records.put(
        "eligibility",
        *(
            {
                "payer_id": "P1",
                "payer_program": "WAIVER",
                "client_id": f"C-{name}",
                "covered_from": date(2026, 1, 1),
                **told,
            }
            for name, told in rosters.items()
        ),
    )
    whole = {"paid_cents": 0, "adjustments": "PR1:1700", "paid_on": DAY}
    answers = {
        "primary-answered": whole,
        "primary-without-reasons": {**whole, "adjustments": None},
        "primary-without-date": {**whole, "paid_on": None},
    }
    records.put(
        "primary_answer",
        *(
            {"source_system": "hhax", "visit_id": name, "primary_payer_id": "MEDICARE", **told}
            for name, told in answers.items()
        ),
    )
    happened = {
        "incident-open": (local(DAY, 23), "open"),
        "incident-closed": (local(DAY, 23), "closed"),
        "incident-day-before": (local(BEFORE, 23), "open"),
    }
    for name in happened:
        day.add(name)
    records.put(
        "incident",
        *(
            {
                "incident_id": f"I-{name}",
                "client_id": f"C-{name}",
                "occurred_at": at,
                "category_code": "FALL",
                "status": status,
            }
            for name, (at, status) in happened.items()
        ),
    )


def _add_plans(day: Day, records: Records) -> None:
    plans: dict[str, dict[str, Any]] = {
        "plan-cancelled": {"status": "cancelled"},
        "plan-kept": {},
        "plan-for-another": {"client_id": "C1"},
        "plan-next-day": {"start_at": local(DAY + timedelta(days=1), 9)},
        "plan-that-evening": {"start_at": local(DAY, 20)},
    }
    for name in plans:
        day.add(name, schedule_id=f"S-{name}")
    planned = {
        "caregiver_id": "G1",
        "payer_id": "P1",
        "payer_program": "WAIVER",
        "service_code": "T1019",
        "status": "planned",
        "start_at": local(DAY, 9),
        "end_at": local(DAY + timedelta(days=1), 10),
    }
    records.put(
        "schedule",
        *(
            {**planned, "schedule_id": f"S-{name}", "client_id": f"C-{name}", **changes}
            for name, changes in plans.items()
        ),
    )


def _add_authorizations(day: Day, records: Records) -> None:
    records.put(
        "payer_contract",
        contract("AUTH1", needs_service_auth=True),
        contract("AUTH1", "U1;U2", needs_service_auth=True),
    )
    held: dict[str, dict[str, Any]] = {
        "auth-good": {},
        "auth-pending": {"status": "pending"},
        "auth-reduced": {"status": "reduced"},
        "auth-ended": {"period_to": BEFORE},
        "auth-last-day": {"period_to": DAY},
        "auth-blacked-out": {"blackout": f"2026-10-01;{BEFORE}/{DAY}"},
        "auth-blacked-out-later": {"blackout": f"{BEFORE};{DAY + timedelta(days=1)}"},
        "auth-by-the-hour": {"unit_type": "hour"},
        "auth-other-location": {"provider_npi": "1999999984"},
        "auth-own-location": {"provider_npi": "1234567893"},
        "auth-other-modifiers": {"modifiers": "U1"},
        "auth-modifiers-as-set": {"modifiers": "U2;U1"},
    }
    day.add("auth-none", "AUTH1")
    for name in held:
        modifiers = {"modifier1": "U1", "modifier2": "U2"} if "modifiers" in name else {}
        day.add(name, "AUTH1", **modifiers)
    records.put(
        "service_auth",
        *(
            auth(name, client_id=f"C-{name}", service_code="AUTH1", **changes)
            for name, changes in held.items()
        ),
    )


@pytest.fixture(scope="module")
def billed(module_records: Records) -> Records:
    """All of it, through both hops, in one pass each."""
    lay_ground(module_records)
    day = Day()
    _add_papers(day, module_records)
    _add_terms(day, module_records)
    _add_people(day)
    _add_restrictions(day, module_records)
    _add_cover(day, module_records)
    _add_plans(day, module_records)
    _add_authorizations(day, module_records)
    module_records.put("client", *day.clients)
    module_records.put("caregiver", *day.caregivers)
    module_records.put(
        "client",
        client(
            "C-payer-changed-later",
            record_version=2,
            payer_id="P2",
            eligible_from=DAY + timedelta(days=1),
        ),
    )
    bill(module_records, *day.visits)
    return module_records


@pytest.mark.proves("S2-03")
@pytest.mark.proves("S0-19", "S2-21")
@pytest.mark.parametrize(("code", "caught", "left"), CASES)
def test_an_edit_catches_what_breaks_it_and_leaves_its_neighbour(
    billed: Records, code: str, caught: str, left: str
) -> None:
    assert billed.codes(f"hhax/{caught}", "delivery_to_billing") == [code]
    assert code not in billed.codes(f"hhax/{left}", "delivery_to_billing")


def test_a_warning_stops_nobody_and_an_edit_holds_only_its_own(billed: Records) -> None:
    states = {
        row.record_id.removeprefix("hhax/"): row.state
        for row in billed.all("select * from ledger.entry where hop = 'delivery_to_billing'")
    }
    caught = {visit_id: code for code, visit_id, _ in CASES if code not in WARNINGS}
    expected = {"NOT-BILLED": "excluded", "RECON-TODAY": "waiting"}
    assert states == {
        visit_id: expected.get(caught[visit_id], "held") if visit_id in caught else "moved"
        for visit_id in states
    }


def test_the_record_says_yes_or_no_about_a_member_id_and_never_the_id(billed: Records) -> None:
    columns = {
        row.column_name
        for row in billed.all(
            "select column_name from information_schema.columns where table_schema = 'audit' "
            "and table_name like 'delivery_to_billing\\_\\_%'"
        )
    }
    assert "has_member_id" in columns
    assert not columns & {"medicaid_id", "client_medicaid_id", "last_name", "birth_date"}


def test_what_waits_for_tomorrow_goes_on_tomorrow_by_itself(billed: Records) -> None:
    now = billed.now
    billed.now = now + timedelta(days=1)
    billed.run("delivery_to_billing")
    billed.now = now
    assert billed.state("hhax/today", "delivery_to_billing") == "moved"
