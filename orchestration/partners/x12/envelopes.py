"""Which transaction sets of a file may be believed: those whose trailers vouch for them.

A set is believed as a whole or not at all. It may be larger than memory, so its end is looked at
before its beginning is read: a first walk over the file sees only headers and trailers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from orchestration.partners.x12.interchanges import Block, Header, Piece, Source, blocks
from orchestration.partners.x12.reply_rows import Reason


@dataclass(slots=True)
class Vouched:
    """What headers and trailers of one interchange say.

    Args:
        sets: For each ST in order, why the set is not to be believed, or None.
        doubts: What is wrong around the sets.
    """

    sets: list[Reason | None] = field(default_factory=list)
    doubts: list[Reason] = field(default_factory=list)


def vouched(source: Source) -> Iterator[Vouched]:
    """For each interchange of a file in order, what its headers and trailers say."""
    walk: _Walk | None = None
    for event in blocks(source):
        if isinstance(event, Header):
            if walk is not None:
                yield walk.finish()
            walk = _Walk(event)
        elif isinstance(event, Block) and walk is not None:
            walk.take(event.text)
        elif isinstance(event, Piece) and event.fault == "segment_too_long" and walk is not None:
            walk.lose_count()
    if walk is not None:
        yield walk.finish()


class _Walk:
    """Goes from one header or trailer to the next, counting what lies between."""

    def __init__(self, header: Header) -> None:
        self._header = header
        self._marks = re.compile(
            f"{re.escape(header.terminator)}(ST|SE|GS|GE|IEA)"
            f"({re.escape(header.element_separator)}[^{re.escape(header.terminator)}]*)?"
            f"(?={re.escape(header.terminator)})"
        )
        self._found = Vouched()
        self._set: str | None = None
        self._segments = 0
        self._group: str | None = None
        self._groups: set[str] = set()
        self._controls: set[str] = set()
        self._set_count = 0
        self._group_count = 0
        self._has_trailer = False

    def take(self, text: str) -> None:
        """Walk over a block."""
        terminator = self._header.terminator
        text = terminator + text
        place = 0
        for mark in self._marks.finditer(text):
            self._segments += text.count(terminator, place, mark.start())
            place = mark.start()
            elements = (mark[2] or "").split(self._header.element_separator) + [""] * 9
            self._step(mark[1], elements)
        self._segments += text.count(terminator, place, len(text) - 1)

    def lose_count(self) -> None:
        """A piece was left out: the set it stood in cannot be believed."""
        self._segments += 1 << 40

    def finish(self) -> Vouched:
        """The end of the interchange."""
        self._leave_group()
        if not self._has_trailer:
            self._doubt("interchange_trailer_missing")
        return self._found

    def _step(self, name: str, elements: list[str]) -> None:
        if name == "ST":
            self._leave_set()
            self._open_set(elements[2])
        elif name == "SE":
            self._close_set(elements)
        elif name == "GS":
            self._leave_group()
            self._open_group(elements[6])
        elif name == "GE":
            self._close_group(elements)
        elif not self._has_trailer:
            self._close_interchange(elements)

    def _open_set(self, control: str) -> None:
        self._set, self._segments = control, 0
        self._set_count += 1
        if control in self._controls:
            self._doubt("set_control_repeated")
        self._controls.add(control)

    def _close_set(self, elements: list[str]) -> None:
        if self._set is None:
            return
        count = elements[1].lstrip("0")
        if elements[2] != self._set:
            self._found.sets.append("set_control_differs")
        elif count != str(self._segments + 1):
            self._found.sets.append("set_count_wrong")
        else:
            self._found.sets.append(None)
        self._set = None

    def _leave_set(self) -> None:
        if self._set is not None:
            self._found.sets.append("set_trailer_missing")
        self._set = None

    def _open_group(self, control: str) -> None:
        self._group = control
        self._group_count += 1
        self._set_count = 0
        self._controls.clear()
        if control in self._groups:
            self._doubt("group_control_repeated")
        self._groups.add(control)

    def _close_group(self, elements: list[str]) -> None:
        self._leave_set()
        if self._group is not None and elements[2] != self._group:
            self._doubt("group_control_differs")
        if elements[1].lstrip("0") != str(self._set_count or ""):
            self._doubt("group_count_wrong")
        self._group = None

    def _leave_group(self) -> None:
        self._leave_set()
        if self._group is not None:
            self._doubt("group_trailer_missing")
        self._group = None

    def _close_interchange(self, elements: list[str]) -> None:
        self._leave_group()
        self._has_trailer = True
        if elements[2].strip() != self._header.control:
            self._doubt("interchange_control_differs")
        if elements[1].lstrip("0") != str(self._group_count or ""):
            self._doubt("interchange_count_wrong")

    def _doubt(self, reason: Reason) -> None:
        if reason not in self._found.doubts:
            self._found.doubts.append(reason)
