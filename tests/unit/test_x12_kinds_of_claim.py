"""Everything a home-care agency sends is written so that all three gates let it through."""

import io
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from orchestration.partners.x12.claim import (
    Address,
    BillingProvider,
    Claim,
    Dependent,
    Facility,
    Institution,
    Provider,
)
from orchestration.partners.x12.gates.document import Document
from orchestration.partners.x12.gates.judging import read_set_of
from orchestration.partners.x12.gates.reading import SetRead
from orchestration.partners.x12.others import Adjustment, LineJudgement, OtherPayer
from orchestration.partners.x12.sheet import BatchNotWritten
from orchestration.partners.x12.writer import INSTITUTIONAL, guide_of, write_837
from tests.unit.good_files import gates_say
from tests.unit.sample_batch import (
    BILLING,
    CLAIM,
    ENVELOPE,
    LINE,
    PAYER,
    PERSON,
    RECEIVER,
    STREET,
    SUBMITTER,
    claim_number,
)

NURSE = Provider("Nurse", "Nia", "1999999984", "163W00000X")
DOCTOR = Provider("Doctor", "Dora", "1234567893")
WITHOUT_NPI = Provider("Carer", "Cleo", secondary_id="AIDE0001")
DAY_CENTER = Facility(
    "Day Center", Address("1 Center Sq", "Columbus", "OH", "432150001"), "1234567893"
)
CHILD = Dependent("Testchild", "Carl", date(2015, 5, 5), "M", STREET, "19")
ATYPICAL = replace(BILLING, npi=None, secondary_id="MEDICAID77")

CONTRACTUAL = Adjustment("CO", "45", Decimal(8))
FIRST_PLAN = OtherPayer("FIRST1", "First Plan", "CI", PERSON, Decimal(40))
BY_CLAIM = replace(
    FIRST_PLAN,
    adjustments=(
        CONTRACTUAL,
        Adjustment("PR", "1", Decimal(15)),
        Adjustment("PR", "2", Decimal(5)),
    ),
    judged_on=date(2026, 3, 1),
    payer_claim_number="ICN77",
    still_owed=Decimal(20),
)
SEVEN = tuple(Adjustment("CO", str(100 + n), Decimal(1), Decimal(1)) for n in range(7))
BY_LINE = LineJudgement(
    "FIRST1",
    Decimal(40),
    Decimal(16),
    date(2026, 3, 1),
    (*SEVEN, Adjustment("PR", "3", Decimal(21))),
)


def with_line(**changes: Any) -> dict[str, Any]:
    line = replace(LINE, **changes)
    return {"lines": (line,), "total": line.charge}


PROFESSIONAL_CLAIMS: dict[str, dict[str, Any]] = {
    "quarter hours": {},
    "decimal units": with_line(units=Decimal("16.25")),
    "per diem": with_line(service_code="S5151", units=Decimal(1), charge=Decimal("190")),
    "minutes": with_line(service_code="T1019", unit_code="MJ", units=Decimal(240)),
    "authorization with the line": {"prior_auth": None, **with_line(prior_auth="AUTH0002")},
    "no authorization": {"prior_auth": None},
    "caregiver with the claim": {"rendering": NURSE},
    "caregiver without NPI": {"rendering": WITHOUT_NPI},
    "another agency cared": {"rendering": Provider("Other Agency", npi="1999999984")},
    "caregiver with the line": with_line(rendering=NURSE),
    "supervisor": {"rendering": WITHOUT_NPI, "supervising": DOCTOR},
    "who ordered it": with_line(ordering=DOCTOR),
    "who referred": {"referring": DOCTOR, "referral": "REFERRAL1"},
    "elsewhere": {"facility": DAY_CENTER, "place_of_service": "99"},
    "a child of the insured": {"dependent": CHILD},
    "second payer, first judged the claim": {"payer_order": "S", "others": (BY_CLAIM,)},
    "second payer, first judged the line": {
        "payer_order": "S",
        "others": (FIRST_PLAN,),
        **with_line(judgements=(BY_LINE,)),
    },
    "third payer": {
        "payer_order": "T",
        "others": (
            BY_CLAIM,
            replace(BY_CLAIM, payer_id="SECOND1", name="Second Plan", order="S"),
        ),
    },
    "replacement": {"frequency": "7", "payer_claim_number": "ICN0000001"},
    "void": {"frequency": "8", "payer_claim_number": "ICN0000001"},
    "clock times of the visit": with_line(times=(time(9, 15), time(13, 15)), modifiers=("U1",)),
    "a span of days": with_line(to_date=date(2026, 2, 28)),
    "notes": {"note": "Two aides for transfers", **with_line(note="EVV 0915 to 1315, *edited*")},
    "everything at once": {
        "dependent": CHILD,
        "rendering": NURSE,
        "supervising": DOCTOR,
        "referring": DOCTOR,
        "facility": DAY_CENTER,
        "note": "All of it",
        "frequency": "7",
        "payer_claim_number": "ICN0000001",
        "payer_order": "S",
        "others": (FIRST_PLAN,),
        **with_line(
            rendering=WITHOUT_NPI,
            ordering=DOCTOR,
            judgements=(BY_LINE,),
            times=(time(9), time(13)),
            modifiers=("U1", "U2", "U3", "U4"),
            note="Long visit",
            to_date=date(2026, 2, 27),
        ),
    },
}

