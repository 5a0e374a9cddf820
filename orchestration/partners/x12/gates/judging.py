"""One transaction set in front of all three gates."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Final

from orchestration.partners.x12.gates.alone import claims_alone
from orchestration.partners.x12.gates.document import SetText
from orchestration.partners.x12.gates.finding import Finding, shown_claim_id
from orchestration.partners.x12.gates.guide import STOPPED, guide_findings
from orchestration.partners.x12.gates.own_rules import own_findings
from orchestration.partners.x12.gates.reading import SetRead, read_set
from orchestration.partners.x12.gates.tally import ClaimCount

_ASCII_ONLY: Final = "ascii"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gates found in one set, and what is in it.

    Args:
        control: The set's control number, as it stands there.
        findings: In the order of the set.
        claims: What the second reader counted, in the order of the set.
    """

    control: str
    findings: tuple[Finding, ...]
    claims: tuple[ClaimCount, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """How somebody wants a file judged.

    Args:
        with_text: Whether findings shall quote the segments they are about.
        service_codes: The codes the agency bills, if others shall be told.
    """

    with_text: bool = False
    service_codes: frozenset[str] | None = None


def judged(one: SetText, asked: Asked = Asked()) -> Verdict:
    """Put one set through the gates."""
    read = read_set_of(one)
    found = [*_of_guide(one, read), *_own(one, read, asked)]
    found.sort(key=lambda finding: (finding.position, finding.rule))
    if asked.with_text:
        found = [_quoting(finding, one) for finding in found]
    return Verdict(read.control, tuple(found), claim_counts(read))


def _of_guide(one: SetText, read: SetRead) -> list[Finding]:
    """What gate 1 finds; where it cannot go on, claim by claim, so that it sees all of them."""
    found = guide_findings(_wrapped(one, read))
    if STOPPED not in {finding.rule for finding in found} or not read.claims:
        return found
    found = []
    for part in claims_alone(one, read):
        for finding in guide_findings(_wrapped(part.text, read)):
            claim_id = finding.claim_id or shown_claim_id(part.claim_id)
            found.append(replace(part.placed(finding), claim_id=claim_id))
    return found


def _own(one: SetText, read: SetRead, asked: Asked) -> Iterator[Finding]:
    return own_findings(read, one.separators.repetition, asked.service_codes)


def read_set_of(one: SetText) -> SetRead:
    """The set as the second reader reads it."""
    return read_set(one.segments, one.separators.element, one.separators.component, one.group)


def claim_counts(read: SetRead) -> tuple[ClaimCount, ...]:
    """What the second reader counts, claim by claim."""
    return tuple(
        ClaimCount(claim.claim_id, len(claim.lines), _amount(claim.head[2]))
        for claim in read.claims
    )


def _wrapped(one: SetText, read: SetRead) -> bytes:
    """The set in an envelope of its own, which holds nothing else."""
    cut = one.separators
    group_control = (one.group.split(cut.element) + [""] * 7)[6]
    trailers = (f"GE{cut.element}1{cut.element}{group_control}", f"IEA{cut.element}1{cut.element}")
    group = (one.group, trailers[0]) if one.group else ()
    control = (one.header.split(cut.element) + [""] * 14)[13]
    lines = (one.header, *group[:1], *one.segments, *group[1:], trailers[1] + control)
    text = cut.terminator.join(lines) + cut.terminator
    return text.encode(_ASCII_ONLY, "replace")


def _quoting(finding: Finding, one: SetText) -> Finding:
    there = 0 < finding.position <= len(one.segments)
    return replace(finding, quoted=one.segments[finding.position - 1]) if there else finding


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return Decimal(0)
    return amount if amount.is_finite() else Decimal(0)
