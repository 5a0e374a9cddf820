"""Bytes from a partner become interchanges of segments, whatever state the bytes are in.

Every interchange is read with its own separators. pyx12 splits segments and checks the
envelope's counts; what it cannot cope with (a byte order mark, blanks before the header, a blank
segment, a second interchange with other separators) is put right or reported before.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from pyx12.errors import X12Error
from pyx12.segment import Segment
from pyx12.x12file import X12Reader

Fault = Literal[
    "empty",
    "no_interchange",
    "header_unreadable",
    "version_unknown",
    "text_before_interchange",
    "text_after_interchange",
    "last_segment_unterminated",
    "tokenizer_stopped",
    "interchange_trailer_missing",
    "interchange_count_wrong",
    "interchange_control_differs",
    "group_trailer_missing",
    "group_count_wrong",
    "group_control_differs",
    "group_control_repeated",
    "set_control_repeated",
    "nothing_inside",
]

# The header has a fixed width, so that its own separators can be read off it.
_HEADER: Final = re.compile(
    r"ISA(?P<element>[^A-Za-z0-9\s])"
    r"..(?P=element).{10}(?P=element)..(?P=element).{10}(?P=element)"
    r"..(?P=element)(?P<sender>.{15})(?P=element)..(?P=element).{15}(?P=element)"
    r".{6}(?P=element).{4}(?P=element).(?P=element).{5}(?P=element)"
    r"(?P<control>.{9})(?P=element).(?P=element).(?P=element)"
    r"(?P<component>[^A-Za-z0-9\s])(?P<terminator>[^A-Za-z0-9 ])",
    re.DOTALL,
)
_BLANK: Final = " \t\r\n\0\f\v"
_ENVELOPE_FAULTS: Final[dict[tuple[str, str], Fault]] = {
    ("isa", "001"): "interchange_control_differs",
    ("isa", "021"): "interchange_count_wrong",
    ("isa", "023"): "interchange_trailer_missing",
    ("isa", "024"): "group_trailer_missing",
    ("gs", "4"): "group_control_differs",
    ("gs", "5"): "group_count_wrong",
    ("gs", "6"): "group_control_repeated",
    ("st", "23"): "set_control_repeated",
}


@dataclass(frozen=True, slots=True)
class Seg:
    """A segment: its name and its elements, counted from 1 as the guides do."""

    name: str
    elements: tuple[str, ...]
    component_separator: str

    def at(self, position: int) -> str:
        """The whole element, blank if it is not there."""
        return self.elements[position - 1] if position <= len(self.elements) else ""

    def part(self, position: int, part: int) -> str:
        """One component of an element, blank if it is not there."""
        parts = self.at(position).split(self.component_separator)
        return parts[part - 1] if part <= len(parts) else ""


@dataclass(slots=True)
class Interchange:
    """One interchange; ``faults`` is complete once ``segments`` is exhausted."""

    control: str
    sender_id: str
    body: str
    terminator: str
    element_separator: str
    component_separator: str
    faults: list[Fault] = field(default_factory=list)

    def segments(self) -> Iterator[Seg]:
        """Each segment after the header, to the trailer or as far as it can be read."""
        try:
            reader = X12Reader(io.StringIO(self._whole_segments()))
        except X12Error:
            self.faults.append("version_unknown")
            return
        for segment in self._tokens(reader):
            name = segment.get_seg_id() or ""
            if name != "ISA":
                elements = (one.format(self.component_separator) for one in segment.elements)
                yield Seg(name, tuple(elements), self.component_separator)

    def _whole_segments(self) -> str:
        # pyx12 takes a blank segment for the end of the file, and would lose the rest silently
        *whole, tail = (piece.strip(_BLANK) for piece in self.body.split(self.terminator))
        whole = [piece for piece in whole if piece]
        trailer = f"IEA{self.element_separator}"
        if tail.startswith(trailer):
            whole.append(tail)  # nothing can follow it, so it cannot have lost anything that counts
            tail = ""
        ends = [place for place, piece in enumerate(whole) if piece.startswith(trailer)]
        behind = [*whole[ends[0] + 1 :], tail] if ends else []
        if any(behind):
            torn_header = any(piece.startswith("ISA") for piece in behind)
            self.faults.append("header_unreadable" if torn_header else "text_after_interchange")
        elif tail:
            self.faults.append("last_segment_unterminated")
        kept = whole[: ends[0] + 1] if ends else whole
        return self.terminator.join(kept) + self.terminator

    def _tokens(self, reader: X12Reader) -> Iterator[Segment]:
        segments = iter(reader)
        while True:
            try:
                segment = next(segments)
            except StopIteration:
                break
            except Exception:
                # Trailers without their headers break the library in several ways; what it
                # raises may quote the segment, so nothing of it is kept.
                self.faults.append("tokenizer_stopped")
                return
            yield segment
        reader.cleanup()
        for kind, code, *_ in reader.pop_errors():
            fault = _ENVELOPE_FAULTS.get((kind, code))
            if fault is not None and fault not in self.faults:
                self.faults.append(fault)


def split_interchanges(data: bytes) -> tuple[list[Interchange], list[Fault]]:
    """Every interchange of a file, and what is wrong with the file outside of them."""
    text = _decoded(data)
    headers = list(_headers(text))
    if not text.strip(_BLANK):
        return [], ["empty"]
    if not headers:
        looks_like = text.lstrip(_BLANK).startswith("ISA")
        return [], ["header_unreadable" if looks_like else "no_interchange"]
    before = text[: headers[0].start()].strip(_BLANK)
    faults: list[Fault] = []
    if before:
        faults.append(
            "header_unreadable" if before.startswith("ISA") else "text_before_interchange"
        )
    ends = [*(header.start() for header in headers[1:]), len(text)]
    return [
        Interchange(
            control=header["control"].strip(),
            sender_id=header["sender"].strip(),
            body=text[header.start() : end],
            terminator=header["terminator"],
            element_separator=header["element"],
            component_separator=header["component"],
        )
        for header, end in zip(headers, ends, strict=True)
    ], faults


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    # Latin-1 gives every byte a letter, so one odd name never costs the whole file. A byte order
    # mark may also stand in the middle, where somebody has put files behind one another.
    return data.replace(b"\xef\xbb\xbf", b"").decode("latin-1")


def _headers(text: str) -> Iterator[re.Match[str]]:
    place = text.find("ISA")
    while place >= 0:
        header = _HEADER.match(text, place)
        if (
            header is not None
            and header["terminator"] not in header["element"] + header["component"]
        ):
            yield header
            place = text.find("ISA", header.end())
        else:
            place = text.find("ISA", place + 1)
