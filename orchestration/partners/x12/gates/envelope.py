"""What stands around the transaction sets: headers, trailers, their numbers and counts.

Gate 1 sees each set in an envelope made for it, so the file's own envelope is judged here.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from orchestration.partners.x12.gates.finding import Finding

GUIDES: Final = {"005010X222A1": "P", "005010X223A2": "I"}

_WIDTHS: Final = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)
_CONTROL: Final = re.compile(r"[0-9]{1,9}")
_DAY: Final = re.compile(r"[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])")
_TIME: Final = re.compile(r"([01][0-9]|2[0-3])[0-5][0-9]([0-5][0-9]([0-9]{1,2})?)?")

_MENDS: Final = {
    "not_x12": "The file holds no interchange header: it is no claim file.",
    "not_ascii": "The file holds bytes outside ASCII: pass every text through the cleaning.",
    "byte_order_mark": "Write the file without a byte order mark.",
    "header_unreadable": "The interchange header cannot be read: write the file again.",
    "header_element_width": "Each element of the interchange header has its own fixed width.",
    "header_date_wrong": "Not a valid date.",
    "header_time_wrong": "Not a valid time.",
    "header_code_wrong": "The code is not one the guide lists for this element.",
    "header_control_not_digits": "A control number is made of digits.",
    "group_control_has_leading_zero": "A group's control number has no leading zeros.",
    "separators_not_distinct": "Each separator must be a character of its own.",
    "repetition_separator_is_a_letter": "ISA11 must be the repetition separator, not a letter.",
    "guide_unknown": "GS08 must be 005010X222A1 or 005010X223A2.",
    "second_interchange": "Send one interchange in one file.",
    "text_outside_interchange": "Nothing may stand before, between or behind interchanges.",
    "segment_blank": "Take the empty segment out.",
    "segment_outside_set": "A segment stands outside of every transaction set: write it again.",
    "last_segment_unterminated": "The file ends inside a segment: write it again.",
    "set_too_large": "Put at most 5,000 claims into a transaction set.",
    "set_control_repeated": "Give each transaction set of the group its own number.",
    "set_trailer_missing": "The transaction set has no end: write the file again.",
    "group_trailer_missing": "The group has no end: write the file again.",
    "group_count_wrong": "GE01 must count the group's transaction sets.",
    "group_control_differs": "GE02 must equal GS06, character for character.",
    "group_control_repeated": "Give each group of the interchange its own number.",
    "group_missing": "A transaction set must stand in a group.",
    "interchange_trailer_missing": "The interchange has no end: write the file again.",
    "interchange_count_wrong": "IEA01 must count the interchange's groups.",
    "interchange_control_differs": "IEA02 must equal ISA13.",
    "no_transaction_set": "There is no claim in this file.",
}


class Envelope:
    """Judges one file's headers and trailers as they pass by."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.padded_header = ""
        self._interchanges = 0
        self._isa13 = self._gs06 = self._st02 = ""
        self._groups: list[str] = []
        self._sets: list[str] = []
        self._set_count = 0
        self._in_group = self._in_set = False
        self._act: dict[str, Callable[[Sequence[str]], None]] = {
            "GS": self._begin_group,
            "ST": self._begin_set,
            "SE": self._end_set,
            "GE": self._end_group,
            "IEA": self._end_interchange,
            "ISA": self._cut_short,
            "": self._cut_short,
        }

    def add(self, rule: str, segment: str, element: str = "", control: str = "") -> None:
        """Hold something against the file; the same thing is said once."""
        found = Finding(segment, element, "", rule, _MENDS[rule], set_control=control)
        if found not in self.findings:
            self.findings.append(found)

    def stray_text(self) -> None:
        """Something stands where only an interchange may."""
        self.add("text_outside_interchange", "ISA")

    def begin_interchange(self, isa: Sequence[str], separator: str) -> None:
        """Judge the header and make ``padded_header`` of it, which a validator can read."""
        self._interchanges += 1
        if self._interchanges > 1:
            self.add("second_interchange", "ISA")
        for place, (text, width) in enumerate(zip(isa[1:], _WIDTHS, strict=True), start=1):
            if len(text) != width:
                self.add("header_element_width", "ISA", f"ISA{place:02d}")
        self._judge_header(isa, separator)
        self._isa13 = isa[13]
        self._groups = []
        padded = (
            text[-width:] if place == 9 else text[:width].ljust(width)  # noqa: PLR2004 - ISA09
            for place, (text, width) in enumerate(zip(isa[1:], _WIDTHS, strict=True), start=1)
        )
        self.padded_header = separator.join((isa[0], *padded))

    def see(self, name: str, elements: Sequence[str]) -> None:
        """Take note of a header or trailer; no name stands for the end of what can be read."""
        if self._in_set and name != "SE":
            self.add("set_trailer_missing", "SE", control=self._st02)
            self._in_set = False
        if self._in_group and name in {"GS", "IEA", "ISA", ""}:
            self.add("group_trailer_missing", "GE")
            self._in_group = False
        self._act[name](elements)

    def end_file(self) -> None:
        """Judge the file as a whole."""
        if not self._interchanges and not any(one.segment == "ISA" for one in self.findings):
            self.add("not_x12", "")
        elif not self._interchanges:
            self.add("not_x12", "ISA")
        elif not self._set_count:
            self.add("no_transaction_set", "ST")

    def _judge_header(self, isa: Sequence[str], separator: str) -> None:
        if not _DAY.fullmatch(isa[9][-6:]):
            self.add("header_date_wrong", "ISA", "ISA09")
        if not _TIME.fullmatch(isa[10]):
            self.add("header_time_wrong", "ISA", "ISA10")
        if isa[11].isalnum():
            self.add("repetition_separator_is_a_letter", "ISA", "ISA11")
        elif len({isa[11], isa[16], separator}) < len(("repetition", "component", "element")):
            self.add("separators_not_distinct", "ISA", "ISA11")
        if not _CONTROL.fullmatch(isa[13]):
            self.add("header_control_not_digits", "ISA", "ISA13")
        for place, codes in ((12, ("00501",)), (14, ("0", "1")), (15, ("T", "P"))):
            if isa[place] not in codes:
                self.add("header_code_wrong", "ISA", f"ISA{place}")

    def _begin_group(self, gs: Sequence[str]) -> None:
        at = _elements(gs, 8)
        self._gs06, self._in_group = at[6], True
        self._sets = []
        if at[6] in self._groups:
            self.add("group_control_repeated", "GS", "GS06")
        self._groups.append(at[6])
        if at[1] != "HC":
            self.add("header_code_wrong", "GS", "GS01")
        if not (len(at[4]) == len("YYYYMMDD") and _DAY.fullmatch(at[4][2:]) and at[4].isdigit()):
            self.add("header_date_wrong", "GS", "GS04")
        if not _TIME.fullmatch(at[5]):
            self.add("header_time_wrong", "GS", "GS05")
        if not _CONTROL.fullmatch(at[6]):
            self.add("header_control_not_digits", "GS", "GS06")
        elif at[6].startswith("0"):
            self.add("group_control_has_leading_zero", "GS", "GS06")
        if at[7] != "X":
            self.add("header_code_wrong", "GS", "GS07")
        if at[8] not in GUIDES:
            self.add("guide_unknown", "GS", "GS08")

    def _begin_set(self, st: Sequence[str]) -> None:
        at = _elements(st, 3)
        self._set_count += 1
        self._in_set = True
        self._st02 = at[2] if _CONTROL.fullmatch(at[2]) else ""
        if not self._in_group:
            self.add("group_missing", "GS")
        if at[2] in self._sets:
            self.add("set_control_repeated", "ST", "ST02", self._st02)
        self._sets.append(at[2])

    def _end_set(self, _se: Sequence[str]) -> None:
        if not self._in_set:
            self.add("segment_outside_set", "SE")
        self._in_set = False

    def _end_group(self, ge: Sequence[str]) -> None:
        at = _elements(ge, 2)
        if not self._in_group:
            self.add("group_missing", "GE")
            return
        self._in_group = False
        if not _counts(at[1], len(self._sets)):
            self.add("group_count_wrong", "GE", "GE01")
        if at[2] != self._gs06:
            self.add("group_control_differs", "GE", "GE02")

    def _end_interchange(self, iea: Sequence[str]) -> None:
        at = _elements(iea, 2)
        if not _counts(at[1], len(self._groups)):
            self.add("interchange_count_wrong", "IEA", "IEA01")
        if at[2] != self._isa13:
            self.add("interchange_control_differs", "IEA", "IEA02")

    def _cut_short(self, _nothing: Sequence[str]) -> None:
        self.add("interchange_trailer_missing", "IEA")


def _elements(segment: Sequence[str], count: int) -> list[str]:
    return [*segment, *[""] * (count + 1 - len(segment))]


def _counts(text: str, number: int) -> bool:
    return bool(_CONTROL.fullmatch(text)) and int(text) == number
