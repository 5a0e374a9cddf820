"""TA1 and 999: was the file taken in, and which of its sets, claims and segments were not."""

import re
from dataclasses import replace
from typing import Final

from orchestration.partners.x12.gates.guide_report import known_segment
from orchestration.partners.x12.interchanges import Seg
from orchestration.partners.x12.reply_rows import (
    Outcome,
    Reading,
    ReplyRow,
    Trouble,
    is_code,
)

# E means "accepted, errors noted": the claims go on. M, W and X are failures of security.
_VERDICTS: Final[dict[str, Outcome]] = {
    "A": "accepted",
    "E": "accepted_with_errors",
    "P": "partial",
    "R": "rejected",
    "M": "rejected",
    "W": "rejected",
    "X": "rejected",
}
_TA1_VERDICTS: Final[dict[str, Outcome]] = {
    verdict: _VERDICTS[verdict] for verdict in ("A", "E", "R")
}
_ELEMENT_POSITION: Final = re.compile(r"[0-9]{1,2}")
_SEGMENT_POSITION: Final = re.compile(r"[0-9]{1,9}")
_CONTROL: Final = re.compile(r"[0-9]{1,9}")


def interchange_row(seg: Seg) -> ReplyRow | None:
    """What a TA1 says about our interchange, or None if it says nothing clear."""
    outcome = _TA1_VERDICTS.get(seg.at(4))
    if outcome is None or not _CONTROL.fullmatch(seg.at(1)):
        return None
    codes = (seg.at(5),) if is_code(seg.at(5)) else ()
    return ReplyRow("TA1", "interchange", seg.at(1).zfill(9), outcome, codes)


class Reader999:
    """Reads one 999, which answers one functional group.

    A place in error becomes a row of the claim if the 999 names the claim, else of the segment;
    it shares the verdict on its set. The data the 999 echoes (IK404) is left where it is.
    """

    def __init__(self) -> None:
        self._reading = Reading()
        self._group = ""
        self._group_judged = False
        self._set = ""
        self._set_open = False
        self._places: list[ReplyRow] = []
        self._place_has_element = False

    def feed(self, seg: Seg) -> None:
        """Take one segment in."""
        if seg.name == "AK1":
            self._group = seg.at(2)
        elif seg.name == "AK2":
            self._leave_set()
            self._set, self._set_open = seg.at(2), True
        elif seg.name == "IK3":
            self._begin_place(seg)
        elif seg.name == "CTX":
            self._name_claim(seg)
        elif seg.name == "IK4":
            self._add_element(seg)
        elif seg.name == "IK5":
            self._judge_set(seg)
        elif seg.name == "AK9":
            self._judge_group(seg)

    def finish(self) -> Reading:
        """Say what the 999 said."""
        self._leave_set()
        if not self._group_judged:
            self._reading.unreadable.append(Trouble("verdict_missing", self._group))
        return self._reading

    def _begin_place(self, seg: Seg) -> None:
        position = int(seg.at(2)) if _SEGMENT_POSITION.fullmatch(seg.at(2)) else 0
        self._place_has_element = False
        self._places.append(
            ReplyRow(
                "999",
                "segment",
                self._set,
                "review",
                _codes("IK304", seg.at(4)),
                group_control=self._group,
                set_control=self._set,
                segment=known_segment(seg.at(1)),
                position=position,
            )
        )

    def _name_claim(self, seg: Seg) -> None:
        if not self._places or not seg.at(1).startswith("CLM01"):
            return
        claim_id = seg.part(1, 2)
        if claim_id:
            self._places[-1] = replace(self._places[-1], level="claim", refers_to=claim_id)
        else:
            self._reading.doubts.append(Trouble("claim_unnamed", self._set))

    def _add_element(self, seg: Seg) -> None:
        if not self._places:
            return
        place = self._places[-1]
        if self._place_has_element:  # one row for each element in error
            place = replace(place, codes=tuple(c for c in place.codes if c.startswith("IK304")))
        else:
            self._places.pop()
        element, part = seg.part(1, 1), seg.part(1, 2)
        label = ""
        if _ELEMENT_POSITION.fullmatch(element):
            label = f"{place.segment}{int(element):02d}"
            label += f"-{part}" if _ELEMENT_POSITION.fullmatch(part) else ""
        codes = (*place.codes, *_codes("IK403", seg.at(3)))
        self._places.append(replace(place, element=label, codes=codes))
        self._place_has_element = True

    def _judge_set(self, seg: Seg) -> None:
        outcome = _VERDICTS.get(seg.at(1))
        if outcome is None:
            self._reading.unreadable.append(Trouble("verdict_unreadable", self._set))
        else:
            self._reading.rows.append(
                ReplyRow(
                    "999",
                    "set",
                    self._set,
                    outcome,
                    _codes("IK502", *seg.elements[1:]),
                    group_control=self._group,
                    set_control=self._set,
                )
            )
            self._reading.rows += [replace(place, outcome=outcome) for place in self._places]
        self._places = []
        self._set_open = False

    def _leave_set(self) -> None:
        if self._set_open:
            self._reading.unreadable.append(Trouble("verdict_missing", self._set))
        self._set, self._set_open, self._places = "", False, []

    def _judge_group(self, seg: Seg) -> None:
        self._leave_set()
        self._group_judged = True
        outcome = _VERDICTS.get(seg.at(1))
        if outcome is None:
            self._reading.unreadable.append(Trouble("verdict_unreadable", self._group))
            return
        codes = _codes("AK905", *seg.elements[4:])
        self._reading.rows.append(
            ReplyRow("999", "group", self._group, outcome, codes, group_control=self._group)
        )


def _codes(element: str, *codes: str) -> tuple[str, ...]:
    return tuple(f"{element}:{code}" for code in codes if is_code(code))
