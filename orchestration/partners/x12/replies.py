"""Reads what partners answer: TA1, 999, 277CA and 835, from bytes to flat rows.

Nothing in the bytes makes this raise. A transaction set is believed as a whole or not at all: if
its trailer is missing or its count is wrong, none of its rows is given and the set is named among
the unreadable, because half a remittance posted today would be posted twice tomorrow. Faults of
the envelope around whole sets are doubts. No validator is asked: the guides' maps refuse honest
acknowledgements.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Final

from orchestration.partners.x12.interchanges import Interchange, Seg, split_interchanges
from orchestration.partners.x12.reply_277ca import Reader277CA
from orchestration.partners.x12.reply_835 import Reader835
from orchestration.partners.x12.reply_999 import Reader999, interchange_row
from orchestration.partners.x12.reply_rows import (
    Kind,
    Reading,
    Reason,
    Replies,
    ReplyRow,
    SetReader,
    Trouble,
)

__all__ = ["Replies", "ReplyRow", "Trouble", "read_replies"]

_READERS: Final[dict[str, tuple[Kind, Callable[[], SetReader]]]] = {
    "999": ("999", Reader999),
    "277": ("277CA", Reader277CA),
    "835": ("835", Reader835),
}
_STATUS_ANSWER: Final = "X212"  # also a 277, but an answer to a question nobody here asks
_UNREAD: Final = frozenset(
    {
        "empty",
        "no_interchange",
        "header_unreadable",
        "version_unknown",
        "text_before_interchange",
        "text_after_interchange",
        "last_segment_unterminated",
        "tokenizer_stopped",
        "nothing_inside",
    }
)


def read_replies(data: bytes) -> Replies:
    """Everything the file says, and everything in it that could not be read."""
    interchanges, faults = split_interchanges(data)
    reading = Reading()
    for fault in faults:
        _note(reading, Trouble(fault))
    for interchange in interchanges:
        _InterchangeReader(interchange, reading).read()
    ordinals = count(1)
    return Replies(
        tuple(replace(row, ordinal=next(ordinals)) for row in reading.rows),
        tuple(reading.unreadable),
        tuple(reading.doubts),
    )


def _note(reading: Reading, trouble: Trouble) -> None:
    (reading.unreadable if trouble.reason in _UNREAD else reading.doubts).append(trouble)


class _InterchangeReader:
    """Walks one interchange and hands each set to its machine."""

    def __init__(self, interchange: Interchange, reading: Reading) -> None:
        self._interchange = interchange
        self._reading = reading
        self._group_version = ""
        self._machine: SetReader | None = None
        self._kind: Kind | None = None
        self._set_control = ""
        self._in_set = False
        self._segment_count = 0
        self._anything = False
        self._stray_told = False

    def read(self) -> None:
        """Read to the trailer, or as far as there is anything."""
        for seg in self._interchange.segments():
            self._take(seg)
        self._leave_set()
        if not self._anything and not self._interchange.faults:
            self._interchange.faults.append("nothing_inside")
        for fault in self._interchange.faults:
            _note(self._reading, self._trouble(fault))

    def _take(self, seg: Seg) -> None:
        if seg.name == "ST":
            self._open_set(seg)
        elif seg.name == "SE":
            self._close_set(seg)
        elif seg.name in ("GS", "GE", "IEA"):
            self._leave_set()
            self._group_version = seg.at(8) if seg.name == "GS" else ""
        elif self._in_set:
            self._segment_count += 1
            if self._machine is not None:
                self._machine.feed(seg)
        elif seg.name == "TA1":
            self._take_ta1(seg)
        elif not self._stray_told:
            self._stray_told = True
            self._refuse("segment_outside_set")

    def _take_ta1(self, seg: Seg) -> None:
        self._anything = True
        row = interchange_row(seg)
        if row is None:
            self._refuse("verdict_unreadable")
        else:
            self._reading.rows.append(self._signed(row))

    def _open_set(self, seg: Seg) -> None:
        self._leave_set()
        self._anything = True
        self._in_set = True
        self._set_control = seg.at(2)
        self._segment_count = 1
        reader = _READERS.get(seg.at(1))
        if reader is None or _STATUS_ANSWER in (seg.at(3) or self._group_version):
            self._refuse("set_kind_unknown")
        else:
            self._kind, make = reader
            self._machine = make()

    def _close_set(self, seg: Seg) -> None:
        if not self._in_set:
            self._refuse("segment_outside_set")
            return
        machine = self._machine
        if machine is not None:
            if seg.at(2) != self._set_control:
                self._refuse("set_control_differs")
            elif seg.at(1).lstrip("0") != str(self._segment_count + 1):
                self._refuse("set_count_wrong")
            else:
                self._believe(machine.finish())
        self._in_set, self._machine, self._kind = False, None, None

    def _leave_set(self) -> None:
        if self._in_set:
            self._refuse("set_trailer_missing")
        self._in_set, self._machine, self._kind = False, None, None

    def _believe(self, said: Reading) -> None:
        self._reading.rows += [self._signed(row) for row in said.rows]
        for refused in said.unreadable:
            self._reading.unreadable.append(self._trouble(refused.reason, refused.refers_to))
        for doubt in said.doubts:
            self._reading.doubts.append(self._trouble(doubt.reason, doubt.refers_to))
        if not said.rows and not said.unreadable:
            self._reading.doubts.append(self._trouble("nothing_said"))

    def _signed(self, row: ReplyRow) -> ReplyRow:
        return replace(
            row,
            sender_id=self._interchange.sender_id,
            reply_interchange=self._interchange.control,
            reply_set=self._set_control if self._in_set else "",
        )

    def _refuse(self, reason: Reason) -> None:
        self._reading.unreadable.append(self._trouble(reason))

    def _trouble(self, reason: Reason, refers_to: str = "") -> Trouble:
        control = self._set_control if self._in_set else ""
        return Trouble(reason, refers_to, self._kind, self._interchange.control, control)
