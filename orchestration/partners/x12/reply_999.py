"""TA1 and 999: was the file taken in, and which of its sets, claims and segments were not."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from orchestration.partners.x12.gates.finding import known_segment
from orchestration.partners.x12.reply_rows import (
    Envelope,
    Outcome,
    ReplyRow,
    Said,
    Seg,
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


def interchange_row(seg: list[str], envelope: Envelope) -> ReplyRow | None:
    """What a TA1 says about our interchange, or None if it says nothing clear."""
    outcome = _TA1_VERDICTS.get(seg[4])
    if outcome is None or not _CONTROL.fullmatch(seg[1]):
        return None
    codes = (seg[5],) if is_code(seg[5]) else ()
    return ReplyRow("TA1", "interchange", seg[1].zfill(9), outcome, codes, envelope=envelope)


class Reader999:
    """Reads one 999, which answers one functional group.

    A place in error becomes a row of the claim if the 999 names the claim, else of the segment;
    it shares the verdict on its set. The data the 999 echoes (IK404) is left where it is.
    """

    def __init__(self, said: Said) -> None:
        self._said = said
        self._group = ""
        self._group_judged = False
        self._set = ""
        self._set_open = False
        self._places: list[ReplyRow] = []
        self._place_has_element = False

    @property
    def takes(self) -> Mapping[str, Callable[[Seg], None]]:
        """Name of a segment to what is done with it."""
        return {
            "AK1": self._open_group,
            "AK2": self._open_set,
            "IK3": self._begin_place,
            "CTX": self._name_claim,
            "IK4": self._add_element,
            "IK5": self._judge_set,
            "AK9": self._judge_group,
        }

    def finish(self) -> None:
        """Say what is missing."""
        self._leave_set()
        if not self._group_judged:
            self._said.trouble("verdict_missing", self._group)

    def _open_group(self, seg: Seg) -> None:
        elements = self._said.elements(seg)
        self._group = elements[2]

    def _open_set(self, seg: Seg) -> None:
        elements = self._said.elements(seg)
        self._leave_set()
        self._set, self._set_open = elements[2], True

    def _begin_place(self, seg: Seg) -> None:
        elements = self._said.elements(seg)
        position = int(elements[2]) if _SEGMENT_POSITION.fullmatch(elements[2]) else 0
        self._place_has_element = False
        self._places.append(
            ReplyRow(
                "999",
                "segment",
                self._set,
                "review",
                _codes("IK304", elements[4]),
                group_control=self._group,
                set_control=self._set,
                segment=known_segment(elements[1]),
                position=position,
                envelope=self._said.envelope,
            )
        )

    def _name_claim(self, seg: Seg) -> None:
        elements = self._said.elements(seg)
        if not self._places or not elements[1].startswith("CLM01"):
            return
        claim_id = self._said.component(elements[1], 2)
        if claim_id:
            self._places[-1] = self._places[-1]._replace(level="claim", refers_to=claim_id)
        else:
            self._said.trouble("claim_unnamed", self._set, seg)

    def _add_element(self, seg: Seg) -> None:
        elements = self._said.elements(seg)
        if not self._places:
            return
        place = self._places[-1]
        if self._place_has_element:  # one row for each element in error
            place = place._replace(codes=tuple(c for c in place.codes if c.startswith("IK304")))
        else:
            self._places.pop()
        element, _, part = elements[1].partition(self._said.component_separator)
        label = ""
        if _ELEMENT_POSITION.fullmatch(element):
            label = f"{place.segment}{int(element):02d}"
            label += f"-{part}" if _ELEMENT_POSITION.fullmatch(part) else ""
        codes = (*place.codes, *_codes("IK403", elements[3]))
        self._places.append(place._replace(element=label, codes=codes))
        self._place_has_element = True

    def _judge_set(self, seg: Seg) -> None:
        elements = self._said.elements(seg)
        outcome = _VERDICTS.get(elements[1])
        if outcome is None:
            self._said.trouble("verdict_unreadable", self._set, seg)
        else:
            self._said.say(
                ReplyRow(
                    "999",
                    "set",
                    self._set,
                    outcome,
                    _codes("IK502", *elements[2:]),
                    group_control=self._group,
                    set_control=self._set,
                    envelope=self._said.envelope,
                )
            )
            for place in self._places:
                self._said.say(place._replace(outcome=outcome))
        self._places = []
        self._set_open = False

    def _leave_set(self) -> None:
        if self._set_open:
            self._said.trouble("verdict_missing", self._set)
        self._set, self._set_open, self._places = "", False, []

    def _judge_group(self, seg: Seg) -> None:
        elements = self._said.elements(seg)
        self._leave_set()
        self._group_judged = True
        outcome = _VERDICTS.get(elements[1])
        if outcome is None:
            self._said.trouble("verdict_unreadable", self._group, seg)
            return
        self._said.say(
            ReplyRow(
                "999",
                "group",
                self._group,
                outcome,
                _codes("AK905", *elements[5:]),
                group_control=self._group,
                envelope=self._said.envelope,
            )
        )


def _codes(element: str, *codes: str) -> tuple[str, ...]:
    return tuple(f"{element}:{code}" for code in codes if is_code(code))