HOME_HEALTH = Institution(
    date(2026, 2, 1), date(2026, 2, 28), DOCTOR, admitted_on=date(2026, 1, 15)
)
VISIT = replace(LINE, revenue_code="0551", service_code="G0299", units=Decimal(4))


def with_visit(**changes: Any) -> dict[str, Any]:
    return {"lines": (replace(VISIT, **changes),)}


INSTITUTIONAL_CLAIMS: dict[str, dict[str, Any]] = {
    "home health": {},
    "per diem": with_visit(unit_code="DA", units=Decimal(1), revenue_code="0650"),
    "aide hours": with_visit(revenue_code="0572", service_code="T1019", modifiers=("U1",)),
    "attending with taxonomy": {"institution": replace(HOME_HEALTH, attending=NURSE)},
    "attending without NPI": {"institution": replace(HOME_HEALTH, attending=WITHOUT_NPI)},
    "no plan of treatment": {"institution": replace(HOME_HEALTH, bill_type="34", admitted_on=None)},
    "codes of the uniform bill": {
        "institution": replace(
            HOME_HEALTH,
            admitting_diagnosis="I10",
            conditions=("C1",),
            occurrences=(("50", date(2026, 1, 16)),),
            occurrence_spans=(("74", date(2026, 2, 3), date(2026, 2, 5)),),
            values=(("61", Decimal("18140")), ("85", Decimal("39049.5"))),
        ),
        "diagnoses": ("F0390", *(f"E11{n}" for n in range(14))),
    },
    "several providers": {
        "rendering": NURSE,
        "referring": DOCTOR,
        "facility": DAY_CENTER,
        **with_visit(rendering=NURSE),
    },
    "a child of the insured": {"dependent": CHILD},
    "second payer": {
        "payer_order": "S",
        "others": (FIRST_PLAN,),
        **with_visit(judgements=(replace(BY_LINE, units=Decimal(4)),)),
    },
    "replacement": {"frequency": "7", "payer_claim_number": "ICN0000001"},
    "void": {"frequency": "8", "payer_claim_number": "ICN0000001"},
    "notes and referral": {"note": "Homebound", "referral": "R1", "referring": DOCTOR},
}


def professional(kind: str) -> Claim:
    return replace(CLAIM, **PROFESSIONAL_CLAIMS[kind])


def institutional(kind: str) -> Claim:
    base = replace(CLAIM, institution=HOME_HEALTH, lines=(VISIT,))
    return replace(base, **INSTITUTIONAL_CLAIMS[kind])


def write(*claims: Claim, billing: BillingProvider = BILLING) -> str:
    stream = io.StringIO()
    write_837(
        stream,
        ENVELOPE,
        submitter=SUBMITTER,
        receiver=RECEIVER,
        billing=billing,
        payer=PAYER,
        claims=claims,
        guide=guide_of(claims[0]),
    )
    return stream.getvalue()


