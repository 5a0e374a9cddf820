"""Gates 2 and 3: what a second reader makes of a set is held against our own rules.

The rules are tables in ``rules_of_sets``, ``rules_of_claims``, ``rules_of_lines``,
``rules_of_parties`` and ``rules_of_segments``; a new rule is a new entry. They look at what would
be sent, byte for byte, whoever wrote it.
"""

from collections.abc import Collection, Iterable, Iterator

from orchestration.partners.x12.gates import shapes
from orchestration.partners.x12.gates.finding import Finding
from orchestration.partners.x12.gates.reading import Loop, Owners, Seg, SetRead
from orchestration.partners.x12.gates.rule import Rule, Subject
from orchestration.partners.x12.gates.rules_of_claims import CLAIM_RULES
from orchestration.partners.x12.gates.rules_of_lines import LINE_RULES, LineOfClaim
from orchestration.partners.x12.gates.rules_of_parties import PARTY_RULES
from orchestration.partners.x12.gates.rules_of_segments import SEGMENT_RULES
from orchestration.partners.x12.gates.rules_of_sets import LEVEL_RULES, SET_RULES, nested
from orchestration.partners.x12.gates.rules_of_texts import TEXT_RULES, Text


def own_findings(
    read: SetRead, repetition: str = "^", service_codes: Collection[str] | None = None
) -> Iterator[Finding]:
    """Everything our own rules hold against a set.

    Args:
        read: The set, as the second reader reads it.
        repetition: The interchange's repetition separator, which no value may hold.
        service_codes: The codes the agency bills; none given, none asked.
    """
    yield from _of_segments(read, repetition, service_codes)
    owners = read.owners()
    yield from _broken(SET_RULES, read, read, owners)
    for at in nested(read):
        yield from _broken(LEVEL_RULES, at, at.level, owners)
    for loop in read.loops():
        for party in loop.parties:
            yield from _broken(PARTY_RULES, party, party, owners)
    for claim in read.claims:
        yield from _broken(CLAIM_RULES, claim, claim, owners)
        for line in claim.lines:
            yield from _broken(LINE_RULES, LineOfClaim(claim, line), line, owners)


def _of_segments(
    read: SetRead, repetition: str, service_codes: Collection[str] | None
) -> Iterator[Finding]:
    owners = read.owners()
    header = read.first("BHT")
    written = shapes.day(header[4]) if header else None
    for seg in read.all_segs:
        for rule in SEGMENT_RULES.get(seg.name, ()):
            if rule.is_broken_by(seg):
                yield _finding(rule, seg, owners)
        text = Text(seg, repetition, written, service_codes)
        for told in TEXT_RULES:
            if told.is_broken_by(text):
                yield _finding(told, seg, owners, _element_at_fault(told, text))


def _element_at_fault(rule: Rule[Text], text: Text) -> str:
    if rule.segment:
        return rule.element
    seg = text.seg
    for position, element in enumerate(seg.elements[1:], start=1):
        alone = Seg(seg.place, (seg.name, element), seg.component)
        if rule.is_broken_by(text._replace(seg=alone)):
            return f"{seg.known_name}{position:02d}"
    return ""


def _broken(
    rules: Iterable[Rule[Subject]], subject: Subject, loop: Loop, owners: Owners
) -> Iterator[Finding]:
    for rule in rules:
        if rule.is_broken_by(subject):
            yield _finding(rule, _place(loop, rule.segment), owners)


def _place(loop: Loop, name: str) -> Seg:
    """The segment of a loop where a defect shows, or would show if it were there."""
    return loop.head if loop.head.name == name else loop.first(name) or loop.head


def _finding(rule: Rule[Subject], seg: Seg, owners: Owners, element: str = "") -> Finding:
    claim_id, line_key = owners.of(seg.place)
    segment = rule.segment or seg.known_name
    element = element or (rule.element if rule.segment else f"{segment}{rule.element}")
    return Finding(
        *(segment, element, claim_id, rule.name, rule.mend, line_key),
        set_control=owners.set_control,
        position=seg.place,
    )
