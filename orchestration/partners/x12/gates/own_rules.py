"""Gates 2 and 3: what a second reader makes of a set is held against our own rules.

The rules are tables in ``rules_of_sets``, ``rules_of_claims``, ``rules_of_lines``,
``rules_of_parties`` and ``rules_of_segments``; a new rule is a new entry. They look at what would
be sent, byte for byte, whoever wrote it.
"""

import functools
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from orchestration.partners.x12.gates import shapes
from orchestration.partners.x12.gates.finding import Finding
from orchestration.partners.x12.gates.reading import Loop, Seg, SetRead
from orchestration.partners.x12.gates.rule import Rule, Subject
from orchestration.partners.x12.gates.rules_of_claims import CLAIM_RULES
from orchestration.partners.x12.gates.rules_of_lines import LINE_RULES, LineOfClaim
from orchestration.partners.x12.gates.rules_of_parties import PARTY_RULES
from orchestration.partners.x12.gates.rules_of_segments import SEGMENT_RULES
from orchestration.partners.x12.gates.rules_of_sets import LEVEL_RULES, SET_RULES, nested
from orchestration.partners.x12.gates.rules_of_texts import (
    CHARACTER_RULES,
    TEXT_RULES,
    Text,
    is_plain,
)


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
    yield from _broken(SET_RULES, read, read, read)
    for at in nested(read):
        yield from _broken(LEVEL_RULES, at, at.level, read)
    for loop in read.loops():
        for party in loop.parties:
            yield from _broken(PARTY_RULES, party, party, read)
    for claim in read.claims:
        yield from _broken(CLAIM_RULES, claim, claim, read)
        for line in claim.lines:
            yield from _broken(LINE_RULES, LineOfClaim(claim, line), line, read)


def _of_segments(
    read: SetRead, repetition: str, service_codes: Collection[str] | None
) -> Iterator[Finding]:
    header = read.first("BHT")
    written = shapes.day(header[4]) if header else None
    characters = (
        () if is_plain((seg.text for seg in read.all_segs), repetition) else CHARACTER_RULES
    )
    for seg in read.all_segs:
        for rule in _broken_alone(seg.text, seg.element, seg.component):
            yield _finding(rule, seg, read)
        for told in (*characters, *TEXT_RULES.get(seg.name, ())):
            text = Text(seg, repetition, written, service_codes)
            if told.is_broken_by(text):
                yield _finding(told, seg, read, _element_at_fault(told, text))


@functools.lru_cache(maxsize=1 << 14)
def _broken_alone(text: str, element: str, component: str) -> tuple[Rule[Seg], ...]:
    """The rules a segment breaks by itself; the same segments come again and again."""
    seg = Seg(0, text, text.split(element), element, component)
    return tuple(rule for rule in SEGMENT_RULES.get(seg.name, ()) if rule.is_broken_by(seg))


def _element_at_fault(rule: Rule[Text], text: Text) -> str:
    if rule.segment:
        return rule.element
    seg = text.seg
    for position, element in enumerate(seg.elements[1:], start=1):
        alone = replace(seg, elements=(seg.name, element))
        if rule.is_broken_by(text._replace(seg=alone)):
            return f"{seg.known_name}{position:02d}"
    return ""


def _broken(
    rules: Iterable[Rule[Subject]], subject: Subject, loop: Loop, read: SetRead
) -> Iterator[Finding]:
    for rule in rules:
        if rule.is_broken_by(subject):
            yield _finding(rule, _place(loop, rule.segment), read)


def _place(loop: Loop, name: str) -> Seg:
    """The segment of a loop where a defect shows, or would show if it were there."""
    return loop.head if loop.head.name == name else loop.first(name) or loop.head


def _finding(rule: Rule[Subject], seg: Seg, read: SetRead, element: str = "") -> Finding:
    owners = read.owners()
    claim_id, line_key = owners.of(seg.place)
    segment = rule.segment or seg.known_name
    element = element or (rule.element if rule.segment else f"{segment}{rule.element}")
    return Finding(
        *(segment, element, claim_id, rule.name, rule.mend, line_key),
        set_control=owners.set_control,
        position=seg.place,
    )
