"""Defects of a service line, judged with its claim at hand: pointers point into the claim."""

from typing import Final, NamedTuple

from orchestration.partners.x12.gates import shapes
from orchestration.partners.x12.gates.reading import Claim, Line, Loop
from orchestration.partners.x12.gates.rule import Rule

_DIAGNOSES: Final = frozenset({"ABK", "ABF", "BK", "BF"})  # ICD-9 is told by another rule


class LineOfClaim(NamedTuple):
    """A line and the claim it stands in."""

    claim: Claim
    line: Line


def _diagnoses(claim: Claim) -> int:
    return sum(
        element.split(seg.component)[0] in _DIAGNOSES
        for seg in claim.all("HI")
        for element in seg.elements[1:]
    )


def _points_nowhere(at: LineOfClaim) -> bool:
    service = at.line.first("SV1")
    if service is None or not service[7]:
        return False
    most = _diagnoses(at.claim)
    return any(
        not (one.isascii() and one.isdigit() and 1 <= int(one) <= most) for one in service.parts(7)
    )


def _other_payers(claim: Claim) -> set[str]:
    payers = (other.party("PR") for other in claim.others)
    return {payer.head[9] for payer in payers if payer}


def _judgement_differs(judgement: Loop, charge: str) -> bool:
    adjusted = [
        shapes.amount(seg[place]) or 0
        for seg in judgement.all("CAS")
        for place in (3, 6, 9, 12, 15, 18)
    ]
    asked, paid = shapes.amount(charge), shapes.amount(judgement.head[2])
    return asked is not None and paid is not None and asked != paid + sum(adjusted)


def _charge(line: Line) -> str:
    service = line.service
    if service is None:
        return ""
    return service[2 if service.name == "SV1" else 3]


LINE_RULES: Final[tuple[Rule[LineOfClaim], ...]] = (
    Rule(
        "diagnosis_pointer_dangling",
        "SV1",
        "SV107",
        "The line points at a diagnosis the claim does not have.",
        _points_nowhere,
    ),
    Rule(
        "line_judged_by_unknown_payer",
        "SVD",
        "SVD01",
        "The line tells what a payer paid whom the claim does not name: name it.",
        lambda at: (
            bool(at.line.judgements)
            and any(one.head[1] not in _other_payers(at.claim) for one in at.line.judgements)
        ),
    ),
    Rule(
        "line_judgement_does_not_balance",
        "SVD",
        "SVD02",
        "What the other payer paid and took off must add up to the line's charge.",
        lambda at: any(_judgement_differs(one, _charge(at.line)) for one in at.line.judgements),
    ),
)