def read(text: str) -> SetRead:
    (one,) = Document(io.BytesIO(text.encode())).sets()
    return read_set_of(one)


@pytest.mark.parametrize("kind", PROFESSIONAL_CLAIMS)
def test_a_professional_claim_passes_the_gates(kind: str) -> None:
    assert gates_say(write(professional(kind))) == []


@pytest.mark.parametrize("kind", INSTITUTIONAL_CLAIMS)
def test_an_institutional_claim_passes_the_gates(kind: str) -> None:
    text = write(institutional(kind))
    assert f"ST*837*0001*{INSTITUTIONAL}~" in text
    assert gates_say(text) == []


@pytest.mark.parametrize("claim", [professional("quarter hours"), institutional("home health")])
def test_an_agency_without_npi_is_known_by_the_payers_number(claim: Claim) -> None:
    text = write(claim, billing=ATYPICAL)
    assert "REF*G2*MEDICAID77~" in text
    assert gates_say(text) == []


def test_all_kinds_stand_in_one_file_in_order() -> None:
    kinds = [professional(kind) for kind in PROFESSIONAL_CLAIMS]
    claims = [
        replace(kind, claim_id=claim_number(number).claim_id)
        for number, kind in enumerate(kinds, start=1)
    ]
    text = write(*claims)
    assert gates_say(text) == []
    back = read(text)
    assert [one.claim_id for one in back.claims] == [one.claim_id for one in claims]
    assert [one.patient is not None for one in back.claims] == [
        one.dependent is not None for one in claims
    ]


def test_the_second_reader_reads_what_was_meant() -> None:
    (back,) = read(write(professional("everything at once"))).claims
    (line,) = back.lines
    person = back.person
    assert person is not None
    assert person.head[3] == "TESTCHILD"
    assert back.head.part(5, 3) == "7"
    assert [party.head[1] for party in back.parties] == ["DN", "82", "77", "DQ"]
    assert [party.head[1] for party in line.parties] == ["82", "DK"]
    service = line.service
    assert service is not None
    assert service.parts(1) == ["HC", "T1019", "U1", "U2", "U3", "U4", "0900-1300"]
    (judgement,) = line.judgements
    assert [len(seg.elements) for seg in judgement.all("CAS")] == [20, 5, 4]


def test_one_file_holds_claims_of_one_guide() -> None:
    with pytest.raises(BatchNotWritten, match="not both"):
        write(professional("quarter hours"), institutional("home health"))


def test_a_claim_that_cannot_be_spelled_is_told_and_its_neighbours_are_written() -> None:
    broken = claim_number(2)
    object.__setattr__(broken, "diagnoses", (None,))
    told: list[str] = []
    stream = io.StringIO()
    batch = write_837(
        stream,
        ENVELOPE,
        submitter=SUBMITTER,
        receiver=RECEIVER,
        billing=BILLING,
        payer=PAYER,
        claims=[claim_number(1), broken, claim_number(3)],
        refused=told.append,
    )
    assert told == ["V000002"]
    assert batch.sets[0].claim_ids == ("V000001", "V000003")
    assert gates_say(stream.getvalue()) == []


def test_a_claim_leaves_the_same_print_wherever_it_is_written() -> None:
    def prints(*claims: Claim) -> dict[str, bytes]:
        batch = write_837(
            io.StringIO(),
            ENVELOPE,
            submitter=SUBMITTER,
            receiver=RECEIVER,
            billing=BILLING,
            payer=PAYER,
            claims=claims,
            per_set=2,
        )
        return {
            claim_id: one
            for written in batch.sets
            for claim_id, one in zip(written.claim_ids, written.prints, strict=True)
        }

    first, second = claim_number(1), replace(claim_number(2), dependent=CHILD)
    alone, among = prints(second), prints(claim_number(7), first, second)
    assert alone["V000002"] == among["V000002"]
    assert alone["V000002"] != prints(replace(second, note="changed"))["V000002"]
