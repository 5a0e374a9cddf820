"""Assessments, plans, OASIS, notices, supervision, tasks and frequency, as the contract asks."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.bench_of_records import NOW, Records
from tests.sql.delivery_to_billing.good_delivery import (
    DAY,
    HOP,
    bill,
    caregiver,
    client,
    contract,
    lay_ground,
    local,
    visit,
)

# Tuesday the tenth; the bench looks on the twentieth
LONG_AGO = datetime(2026, 9, 1, 12, tzinfo=UTC)
SIGNED = local(DAY, 12)

# code, visit it catches, visit it leaves
CASES = [
    ("DOC-NOTE-UNSIGNED", "note-48-hours", "note-signed-in-time"),
    ("DOC-NOTE-NOT-DUE", "note-a-minute-less", "note-signed-in-time"),
    ("DOC-NOTE-NOT-DUE", "note-in-a-contract-with-longer", "note-signed-in-time"),
    ("DOC-ASSESS-INCOMPLETE", "assessment-draft", "assessment-complete"),
    ("DOC-ASSESS-INCOMPLETE", "assessment-draft", "assessment-draft-of-later"),
    ("DOC-PLAN-EXPIRED", "plan-none", "plan-good"),
    ("DOC-PLAN-EXPIRED", "plan-ended", "plan-last-day"),
    ("DOC-PLAN-EXPIRED", "plan-60-days-over", "plan-60th-day"),
    ("DOC-PLAN-EXPIRED", "plan-only-revised", "plan-recertified"),
    ("DOC-OASIS-OPEN", "oasis-none", "oasis-locked"),
    ("DOC-OASIS-OPEN", "oasis-complete", "oasis-last-day"),
    ("DOC-OASIS-OPEN", "oasis-ended", "oasis-locked"),
    ("DOC-OASIS-UNSENT", "oasis-30-days-unsent", "oasis-29-days-unsent"),
    ("DOC-OASIS-UNSENT", "oasis-30-days-unsent", "oasis-sent-late"),
    ("DOC-OASIS-LOCKED-DIFF", "oasis-changed", "oasis-relocked"),
    ("DOC-NOA-MISSING", "notice-none", "notice-accepted"),
    ("DOC-NOA-MISSING", "notice-not-accepted", "notice-accepted"),
    ("DOC-NOA-MISSING", "notice-of-later", "notice-accepted"),
    ("DOC-F2F-MISSING", "encounter-none", "encounter-90-days-before"),
    ("DOC-F2F-MISSING", "encounter-91-days-before", "encounter-90-days-before"),
    ("DOC-F2F-MISSING", "encounter-31-days-after", "encounter-30-days-after"),
    ("DOC-F2F-MISSING", "encounter-unsigned", "encounter-30-days-after"),
    ("DOC-SUPERVISION", "supervised-61-days-ago", "supervised-60-days-ago"),
    ("DOC-SUPERVISION", "supervised-15-days-ago-skilled", "supervised-14-days-ago-skilled"),
    ("DOC-SUPERVISION", "supervised-61-days-ago", "care-began-60-days-ago"),
    ("DOC-SUPERVISION", "supervised-afterwards", "nurse-unsupervised"),
    ("DOC-SUPERVISION", "supervision-planned-only", "supervised-60-days-ago"),
    ("DOC-DUTIES", "tasks-none", "tasks-all"),
    ("DOC-DUTIES", "task-required-absent", "task-required-refused"),
    ("DOC-DUTIES", "task-required-absent", "task-optional-absent"),
    ("DOC-DUTIES", "tasks-took-29-minutes", "tasks-took-30-minutes"),
    ("DOC-CLIENT-SIGNATURE", "client-did-not-sign", "client-signed"),
    ("DOC-CLIENT-SIGNATURE", "client-note-none", "client-signed"),
    ("FREQ-ORDER", "fourth-of-three", "third-of-three"),
    ("FREQ-ORDER", "third-of-two", "first-of-the-next-week"),
    ("FREQ-ORDER", "as-needed-without-limit", "as-needed-within-limit"),
    ("FREQ-ORDER", "as-needed-over-limit", "as-needed-within-limit"),
    ("FREQ-ORDER", "fourth-of-three", "service-not-in-the-order"),
]
WARNINGS = {"DOC-OASIS-UNSENT"}
#: Whoever leaves out what the plan requires also worked by another list.
BESIDE = {"task-required-absent": ["CP-OLD-VERSION-DELIVERED"]}


class Desk:
    """Collects visits and papers, each case with a client of its own."""

    def __init__(self) -> None:
        self.visits: list[dict[str, Any]] = []
        self.clients: list[dict[str, Any]] = []
        self.papers: list[dict[str, Any]] = []
        self.plans: list[dict[str, Any]] = []

    def add(self, name: str, service_code: str, day: date = DAY, **changes: Any) -> None:
        """One visit, of the client the case is named after unless said otherwise."""
        client_id = changes.pop("of", f"C-{name}")
        if client_id not in {known["client_id"] for known in self.clients}:
            self.clients.append(client(client_id))
        columns = {"client_id": client_id, "caregiver_id": f"G{len(self.visits) + 10}", **changes}
        self.visits.append(visit(name, local(day, 9), service_code=service_code, **columns))

    def paper(self, name: str, kind: str, **columns: Any) -> None:
        """A signed paper of the case's client."""
        self.papers.append(
            {
                "document_id": f"D-{kind}-{name}-{len(self.papers)}",
                "document_kind": kind,
                "client_id": f"C-{name}",
                "status": "signed",
                "completed_at": SIGNED,
                "signed_at": SIGNED,
                "covers_from": date(2026, 10, 1),
                "content_hash": "aaaaaaaa",
                **columns,
            }
        )

    def plan(self, name: str, version: int = 1, **columns: Any) -> None:
        """A plan of the case's client."""
        self.plans.append(
            {
                "plan_id": f"P-{name}",
                "plan_version": version,
                "client_id": f"C-{name}",
                "change_type": "new",
                "entered_at": LONG_AGO,
                "effective_from": LONG_AGO.date(),
                "service_codes": "DUTY1",
                "tasks": "BATH:required;MEAL:optional",
                **columns,
            }
        )


