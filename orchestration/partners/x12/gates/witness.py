"""Looks over the validator's shoulder, segment by segment.

It notes whose claim each line is, so that a place in the file becomes a claim, and it reports
what the validator refuses without saying so: elements of the envelope.
"""

from bisect import bisect_right
from dataclasses import replace
from typing import Any, Final

from pyx12.segment import Segment
from pyx12.x12file import X12Reader

from orchestration.partners.x12.gates.finding import (
    Finding,
    known_control,
    known_segment,
    shown_claim_id,
)
from orchestration.partners.x12.gates.guide_report import (
    element_named,
    guide_finding,
    known_code,
)

_ENVELOPE: Final = frozenset({"ISA", "IEA", "GS", "GE", "ST", "SE"})
_CLAIM: Final = frozenset({"HL", "CLM"})
_PERSON_LEVELS: Final = frozenset({"22", "23"})


class Witness:
    """The validator's callback for one document."""

    def __init__(self) -> None:
        self._findings: list[tuple[int, Finding]] = []
        self.first_refused = ("", 0)
        self._latest: tuple[str, X12Reader] | None = None
        self._set_control = ""
        self._person_waits = False
        self._starts = [0]
        self._claims = [""]

    def __call__(self, seg: Segment, src: X12Reader, node: Any, valid: bool) -> None:
        """Take note of one segment; the validator calls this after its own checks."""
        name = seg.get_seg_id() or ""
        self._latest = (name, src)
        if name in _ENVELOPE:
            self._see_envelope(name, seg, node, src.get_cur_line())
        elif name in _CLAIM:
            self._see_claim(name, seg, src.get_cur_line())
        if not valid and not self.first_refused[0]:
            self.first_refused = (self.segment, self.position)

    @property
    def segment(self) -> str:
        """The latest segment's name."""
        return known_segment(self._latest[0]) if self._latest else ""

    @property
    def position(self) -> int:
        """The latest segment's place in its set."""
        return int(self._latest[1].get_seg_count()) if self._latest else 0

    def findings(self) -> list[Finding]:
        """What it found. A claim's name comes after the person, so claims are filled in now."""
        return [replace(one, claim_id=self.claim_at(line)) for line, one in self._findings]

    def claim_at(self, line: int) -> str:
        """The claim that a line of the file belongs to, the person's loop before it included."""
        return self._claims[max(0, bisect_right(self._starts, line) - 1)]

    def _see_claim(self, name: str, seg: Segment, line: int) -> None:
        if name == "HL" and _value(seg, 3) in _PERSON_LEVELS:
            if not self._person_waits:
                self._begin(line, "")
            self._person_waits = True
        elif name == "CLM":
            claim_id = shown_claim_id(_value(seg, 1))
            if self._person_waits:
                self._claims[-1] = claim_id
            else:
                self._begin(line, claim_id)
            self._person_waits = False

    def _see_envelope(self, name: str, seg: Segment, node: Any, line: int) -> None:
        if name == "ST":
            self._set_control = known_control(_value(seg, 2))
        self._person_waits = False
        self._begin(line, "")
        self._recheck(name, seg, node)
        if name == "SE":
            self._set_control = ""

    def _recheck(self, name: str, seg: Segment, node: Any) -> None:
        # the validator refuses over these elements, but its report leaves them out
        if getattr(node, "id", None) != name:
            return
        _, errors = node.is_valid_errors(seg)
        for error in errors:
            if error.map_node is not None:
                element = element_named(name, error.refdes or "")
                self._add(f"guide_element_{known_code(error.err_cde)}", name, element)

    def _begin(self, line: int, claim_id: str) -> None:
        self._starts.append(line)
        self._claims.append(claim_id)

    def _add(self, rule: str, segment: str, element: str) -> None:
        found = guide_finding(
            rule,
            segment,
            element=element,
            set_control=self._set_control,
            position=self.position if self._set_control else 0,
        )
        self._findings.append((0, found))


def _value(seg: Segment, position: int) -> str:
    return str(seg.elements[position - 1].format()) if position <= len(seg.elements) else ""
