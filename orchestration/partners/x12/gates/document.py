"""A file from anywhere is cut into its transaction sets, one at a time, whatever state it is in.

Separators are read off every interchange header anew. Nothing here judges what a set holds;
what stands around the sets is shown to ``envelope``. No more than one set is in memory.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from orchestration.partners.x12.gates.envelope import Envelope
from orchestration.partners.x12.gates.finding import Finding

_CHUNK: Final = 1 << 18
_LONGEST_SEGMENT: Final = 1 << 20
_LARGEST_SET: Final = 1 << 26  # characters; far above 5,000 claims
_BLANK: Final = " \t\r\n\0\f\v"
_ENVELOPE: Final = frozenset({"", "ISA", "GS", "ST", "SE", "GE", "IEA"})
_LAST: Final = frozenset({"", "ISA", "IEA"})
_HEADER_START: Final = re.compile(r"ISA[^A-Za-z0-9 \t\r\n]")
_HEADER_ELEMENTS: Final = 16
_LONGEST_HEADER: Final = 300


@dataclass(frozen=True, slots=True)
class Separators:
    """The characters an interchange is cut by, as its header says."""

    element: str
    component: str
    repetition: str
    terminator: str


@dataclass(frozen=True, slots=True)
class SetText:
    """One transaction set as it stands in the file, with the headers above it.

    Args:
        separators: What cuts it.
        header: The ISA segment, or the nearest to it the guide's validator can read.
        group: The GS segment, blank if there is none.
        segments: ST to SE, without terminators; a lost SE is simply not there.
    """

    separators: Separators
    header: str
    group: str
    segments: tuple[str, ...]


class _Gathered:
    """The segments of the set that is being read."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._room = 0
        self.is_open = False

    def begin(self, segment: str) -> None:
        self._lines, self._room, self.is_open = [segment], _LARGEST_SET, True

    def add(self, segment: str) -> bool:
        """Keep one more; False if it is the first one there was no room for."""
        had_room = self._room > 0
        self._room -= len(segment) + 1
        if self._room > 0:
            self._lines.append(segment)
        return self._room > 0 or not had_room

    def close(self, trailer: str) -> tuple[str, ...]:
        """Give the set away, whole or cut; nothing if none is open or it was too large."""
        lines, fits = self._lines, self.is_open and self._room > 0
        if trailer:
            lines.append(trailer)
        self._lines, self.is_open = [], False
        return tuple(lines) if fits else ()


class Document:
    """One file. ``findings`` is complete once ``sets`` is exhausted."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("latin-1")("replace")
        self._text = ""
        self._at = 0
        self._ended = False
        self._envelope = Envelope()

    @property
    def findings(self) -> list[Finding]:
        """What is wrong with the file outside of its transaction sets."""
        return self._envelope.findings

    def sets(self) -> Iterator[SetText]:
        """Each transaction set, in the order of the file."""
        self._look_at_the_first_bytes()
        while self._find_header():
            separators = self._take_header()
            if separators is not None:
                yield from self._interchange(self._envelope.padded_header, separators)
        self._envelope.end_file()

    def _interchange(self, header: str, separators: Separators) -> Iterator[SetText]:
        group, gathered = "", _Gathered()
        while True:
            segment = self._take_segment(separators.terminator)
            name = segment.split(separators.element, 1)[0]
            if name not in _ENVELOPE:
                self._keep(gathered, segment)
                continue
            if lines := gathered.close(segment if name == "SE" else ""):
                yield SetText(separators, header, group, lines)
            self._envelope.see(name, segment.split(separators.element))
            if name == "GS":
                group = segment
            elif name == "ST":
                gathered.begin(segment)
            elif name in _LAST:
                return

    def _keep(self, gathered: "_Gathered", segment: str) -> None:
        if not gathered.is_open:
            self._envelope.add("segment_outside_set", "ST")
        elif not gathered.add(segment):
            self._envelope.add("set_too_large", "ST")

    def _look_at_the_first_bytes(self) -> None:
        start = self._stream.read(4)
        if start.startswith((b"\xff\xfe", b"\xfe\xff")):
            self._envelope.add("not_ascii", "ISA")
            self._decoder = codecs.getincrementaldecoder("utf-16")("replace")
        elif start.startswith(codecs.BOM_UTF8):
            self._envelope.add("byte_order_mark", "ISA")
            start = start.removeprefix(codecs.BOM_UTF8)
        self._text = self._decoder.decode(start)

    def _more(self) -> bool:
        """Read on; what was taken already is let go."""
        if self._ended:
            return False
        chunk = self._stream.read(_CHUNK)
        self._ended = not chunk
        self._text = self._text[self._at :] + self._decoder.decode(chunk, final=self._ended)
        self._at = 0
        return True

    def _find_header(self) -> bool:
        """Go to the next interchange header, saying so if anything is stepped over."""
        while True:
            found = _HEADER_START.search(self._text, self._at)
            end = found.start() if found else len(self._text)
            if self._text[self._at : end].strip(_BLANK + "ISA"):
                self._envelope.stray_text()
            if found:
                self._at = found.start()
                return True
            self._at = max(self._at, len(self._text) - len("ISA"))
            if not self._more():
                if self._text[self._at :].strip(_BLANK):
                    self._envelope.stray_text()
                return False

    def _take_header(self) -> Separators | None:
        while len(self._text) - self._at < _LONGEST_HEADER and self._more():
            pass
        element = self._text[self._at + 3]
        window = self._text[self._at : self._at + _LONGEST_HEADER]
        fields = window.split(element, _HEADER_ELEMENTS)
        last = fields.pop() if len(fields) > _HEADER_ELEMENTS else ""
        component, terminator = last[:1], last[1:2]
        readable = terminator not in {"", " "} and not (component + terminator).isalnum()
        if not readable:
            self._at += len("ISA")
            self._envelope.add("header_unreadable", "ISA")
            return None
        self._at += len(window) - len(last) + 2
        self._envelope.begin_interchange([*fields, component], element)
        repetition = fields[11] if len(fields[11]) == 1 else "^"
        return Separators(element, component, repetition, terminator)

    def _take_segment(self, terminator: str) -> str:
        """The next segment that is not blank; blank at the end of what can be read.

        The header of a further interchange is left where it is.
        """
        while True:
            end = self._text.find(terminator, self._at)
            if end < 0:
                too_long = len(self._text) - self._at > _LONGEST_SEGMENT
                if not too_long and self._more():
                    continue
                return self._take_rest()
            segment = self._text[self._at : end].strip(_BLANK)
            if segment[:3] == "ISA" and _HEADER_START.match(segment):
                return ""
            self._at = end + 1
            if segment:
                return segment
            self._envelope.add("segment_blank", "ST")

    def _take_rest(self) -> str:
        """What stands behind the last terminator: an unended trailer, or something cut off."""
        rest = self._text[self._at :].strip(_BLANK)
        if rest[:3] == "ISA" and _HEADER_START.match(rest):
            return ""
        self._at = len(self._text)
        if rest:
            self._envelope.add("last_segment_unterminated", "IEA")
        return rest if rest[:3] == "IEA" else ""