def _note(desk: Desk) -> None:
    begun = NOW - timedelta(hours=49)
    minute = timedelta(minutes=1)
    for name, service_code, start in (
        ("note-48-hours", "NOTE1", begun),
        ("note-a-minute-less", "NOTE1", begun + minute),
        ("note-in-a-contract-with-longer", "NOTE2", begun),
        ("note-signed-in-time", "NOTE1", begun),
    ):
        times = {"call_in_at": start, "call_out_at": start + timedelta(hours=1)}
        desk.add(name, service_code, **times)
    desk.paper("note-signed-in-time", "note", visit_source="hhax", visit_id="note-signed-in-time")


def _assess(desk: Desk) -> None:
    for name, columns in {
        "assessment-draft": {"status": "draft"},
        "assessment-complete": {"status": "complete"},
        "assessment-draft-of-later": {"status": "draft", "covers_from": DAY + timedelta(days=1)},
    }.items():
        desk.add(name, "T1019")
        desk.paper(name, "assessment", **columns)


def _plan(desk: Desk) -> None:
    cases: dict[str, list[dict[str, Any]]] = {
        "plan-none": [],
        "plan-good": [{"effective_from": DAY}],
        "plan-ended": [{"effective_from": DAY, "effective_to": DAY - timedelta(days=1)}],
        "plan-last-day": [{"effective_from": date(2026, 11, 1), "effective_to": DAY}],
        "plan-60-days-over": [{"effective_from": DAY - timedelta(days=60)}],
        "plan-60th-day": [{"effective_from": DAY - timedelta(days=59)}],
        "plan-only-revised": [
            {"effective_from": DAY - timedelta(days=70)},
            {"effective_from": DAY - timedelta(days=5), "change_type": "revise"},
        ],
        "plan-recertified": [
            {"effective_from": DAY - timedelta(days=70)},
            {"effective_from": DAY - timedelta(days=5), "change_type": "recert"},
        ],
    }
    for name, versions in cases.items():
        desk.add(name, "PLAN1")
        for number, columns in enumerate(versions, start=1):
            desk.plan(name, number, **columns)


