"""The validator's report, reduced to places and codes.

Each entry of pyx12's report quotes the value it is about, and in a broken file even a segment's
name can be a person's ("LEE", "ANN"). So places are checked against closed lists, codes against
their shape, and of a message only the name of an element or loop is kept.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from orchestration.partners.x12.gates.finding import Finding, known_control, known_segment

_MENDS: Final = {
    "guide_interchange_023": "The file is cut short: write it again.",
    "guide_interchange_025": "Give the interchange a control number that was never used.",
    "guide_group_3": "The file is cut short: write it again.",
    "guide_set_2": "The file is cut short: write it again.",
    "guide_set_3": "ST02 and SE02 must be the same.",
    "guide_set_4": "A segment was lost or split: look for a separator inside a text.",
    "guide_set_23": "Give each transaction set of the file its own number.",
    "guide_segment_1": "This segment may not stand here: check the order of segments.",
    "guide_segment_2": "The guide does not use this segment here: leave it out.",
    "guide_segment_3": "A segment or loop that must be here is missing: fill what it is made of.",
    "guide_segment_4": "The loop is repeated too often: split the claim.",
    "guide_segment_5": "The segment is repeated too often: keep one.",
    "guide_segment_8": "Elements that need each other are not all filled, or there are too many.",
    "guide_segment_SEG1": "Take the empty elements off the segment's end.",
    "guide_element_1": "Fill this element: it must not be blank.",
    "guide_element_4": "The value is too short.",
    "guide_element_5": "The value is too long.",
    "guide_element_6": "The value holds a character this element may not hold.",
    "guide_element_7": "The code is not one the guide lists for this element.",
    "guide_element_8": "Not a valid date.",
    "guide_element_9": "Not a valid time.",
    "guide_element_10": "The guide does not use this element here: leave it blank.",
    "not_x12": "The file does not begin with an interchange header: write it again.",
    "not_ascii": "The file holds bytes outside ASCII: pass every text through the cleaning.",
    "guide_not_known": "GS01, GS08 or ISA12 names a guide nobody here has: correct the header.",
    "validator_stopped": "The validator could not read past this place: the structure is broken.",
    "validator_gave_no_reason": "Refused without a reason: compare the envelope with a good file.",
}
_MEND_OTHERWISE: Final = "Compare this place with the guide."

_CODE: Final = re.compile(r"[A-Z0-9]{1,4}")
_MISSING_LOOP: Final = re.compile(r'loop "[^"]*" \((\d{4}[A-Z]{0,2})\) missing$')
_ELEMENT: Final = re.compile(r"\b([A-Z][A-Z0-9]{1,2})(\d\d)(?:-(\d{1,2}))?\b")
_MISSING: Final = "3"


def guide_finding(
    rule: str,
    segment: str = "",
    *,
    element: str = "",
    claim_id: str = "",
    set_control: str = "",
    position: int = 0,
) -> Finding:
    """A finding against the file, with the sentence that mends it."""
    mend = _MENDS.get(rule, _MEND_OTHERWISE)
    return Finding(
        segment, element, claim_id, rule, mend, set_control=set_control, position=position
    )


def known_code(code: object) -> str:
    """The error code if it is shaped like one."""
    return str(code) if _CODE.fullmatch(str(code)) else "unknown"


def element_named(segment: str, text: str) -> str:
    """The first element of this segment that a text of the validator names."""
    for name, position, part in _ELEMENT.findall(text):
        if name == segment:
            return f"{name}{position}" + (f"-{int(part)}" if part else "")
    return ""


def reported_findings(report: str, claim_at: Callable[[int], str]) -> Iterator[Finding]:
    """Each entry of the JSON report as a finding; ``claim_at`` knows whose line it is."""
    document = json.loads(report) if report else {"interchanges": []}
    for interchange in document["interchanges"]:
        for error in interchange["errors"]:
            yield guide_finding(f"guide_interchange_{known_code(error['err_cde'])}", "ISA")
        for group in interchange["groups"]:
            for error in group["errors"]:
                yield guide_finding(f"guide_group_{known_code(error['err_cde'])}", "GS")
            for transaction in group["transactions"]:
                yield from _set_findings(transaction, claim_at)


def _set_findings(transaction: dict[str, Any], claim_at: Callable[[int], str]) -> Iterator[Finding]:
    control = known_control(transaction["trn_set_control_num"])
    for error in transaction["errors"]:
        rule = f"guide_set_{known_code(error['err_cde'])}"
        yield guide_finding(rule, "ST", set_control=control)
    for segment in transaction["segments"]:
        yield from _segment_findings(segment, control, claim_at)


def _segment_findings(
    segment: dict[str, Any], control: str, claim_at: Callable[[int], str]
) -> Iterator[Finding]:
    name = known_segment(segment["seg_id"])
    position, line = segment["seg_count"] or 0, segment["cur_line"] or 0
    for error in segment["errors"]:
        code = known_code(error["err_cde"])
        # what is missing is noticed at the segment behind the gap, maybe the next claim's first
        yield guide_finding(
            f"guide_segment_{code}",
            name,
            element=_place_named(name, error["err_str"]),
            claim_id=claim_at(line - 1 if code == _MISSING else line),
            set_control=control,
            position=position,
        )
    for element in segment["elements"]:
        for error in element["errors"]:
            yield guide_finding(
                f"guide_element_{known_code(error['err_cde'])}",
                name,
                element=_element_label(name, element["ele_pos"], element["subele_pos"]),
                claim_id=claim_at(line),
                set_control=control,
                position=position,
            )


def _element_label(segment: str, position: object, part: object) -> str:
    if not isinstance(position, int):
        return ""
    return f"{segment}{position:02d}" + (f"-{part}" if isinstance(part, int) else "")


def _place_named(segment: str, message: str) -> str:
    loop = _MISSING_LOOP.search(message)
    return loop.group(1) if loop else element_named(segment, message)
