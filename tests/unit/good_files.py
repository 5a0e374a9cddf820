"""Good claim files for the gates' tests to spoil, and the gates' word on any bytes."""

import io
from dataclasses import replace
from decimal import Decimal

from orchestration.partners.x12.claim import Provider
from orchestration.partners.x12.gates.checking import FileCheck
from orchestration.partners.x12.gates.finding import Finding
from orchestration.partners.x12.gates.gatekeepers import Gatekeepers
from orchestration.partners.x12.gates.judging import Asked
from tests.unit.sample_batch import LINE, claim_number, written

AIDE = Provider("Carer", "Nia", "1999999984", "374U00000X")


def gates_say(document: str | bytes, asked: Asked | None = None) -> list[Finding]:
    """What the three gates hold against a file, judged in this program."""
    data = document.encode("latin-1") if isinstance(document, str) else document
    return list(FileCheck(Gatekeepers(0), asked or Asked()).findings(io.BytesIO(data)))


def three_claims() -> str:
    """Three claims: one of three lines, one with a caregiver, one replacement."""
    lines = tuple(
        replace(
            LINE,
            line_key=f"V000001-{number}",
            modifiers=("U1",),
            charge=Decimal(charge),
            from_date=LINE.from_date.replace(day=23 + number),
            to_date=LINE.from_date.replace(day=23 + number),
        )
        for number, charge in ((1, "110.4"), (2, "68"), (3, "68"))
    )
    claims = (
        replace(claim_number(1), lines=lines, total=Decimal("246.4"), diagnoses=("F0390", "I10")),
        replace(claim_number(2), rendering=AIDE),
        replace(claim_number(3), frequency="7", payer_claim_number="ICN0000001"),
    )
    return written(claims)[0]


def recounted(text: str) -> str:
    """The file with its sets' counts put right, as a writer that counts would leave it."""
    out, count = [], 0
    for segment in text.split("~"):
        name = segment.strip().split("*", 1)[0]
        count = 1 if name == "ST" else count + 1
        if name == "SE":
            lead, control = segment[: segment.index("SE")], segment.split("*")[2]
            out.append(f"{lead}SE*{count}*{control}")
        else:
            out.append(segment)
    return "~".join(out)