def _oasis(desk: Desk) -> None:
    good = {"status": "locked", "locked_at": SIGNED, "accepted_at": SIGNED}
    late = datetime(2026, 10, 21, 17, tzinfo=UTC)
    cases: dict[str, dict[str, Any] | None] = {
        "oasis-none": None,
        "oasis-locked": good,
        "oasis-complete": {**good, "status": "complete", "locked_at": None},
        "oasis-last-day": {**good, "covers_to": DAY},
        "oasis-ended": {**good, "covers_to": DAY - timedelta(days=1)},
        "oasis-30-days-unsent": {**good, "completed_at": late, "accepted_at": None},
        "oasis-29-days-unsent": {
            **good,
            "completed_at": late + timedelta(minutes=1),
            "accepted_at": None,
        },
        "oasis-sent-late": {**good, "completed_at": late},
    }
    for name, columns in cases.items():
        desk.add(name, "OASIS")
        if columns is not None:
            desk.paper(name, "oasis", **columns)
    for name, locked_again in (("oasis-changed", SIGNED), ("oasis-relocked", local(DAY, 15))):
        desk.add(name, "OASIS")
        for number, columns in enumerate(
            (good, {**good, "content_hash": "bbbbbbbb", "locked_at": locked_again}), start=1
        ):
            desk.paper(name, "oasis", document_id=name, document_version=number, **columns)


def _admission(desk: Desk) -> None:
    notices: dict[str, dict[str, Any] | None] = {
        "notice-none": None,
        "notice-accepted": {"accepted_at": SIGNED},
        "notice-not-accepted": {"accepted_at": None},
        "notice-of-later": {"accepted_at": SIGNED, "covers_from": DAY + timedelta(days=1)},
    }
    for name, columns in notices.items():
        desk.add(name, "NOTIC")
        if columns is not None:
            desk.paper(name, "admission_notice", **columns)
    began = date(2026, 10, 1)
    encounters: dict[str, dict[str, Any] | None] = {
        "encounter-none": None,
        "encounter-91-days-before": {"happened_on": began - timedelta(days=91)},
        "encounter-90-days-before": {"happened_on": began - timedelta(days=90)},
        "encounter-30-days-after": {"happened_on": began + timedelta(days=30)},
        "encounter-31-days-after": {"happened_on": began + timedelta(days=31)},
        "encounter-unsigned": {"happened_on": began, "status": "complete"},
    }
    for name, columns in encounters.items():
        desk.add(name, "FACE1")
        if columns is not None:
            desk.paper(name, "face_to_face", **columns)


def _supervise(desk: Desk, records: Records) -> None:
    def seen(name: str, days_ago: int, **columns: Any) -> None:
        desk.add(name, "SUPER", caregiver_id="G-aide")
        desk.plan(name, effective_from=date(2026, 1, 1))
        desk.paper(name, "supervision", happened_on=DAY - timedelta(days=days_ago), **columns)

    records.put("caregiver", caregiver("G-aide", discipline="aide"))
    records.put("caregiver", caregiver("G-nurse", discipline="RN"))
    seen("supervised-60-days-ago", 60)
    seen("supervised-61-days-ago", 61)
    seen("supervised-14-days-ago-skilled", 14)
    seen("supervised-15-days-ago-skilled", 15)
    for name in ("supervised-14-days-ago-skilled", "supervised-15-days-ago-skilled"):
        desk.paper(name, "order")
    seen("supervised-afterwards", -1)
    seen("supervision-planned-only", 3, status="draft")
    desk.add("care-began-60-days-ago", "SUPER", caregiver_id="G-aide")
    desk.plan("care-began-60-days-ago", effective_from=DAY - timedelta(days=60))
    desk.add("nurse-unsupervised", "SUPER", caregiver_id="G-nurse")
    # one aide, one visit at a time
    aides = [row for row in desk.visits if row["caregiver_id"] == "G-aide"]
    for place, row in enumerate(aides):
        begun = local(DAY, 5) + timedelta(hours=2 * place)
        row.update(call_in_at=begun, call_out_at=begun + timedelta(hours=1))


def _record(desk: Desk) -> None:
    duties = {
        "tasks-none": (None, 60),
        "tasks-all": ("BATH:done;MEAL:done", 60),
        "task-required-absent": ("MEAL:done", 60),
        "task-required-refused": ("BATH:refused;MEAL:done", 60),
        "task-optional-absent": ("BATH:done", 60),
        "tasks-took-29-minutes": ("BATH:done", 29),
        "tasks-took-30-minutes": ("BATH:done", 30),
    }
    for name, (tasks, minutes) in duties.items():
        desk.add(name, "DUTY1", tasks=tasks)
        desk.plan(name)
        desk.paper(name, "note", visit_source="hhax", visit_id=name, duty_minutes=minutes)
    desk.add("client-note-none", "CSIGN")
    for name, signed in (("client-signed", SIGNED), ("client-did-not-sign", None)):
        desk.add(name, "CSIGN")
        desk.paper(name, "note", visit_source="hhax", visit_id=name, client_signed_at=signed)


