"""Looks over the validator's shoulder, segment by segment.

It notes whose claim each line is, so that a place in the file becomes a claim, and it reports
what the validator refuses without saying so or lets pass: elements of the envelope, separators
inside a value, a second interchange, text behind the last trailer.
"""

import re
from bisect import bisect_right
from dataclasses import replace
from typing import Any, Final, TextIO

from pyx12.segment import Segment
from pyx12.x12file import X12Reader

from orchestration.partners.x12.gates.finding import Finding, known_control, shown_claim_id
from orchestration.partners.x12.gates.guide_report import (
    element_named,
    guide_finding,
    known_code,
    known_segment,
)

_ENVELOPE: Final = frozenset({"ISA", "IEA", "GS", "GE", "ST", "SE"})
_PERSON_LEVELS: Final = frozenset({"22", "23"})
_PLAIN: Final = re.compile(r"[ !-\]_-}]*")  # printable ASCII without ^ and ~


class Witness:
    """The validator's callback for one document."""

    def __init__(self) -> None:
        self._findings: list[tuple[int, Finding]] = []
        self.segment = ""
        self.position = 0
        self.first_refused = ("", 0)
        self._set_control = ""
        self._guide = ""
        self._interchanges = 0
        self._interchange_closed = False
        self._person_waits = False
        self._reader: X12Reader | None = None
        self._starts = [0]
        self._claims = [""]

    def __call__(self, seg: Segment, src: X12Reader, node: Any, valid: bool) -> None:
        """Take note of one segment; the validator calls this after its own checks."""
        name = seg.get_seg_id() or ""
        line = src.get_cur_line()
        self._reader = src
        self.segment = known_segment(name)
        self.position = src.get_seg_count()
        if name in _ENVELOPE:
            self._see_envelope(name, seg, node, line)
        else:
            self._see_claim(name, seg, line)
        if name != "ISA" and not _PLAIN.fullmatch(seg.format("", "", "")):
            self._name_bad_characters(seg, line)
        if not valid and not self.first_refused[0]:
            self.first_refused = (self.segment, self.position)

    def findings(self) -> list[Finding]:
        """What it found. A claim's name comes after the person, so claims are filled in now."""
        return [replace(one, claim_id=self.claim_at(line)) for line, one in self._findings]

    def claim_at(self, line: int) -> str:
        """The claim that a line of the file belongs to, the person's loop before it included."""
        return self._claims[max(0, bisect_right(self._starts, line) - 1)]

    def look_behind(self, document: TextIO) -> None:
        """Report what stands behind the interchange, where the validator does not look."""
        if not self._interchange_closed or self._reader is None:
            return
        if self._reader.raw.buffer.strip() or document.read(4096).strip():
            self._add("text_after_interchange", "IEA")

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
        if name == "ISA":
            self._interchanges += 1
            if self._interchanges > 1:
                self._add("second_interchange", "ISA")
            if _value(seg, 11).isalnum():
                self._add("repetition_separator_is_a_letter", "ISA", element="ISA11")
        elif name == "GS":
            self._guide = _value(seg, 8)
        elif name == "ST":
            self._set_control = known_control(_value(seg, 2))
            if _value(seg, 3) != self._guide:
                self._add("set_names_other_guide_than_group", "ST", element="ST03")
        self._interchange_closed = name == "IEA"
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
                self._add(f"guide_element_{known_code(error.err_cde)}", name, element=element)

    def _name_bad_characters(self, seg: Segment, line: int) -> None:
        for _, ordinal, part, value in seg.values_iterator():
            if not _PLAIN.fullmatch(value):
                element = f"{self.segment}{ordinal}" + (f"-{part}" if part else "")
                self._add("character_not_sendable", self.segment, element=element, line=line)

    def _begin(self, line: int, claim_id: str) -> None:
        self._starts.append(line)
        self._claims.append(claim_id)

    def _add(self, rule: str, segment: str, *, element: str = "", line: int = 0) -> None:
        found = guide_finding(
            rule,
            segment,
            element=element,
            set_control=self._set_control,
            position=self.position if self._set_control else 0,
        )
        self._findings.append((line, found))


def _value(seg: Segment, position: int) -> str:
    return str(seg.elements[position - 1].format()) if position <= len(seg.elements) else ""
