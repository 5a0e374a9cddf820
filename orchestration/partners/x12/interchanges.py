"""Bytes from a partner become interchanges of segments, whatever state the bytes are in.

A file is read as a stream, a block at a time, each interchange with its own separators. Where the
separators stand is read off the header; what people and programs put around segments (a byte
order mark, line ends, blanks, text before and behind) is put right or reported.
"""

import codecs
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Literal

Fault = Literal[
    "empty",
    "no_interchange",
    "header_unreadable",
    "header_unpadded",
    "version_unknown",
    "text_before_interchange",
    "text_after_interchange",
    "last_segment_unterminated",
    "segment_too_long",
]

Source = Callable[[], BinaryIO]
"""Opens the bytes, from their beginning each time."""

# Fields have fixed widths, but not everybody fills them up: what counts is how many there are.
_HEADER: Final = re.compile(
    r"ISA(?P<element>[^A-Za-z0-9\s])"
    r"(?P<fields>(?:(?:(?!(?P=element)).){0,40}(?P=element)){11}"
    r"[0-9]{5}(?P=element)[0-9 ]{1,9}(?P=element).?(?P=element).?(?P=element))"
    r"(?P<component>[^A-Za-z0-9\s])(?P<terminator>[^A-Za-z0-9 ])",
    re.DOTALL,
)
_HEADER_SIGN: Final = re.compile(r"(?:^|[^A-Za-z0-9])ISA(?:[^A-Za-z0-9\s]|$)")
_WIDTHS: Final = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1)
_LONGEST_HEADER: Final = 640
_VERSIONS: Final = frozenset({"00401", "00501"})
_BLANK: Final = " \t\r\n\0\f\v"
_BYTE_ORDER_MARK: Final = "\xef\xbb\xbf"
_BLOCK: Final = 1 << 18
_LONGEST_SEGMENT: Final = 1 << 20
SHOWN: Final = 1 << 16
"""Characters of an unreadable piece that are kept beside its reason; the file is kept whole."""


@dataclass(frozen=True, slots=True)
class Header:
    """What an interchange says of itself, and how its segments are to be split."""

    control: str
    sender_id: str
    receiver_id: str
    usage: str
    element_separator: str
    component_separator: str
    terminator: str
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Whole segments, each followed by the terminator and by nothing else."""

    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the file that is no segment, and why."""

    fault: Fault
    text: str


def of_bytes(data: bytes) -> Source:
    """A source over bytes in memory."""
    return lambda: io.BytesIO(data)


def of_path(path: Path) -> Source:
    """A source over a file."""
    return lambda: path.open("rb")


def blocks(source: Source) -> Iterator[Header | Block | Piece]:
    """Each interchange's header, its segments in blocks, and what lies between interchanges."""
    with source() as stream:
        yield from _Scanner(stream).events()