def _frequency(desk: Desk) -> None:
    # the week of the bench's contract begins on Sunday the eighth
    weeks: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
        "W3": (
            ("first", "second", "third-of-three", "fourth-of-three"),
            {"weekly_visits_most": 3, "service_codes": "T1019;T2025"},
        ),
        "W2": (("one", "two", "third-of-two"), {"weekly_visits_most": 2}),
        "PRN": (("as-needed-without-limit",), {"is_as_needed": True}),
        "PRN1": (
            ("planned", "as-needed-within-limit", "as-needed-over-limit"),
            {"weekly_visits_most": 1, "is_as_needed": True, "as_needed_visits_most": 1},
        ),
    }
    for client_id, (names, order) in weeks.items():
        desk.paper(client_id, "order", **order)
        for place, name in enumerate(names):
            day = date(2026, 11, 9) + timedelta(days=place)
            desk.add(name, "T1019", day, of=f"C-{client_id}")
    desk.add("first-of-the-next-week", "T1019", date(2026, 11, 15), of="C-W2")
    desk.add("service-not-in-the-order", "OTHER", date(2026, 11, 13), of="C-W3")


@pytest.fixture(scope="module")
def billed(module_records: Records) -> Records:
    """All of it, through both hops, in one pass each."""
    records = module_records
    lay_ground(records)
    records.put(
        "payer_contract",
        contract("OTHER"),
        contract("NOTE1", needs_signed_note=True, note_due_hours=48),
        contract("NOTE2", needs_signed_note=True, note_due_hours=72),
        contract("PLAN1", plan_review_days=60),
        contract("OASIS", oasis_needed=True),
        contract("NOTIC", noa_needed=True),
        contract("FACE1", face_to_face_needed=True),
        contract("SUPER", supervision_days=60, supervision_days_skilled=14),
        contract("DUTY1", duties_needed=True, duty_minutes_percent=50),
        contract("CSIGN", client_signature_needed=True),
    )
    desk = Desk()
    _note(desk)
    _assess(desk)
    _plan(desk)
    _oasis(desk)
    _admission(desk)
    _record(desk)
    _frequency(desk)
    _supervise(desk, records)
    records.put("client", *desk.clients)
    own = {row["caregiver_id"] for row in desk.visits} - {"G-aide", "G-nurse"}
    records.put("caregiver", *(caregiver(name) for name in sorted(own)))
    records.put("document", *desk.papers)
    records.put("care_plan", *desk.plans)
    bill(records, *desk.visits)
    return records


@pytest.mark.proves("S0-16")
@pytest.mark.proves("S1-01")
@pytest.mark.parametrize(("code", "caught", "left"), CASES)
def test_a_rule_about_papers_catches_what_breaks_it_and_leaves_its_neighbour(
    billed: Records, code: str, caught: str, left: str
) -> None:
    assert billed.codes(f"hhax/{caught}", HOP) == [code, *BESIDE.get(caught, [])]
    assert billed.codes(f"hhax/{left}", HOP) == []


def test_what_the_contract_does_not_ask_for_holds_nobody(billed: Records) -> None:
    states = {
        row.record_id.removeprefix("hhax/"): row.state
        for row in billed.all("select * from ledger.entry where hop = :hop", hop=HOP)
    }
    caught = {name: code for code, name, _ in CASES if code not in WARNINGS}
    stand = {"DOC-NOTE-NOT-DUE": "waiting"}
    assert states == {
        name: stand.get(caught[name], "held") if name in caught else "moved" for name in states
    }
    assert len(states) > 60


def test_a_frequency_cut_after_billing_had_looked_is_judged_again(records: Records) -> None:
    lay_ground(records)
    order = {
        "document_id": "O1",
        "document_kind": "order",
        "client_id": "C1",
        "status": "signed",
        "signed_at": SIGNED,
        "covers_from": date(2026, 11, 1),
        "weekly_visits_most": 2,
    }
    records.put("document", **order)
    days = (DAY, DAY + timedelta(days=1))
    bill(records, *(visit(f"V{day.day}", local(day, 9)) for day in days))
    assert [records.state(f"hhax/V{day.day}", HOP) for day in days] == ["moved", "moved"]
    records.put("document", **{**order, "document_version": 2, "weekly_visits_most": 1})
    records.run(HOP)
    assert [records.codes(f"hhax/V{day.day}", HOP) for day in days] == [[], ["FREQ-ORDER"]]
