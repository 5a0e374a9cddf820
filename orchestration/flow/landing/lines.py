"""Records of a delimited file: where each begins, what is wrong with its shape, its bytes.

A file is read in two ways that must agree. Plain files stream straight into the database, which
splits them itself. Where that fails, ``records`` splits them here, line by line, so that a bad
line stands alone: a quotation mark that never closes costs its own line and not the rest of the
file.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestration.flow.landing.quoting import OPEN, parse, quote
from orchestration.flow.landing.receive import CHUNK, Received

LONGEST_RECORD = CHUNK
MOST_LINES = 100
"""Lines a quoted field may run over before its opening mark is taken for a mistake."""
_TAIL = 1 << 16
_TRAILER = b"TRAILER"
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a file.

    Args:
        number: The line it starts on, or its place in an array.
        raw: Its bytes as they were received, without the line end.
        fault: Code of what is wrong with its shape, or None.
        copied: The record as COPY takes it, without a line end.
    """

    number: int
    raw: bytes
    fault: str | None
    copied: bytes


@dataclass(frozen=True)
class Layout:
    """Where the parts of a delimited file lie.

    Args:
        path: The bytes.
        delimiter: Between fields.
        header: Column names as they stand in the file.
        start: First byte after the header line.
        end: Byte after the last record.
        newlines: Line feeds between start and end.
        ends_open: Whether the last record lacks its line end.
        trailer: Count stated by a trailer line, or None; -1 if it is no number.
        has_long_lines: Whether a line is too long to be a record.
    """

    path: Path
    delimiter: str
    header: tuple[str, ...]
    start: int
    end: int
    newlines: int
    ends_open: bool
    trailer: int | None
    has_long_lines: bool

    @property
    def lines(self) -> int:
        """Lines between header and end."""
        return self.newlines + (self.ends_open and self.end > self.start)


def header_line(received: Received) -> bytes:
    """The first line, without byte order mark and line end."""
    return received.head.removeprefix(BOM).split(b"\n", 1)[0].rstrip(b"\r")


def lay_out(received: Received, delimiter: str, header: tuple[str, ...]) -> Layout:
    """Find header, records and trailer by looking at both ends of the file."""
    line_end = received.head.find(b"\n")
    start = received.byte_count if line_end < 0 else line_end + 1
    with received.path.open("rb") as stream:
        stream.seek(max(start, received.byte_count - _TAIL))
        tail = stream.read()
    kept = tail.rstrip(b"\r\n \t")
    last = kept[kept.rfind(b"\n") + 1 :].rstrip(b"\r")
    mark = _TRAILER + delimiter.encode()
    trailer = None
    if last.startswith(mark):
        stated = last.removeprefix(mark).strip(b' "')
        trailer = int(stated) if re.fullmatch(rb"[0-9]{1,15}", stated) else -1
        tail_end = kept[: kept.rfind(b"\n") + 1]
    else:
        # the line end of the last record belongs to it, blank lines after it do not
        line_end_at = tail.find(b"\n", len(kept))
        tail_end = tail if line_end_at < 0 else tail[: line_end_at + 1]
    cut = tail[len(tail_end) :]
    return Layout(
        path=received.path,
        delimiter=delimiter,
        header=header,
        start=start,
        end=received.byte_count - len(cut),
        newlines=received.newlines - (line_end >= 0) - cut.count(b"\n"),
        ends_open=not tail_end.endswith(b"\n"),
        trailer=trailer,
        has_long_lines=received.longest_line > LONGEST_RECORD,
    )


def chunks(layout: Layout) -> Iterator[bytes]:
    """The bytes of all records."""
    with layout.path.open("rb", buffering=0) as stream:
        stream.seek(layout.start)
        left = layout.end - layout.start
        while left > 0 and (chunk := stream.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk


def _physical(layout: Layout) -> Iterator[tuple[int, bytes]]:
    with layout.path.open("rb") as stream:
        stream.seek(layout.start)
        at = layout.start
        for number, line in enumerate(stream, start=2):
            if at >= layout.end:
                return
            at += len(line)
            yield number, line


def records(layout: Layout) -> Iterator[Record]:
    """Every record with its number, bytes and fault; blank lines are no records."""
    split = _Splitter(layout)
    waiting: deque[tuple[int, bytes]] = deque()
    source = _physical(layout)
    while True:
        if not waiting:
            line = next(source, None)
            if line is None:
                return
            waiting.append(line)
        number, raw = waiting[0]
        if not raw.strip(b"\r\n \t"):
            waiting.popleft()
            continue
        if b'"' not in raw:
            waiting.popleft()
            yield split.plain(number, raw)
            continue
        yield split.quoted(waiting, source)


class _Splitter:
    """Judges lines of one file."""

    def __init__(self, layout: Layout) -> None:
        self.delimiter = layout.delimiter.encode()
        self.fields = len(layout.header)
        self.last = layout.newlines + 2 if layout.ends_open else 0  # the line that ends open

    def plain(self, number: int, raw: bytes) -> Record:
        """A line without quotation marks."""
        line = raw.rstrip(b"\r\n")
        if len(line) > LONGEST_RECORD:
            return self._bad(number, line, "LINE-TOO-LONG")
        if line.count(self.delimiter) != self.fields - 1:
            return self._bad(number, line, self._miscount(number, line))
        if b"\r" in line:
            return self._good(number, line, line.decode().split(self.delimiter.decode()))
        return Record(number, line, None, line)

    def quoted(
        self, waiting: deque[tuple[int, bytes]], source: Iterator[tuple[int, bytes]]
    ) -> Record:
        """The shortest run of lines that reads as a record; else its first line, as bad."""
        number, first = waiting[0]
        joined, taken, at_end = first, 1, False
        fields = self._parse(joined.rstrip(b"\r\n"))
        while (
            fields is OPEN and not at_end and taken < MOST_LINES and len(joined) <= LONGEST_RECORD
        ):
            if taken == len(waiting):
                more = next(source, None)
                at_end = more is None
                if more is None:
                    break
                waiting.append(more)
            joined += waiting[taken][1]
            taken += 1
            fields = self._parse(joined.rstrip(b"\r\n"))
        line = joined.rstrip(b"\r\n")
        if len(line) <= LONGEST_RECORD and isinstance(fields, list) and len(fields) == self.fields:
            for _ in range(taken):
                waiting.popleft()
            return self._good(number, line, fields)
        waiting.popleft()
        line = first.rstrip(b"\r\n")
        if len(line) > LONGEST_RECORD:
            return self._bad(number, line, "LINE-TOO-LONG")
        if isinstance(fields, list) and taken == 1:
            return self._bad(number, line, self._miscount(number, line))
        cut = fields is OPEN and number == self.last
        return self._bad(number, line, "LINE-CUT-SHORT" if cut else "BAD-QUOTES")

    def _good(self, number: int, line: bytes, fields: list[str]) -> Record:
        return Record(number, line, None, quote(fields, self.delimiter))

    def _bad(self, number: int, line: bytes, fault: str) -> Record:
        return Record(number, line, fault, self.delimiter * (self.fields - 1))

    def _miscount(self, number: int, line: bytes) -> str:
        short = line.count(self.delimiter) < self.fields - 1
        return "LINE-CUT-SHORT" if short and number == self.last else "FIELD-COUNT"

    def _parse(self, line: bytes) -> list[str] | object:
        return parse(line.decode(), self.delimiter.decode())