class _Scanner:
    """Walks the text, holding no more of it than a block and the beginning of the next."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._text = ""
        self._ended = False
        wide = stream.read(2)
        stream.seek(0)
        # Latin-1 gives every byte a letter, so one odd name never costs the whole file.
        name = "utf-16" if wide in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "latin-1"
        self._decoder = codecs.getincrementaldecoder(name)(errors="replace")

    def events(self) -> Iterator[Header | Block | Piece]:
        """Everything in the file, in its order."""
        count = 0
        terminator = ""
        while True:
            before, header = self._find_header()
            if before.strip(_BLANK + terminator):
                if _HEADER_SIGN.search(before):
                    yield Piece("header_unreadable", before)
                elif count:
                    yield Piece("text_after_interchange", before)
                else:
                    yield Piece("text_before_interchange" if header else "no_interchange", before)
            elif header is None and not count:
                yield Piece("empty", "")
            if header is None:
                return
            count += 1
            terminator = header.terminator
            yield header
            yield from self._body(header)

    def _more(self) -> bool:
        if self._ended:
            return False
        piece = self._stream.read(_BLOCK)
        self._ended = not piece
        # A mark may also stand in the middle, where somebody has put files behind one another.
        text = self._text + self._decoder.decode(piece, final=self._ended)
        self._text = text.replace(_BYTE_ORDER_MARK, "")
        return True

    def _find_header(self) -> tuple[str, Header | None]:
        """The text before the next header, no more of it than is shown, and the header."""
        before = ""
        while True:
            found = _next_header(self._text, 0)
            if found is not None:
                before = (before + self._text[: found.start()])[:SHOWN]
                self._text = self._text[found.end() :]
                return before, _read_header(found)
            kept = max(0, len(self._text) - _LONGEST_HEADER)
            before = (before + self._text[:kept])[:SHOWN]
            self._text = self._text[kept:]
            if not self._more():
                before = (before + self._text)[:SHOWN]
                self._text = ""
                return before, None

    def _body(self, header: Header) -> Iterator[Block | Piece]:
        """The segments behind a header, to the trailer, the next header or the end."""
        terminator = header.terminator
        while True:
            end = self._trailer_end(header)
            following = _next_header(self._text, 0)
            if following is not None and (end is None or following.start() < end):
                yield from self._cut(header, following.start(), is_last=True)
                return
            if end is not None:
                yield from self._cut(header, end, is_last=True)
                return
            if self._ended:
                yield from self._cut(header, len(self._text), is_last=True)
                return
            late = self._text.find("ISA", max(0, len(self._text) - _LONGEST_HEADER))
            within = len(self._text) if late < 0 else late
            yield from self._cut(header, self._text.rfind(terminator, 0, within) + 1)
            if len(self._text) > _LONGEST_SEGMENT:
                yield Piece("segment_too_long", self._text[:SHOWN])
                self._text = self._text[-_LONGEST_HEADER:]
            self._more()

    def _trailer_end(self, header: Header) -> int | None:
        """Where the interchange's trailer ends, if the text holds the whole of it."""
        sign = f"IEA{header.element_separator}"
        place = self._text.find(sign)
        while place >= 0:
            before = self._text[max(0, place - 100) : place].rstrip(_BLANK)
            if not before or before.endswith(header.terminator):
                end = self._text.find(header.terminator, place)
                if end >= 0:
                    return end + 1
                return len(self._text) if self._ended else None
            place = self._text.find(sign, place + 1)
        return None

    def _cut(self, header: Header, end: int, *, is_last: bool = False) -> Iterator[Block | Piece]:
        text, self._text = self._text[:end], self._text[end:]
        whole, _, tail = text.rpartition(header.terminator)
        if whole := _tidy(whole, header.terminator):
            yield Block(whole)
        tail = tail.strip(_BLANK)
        if tail.startswith(f"IEA{header.element_separator}"):
            yield Block(tail + header.terminator)  # nothing follows it, so nothing can be lost
        elif tail and is_last:
            yield Piece("last_segment_unterminated", tail[:SHOWN])


def _next_header(text: str, start: int) -> re.Match[str] | None:
    place = text.find("ISA", start)
    while place >= 0:
        found = _HEADER.match(text, place)
        if found is not None:
            separators = (found["element"], found["component"], found["terminator"])
            if len(set(separators)) == len(separators):
                return found
        place = text.find("ISA", place + 1)
    return None


def _read_header(found: re.Match[str]) -> Header:
    fields = found["fields"].split(found["element"])
    faults: list[Fault] = []
    if tuple(len(field) for field in fields[:15]) != _WIDTHS:
        faults.append("header_unpadded")
    if fields[11] not in _VERSIONS:
        faults.append("version_unknown")
    return Header(
        control=fields[12].strip(),
        sender_id=fields[5].strip(),
        receiver_id=fields[7].strip(),
        usage=fields[14],
        element_separator=found["element"],
        component_separator=found["component"],
        terminator=found["terminator"],
        faults=tuple(faults),
    )


def _tidy(text: str, terminator: str) -> str:
    """Segments one behind the other: no line ends, no blanks around them, no blank ones."""
    for line_end in "\r\n":
        if line_end != terminator:
            text = text.replace(line_end, "")
    blank = any(text.find(mark) >= 0 for mark in (f"{terminator} ", f" {terminator}", "\t", "\0"))
    if blank or text[:1] in _BLANK or text[-1:] in _BLANK:
        text = terminator.join(piece.strip(_BLANK) for piece in text.split(terminator))
    while terminator * 2 in text:
        text = text.replace(terminator * 2, terminator)
    text = text.strip(terminator)
    return text + terminator if text else ""
