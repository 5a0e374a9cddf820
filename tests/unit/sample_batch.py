"""A batch nobody can object to, for the tests to spoil."""

import io
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from orchestration.partners.x12.claim import (
    Address,
    BillingProvider,
    Claim,
    Contact,
    Envelope,
    Payer,
    Person,
    Provider,
    Receiver,
    ServiceLine,
    Submitter,
)
from orchestration.partners.x12.writer import WrittenBatch, write_837

SAMPLES = Path(__file__).parent.parent / "data" / "x12"

STREET = Address("100 Test St", "Columbus", "OH", "432150000")
SUBMITTER = Submitter("Example Home Care LLC", "AGENCY01", Contact("Billing Desk", "6145550100"))
RECEIVER = Receiver("Example Clearinghouse", "CLRHOUSE01")
BILLING = BillingProvider("Example Home Care LLC", "1999999984", "251E00000X", "123456789", STREET)
PAYER = Payer("Example Medicaid Plan", "EXMCD1", "MC")
PERSON = Person(
    "Testperson",
    "Alpha",
    date(1950, 1, 1),
    "F",
    Address("200 Sample Ave", "Columbus", "OH", "432150000"),
    "000000000101",
)
LINE = ServiceLine(
    "V000001-1", "T1019", Decimal("68.00"), Decimal(16), date(2026, 2, 26), date(2026, 2, 26)
)
CLAIM = Claim("V000001", Decimal("68.00"), PERSON, ("R69",), (LINE,), prior_auth="AUTH0001")
ENVELOPE = Envelope(
    101,
    101,
    datetime(2026, 3, 2, 6, 15, tzinfo=UTC),
    "T",
    "AGENCY01",
    "CLRHOUSE01",
    "B20260302A",
)


def claim_number(number: int) -> Claim:
    claim_id = f"V{number:06d}"
    return replace(CLAIM, claim_id=claim_id, lines=(replace(LINE, line_key=f"{claim_id}-1"),))


def written(
    claims: Iterable[Claim],
    *,
    envelope: Envelope = ENVELOPE,
    billing: BillingProvider = BILLING,
    per_set: int = 1000,
) -> tuple[str, WrittenBatch]:
    stream = io.StringIO()
    batch = write_837(
        stream,
        envelope,
        submitter=SUBMITTER,
        receiver=RECEIVER,
        billing=billing,
        payer=PAYER,
        claims=claims,
        per_set=per_set,
    )
    return stream.getvalue(), batch


def every_kind_of_claim() -> list[Claim]:
    """One claim for each turn the writer can take."""
    first = LINE.from_date
    odd_lines = (
        replace(LINE, line_key="L-1", modifiers=("U1", "U2", "U3", "U4"), units=Decimal("0.5")),
        replace(LINE, line_key="L-2", to_date=date(2026, 2, 28), diagnosis_pointers=(2, 1)),
        replace(LINE, line_key="L-3", prior_auth="AUTH0002", charge=Decimal("0.70")),
        replace(LINE, line_key="L-4", from_date=first, unit_code="MJ", units=Decimal("1E+2")),
    )
    kinds = (
        {"frequency": "7", "payer_claim_number": "ICN0000001"},
        {"frequency": "8", "payer_claim_number": "ICN0000002", "prior_auth": None},
        {"diagnoses": ("F0390", "R69"), "lines": odd_lines, "total": Decimal("204.7")},
        {"rendering": Provider("Carer", "Nia", "1999999984", "374U00000X")},
        {"rendering": Provider("Carer", "Nia", secondary_id="AIDE0001")},
        {"rendering": Provider("Other Agency", npi="1999999984")},
        {"subscriber": replace(PERSON, middle="Q", last="Ødegård", address=STREET)},
    )
    return [
        replace(claim_number(number), **changes)  # type: ignore[arg-type]  # fields by name
        for number, changes in enumerate(kinds, start=1)
    ]
