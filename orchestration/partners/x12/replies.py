"""Reads what partners answer: TA1, 999, 277CA and 835, from bytes to flat rows.

Nothing in the bytes makes this raise. A transaction set is believed as a whole or not at all: if
its trailer is missing or its count is wrong, none of its rows is given and the set is named among
the unreadable, because half a remittance posted today would be posted twice tomorrow. Faults of
the envelope around whole sets are doubts. No validator is asked: the guides' maps refuse honest
acknowledgements.

A file is read as a stream: neither its size nor that of a set in it counts in memory.
"""

from collections.abc import Callable, Iterator
from typing import Final

from orchestration.partners.x12.envelopes import Vouched, vouched
from orchestration.partners.x12.interchanges import (
    SHOWN,
    Block,
    Header,
    Piece,
    Source,
    blocks,
    of_bytes,
)
from orchestration.partners.x12.reply_277ca import Reader277CA
from orchestration.partners.x12.reply_835 import Reader835
from orchestration.partners.x12.reply_999 import Reader999, interchange_row
from orchestration.partners.x12.reply_rows import (
    Envelope,
    Kind,
    Reason,
    Replies,
    ReplyRow,
    Said,
    Seg,
    SetReader,
    Trouble,
)

__all__ = ["Replies", "ReplyRow", "Trouble", "read_replies", "statements"]

_READERS: Final[dict[str, tuple[Kind, Callable[[Said], SetReader]]]] = {
    "999": ("999", Reader999),
    "277": ("277CA", Reader277CA),
    "835": ("835", Reader835),
}
_SIGN: Final = len("CLP")
_QUALIFIED_SIGN: Final = len("NM1*TT")
_STATUS_ANSWER: Final = "X212"  # also a 277, but an answer to a question nobody here asks


def statements(source: Source) -> Iterator[ReplyRow | Trouble]:
    """Everything the file says and everything in it that could not be read, in its order."""
    said = Said()
    trailers = vouched(source)
    reader: _InterchangeReader | None = None
    for event in blocks(source):
        if isinstance(event, Block) and reader is not None:
            reader.take(event.text)
        elif isinstance(event, Header):
            if reader is not None:
                reader.finish()
            reader = _InterchangeReader(event, next(trailers), said)
        elif isinstance(event, Piece):
            said.found.append(
                Trouble(
                    event.fault,
                    kind=said.kind,
                    reply_interchange=said.envelope.reply_interchange,
                    raw=event.text,
                )
            )
        yield from said.found
        said.found.clear()
    if reader is not None:
        reader.finish()
    yield from said.found


def read_replies(data: bytes) -> Replies:
    """Everything the file says, and everything in it that could not be read, at once."""
    found = list(statements(of_bytes(data)))
    troubles = [one for one in found if isinstance(one, Trouble)]
    return Replies(
        tuple(one for one in found if isinstance(one, ReplyRow)),
        tuple(one for one in troubles if not one.is_doubt),
        tuple(one for one in troubles if one.is_doubt),
    )


class _InterchangeReader:
    """Walks one interchange and hands each believed set to its machine."""

    def __init__(self, header: Header, trailers: Vouched, said: Said) -> None:
        self._header = header
        self._said = said
        self._vouched = iter(trailers.sets)
        self._doubts = trailers.doubts
        said.element_separator = header.element_separator
        said.component_separator = header.component_separator
        said.kind = None
        said.envelope = self._envelope("")
        for fault in header.faults:
            said.trouble(fault)
        self._group_version = ""
        self._machine: SetReader | None = None
        self._refused: Reason | None = None
        self._refused_text = ""
        self._count_before = 0
        self._in_set = False
        self._anything = False
        self._stray_told = False
        self._envelope_takes: dict[str, Callable[[Seg], None]] = {
            "ST": self._open_set,
            "SE": self._close_set,
            "GS": self._open_group,
            "GE": self._leave_set,
            "IEA": self._leave_set,
        }
        self._takes: dict[str, Callable[[Seg], None]] = {}
        self._take_nothing_but_envelope()

    def take(self, text: str) -> None:
        """Take a block of segments."""
        takes = self._takes  # one dictionary, filled anew for each set
        for seg in text.split(self._header.terminator):
            take = takes.get(seg[:_SIGN]) or takes.get(seg[:_QUALIFIED_SIGN])
            if take is not None:
                take(seg)
            elif self._machine is None and seg:
                self._set_aside(seg)

    def finish(self) -> None:
        """The end of the interchange."""
        self._leave_set()
        if not self._anything:
            self._said.trouble("nothing_inside")
        for doubt in self._doubts:
            self._said.trouble(doubt)

    def _envelope(self, reply_set: str) -> Envelope:
        header = self._header
        return Envelope(
            header.sender_id,
            header.receiver_id,
            header.usage if header.usage in ("T", "P") else "",
            header.control,
            reply_set,
        )

    def _take_nothing_but_envelope(self) -> None:
        self._takes.clear()
        self._add({**self._envelope_takes, "TA1": self._take_ta1})

    def _add(self, takes: dict[str, Callable[[Seg], None]]) -> None:
        for name, take in takes.items():
            sign = f"{name}*" if len(name) not in (_SIGN, _QUALIFIED_SIGN) else name
            self._takes[sign.replace("*", self._header.element_separator)] = take

    def _set_aside(self, segment: str) -> None:
        """A segment of a set that is not believed, or of none."""
        if self._in_set:
            if len(self._refused_text) < SHOWN:
                self._refused_text += segment[:SHOWN] + self._header.terminator
        elif not self._stray_told:
            self._stray_told = True
            self._said.trouble("segment_outside_set", raw=segment)

    def _take_ta1(self, seg: Seg) -> None:
        if self._in_set:
            return
        self._anything = True
        self._said.kind = "TA1"
        row = interchange_row(self._said.elements(seg), self._said.envelope)
        if row is None:
            self._said.trouble("verdict_unreadable", raw=seg)
        else:
            self._said.say(row)
        self._said.kind = None

    def _open_group(self, seg: Seg) -> None:
        self._leave_set()
        self._group_version = self._said.elements(seg)[8]

    def _open_set(self, seg: Seg) -> None:
        self._leave_set()
        self._anything = self._in_set = True
        elements = self._said.elements(seg)
        self._said.envelope = self._envelope(elements[2])
        self._refused = next(self._vouched)
        self._refused_text = seg + self._header.terminator
        reader = _READERS.get(elements[1])
        if reader is None or _STATUS_ANSWER in (elements[3] or self._group_version):
            self._refused = "set_kind_unknown"
            return
        self._said.kind, make = reader
        if self._refused is None:
            self._machine = make(self._said)
            self._count_before = self._said.count
            self._takes.clear()
            self._add({**self._machine.takes, **self._envelope_takes})

    def _close_set(self, seg: Seg) -> None:
        if self._in_set:
            self._leave_set()
        else:
            self._said.trouble("segment_outside_set", raw=seg)

    def _leave_set(self, _seg: Seg = "") -> None:
        if not self._in_set:
            return
        if self._machine is not None:
            self._machine.finish()
            if self._said.count == self._count_before:
                self._said.trouble("nothing_said")
        elif self._refused is not None:
            self._said.trouble(self._refused, raw=self._refused_text)
        self._in_set, self._machine = False, None
        self._said.kind = None
        self._said.envelope = self._envelope("")
        self._take_nothing_but_envelope()
