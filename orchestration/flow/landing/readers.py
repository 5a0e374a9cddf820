"""How the bytes of each dialect become records; and which bytes are no such file at all."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from orchestration.flow.landing.elements import ElementReader
from orchestration.flow.landing.headers import check_delimiter, check_header
from orchestration.flow.landing.lines import (
    BOM,
    Layout,
    Record,
    header_line,
    lay_out,
    records,
)
from orchestration.flow.landing.quoting import quote, split_line
from orchestration.flow.landing.reasons import ASK_SENDER, LINE_REASONS
from orchestration.flow.landing.receive import LONGEST_LINE, Received
from orchestration.flow.landing.stops import Quarantined
from orchestration.ground.contracts import AgencyFile, Delimited, Feed, JsonRecords, X12Replies
from orchestration.ground.failures import ContractFailure, FileRefused


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a partner's reply, or a piece of it that could not be read.

    Args:
        values: By the table's columns; the key is always there.
        fault: Why the piece gave no row, a code of ``LINE_REASONS``; None when it did.
        raw: The piece as it stands in the file, or its beginning.
    """

    values: Mapping[str, str | None]
    fault: str | None = None
    raw: bytes = b""


ReadX12 = Callable[[Received], Iterable[Statement]]
"""A file of replies to its statements, one after the other, whatever the size of the file."""

_PACKED = {
    b"PK\x03\x04": "a zip archive or spreadsheet",
    b"PK\x05\x06": "an empty zip archive",
    b"\x1f\x8b": "packed with gzip",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ": "packed with xz",
    b"\x28\xb5\x2f\xfd": "packed with zstandard",
    b"7z\xbc\xaf": "a 7-zip archive",
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an old Office document",
}
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_FAULTS_TOLD = 20


@dataclass(frozen=True)
class Reader:
    """A file, ready to be read.

    Args:
        delimiter: Between the fields of what is copied.
        fields: Table column to the staging column its text goes to.
        width: How many staging columns there are.
        records: Every record, each time from the start.
        layout: Where records lie, when they can be copied straight through.
        header: The header's names, when there is a header.
        check: Asked after the last record; raises ``Quarantined``.
    """

    delimiter: str
    fields: Mapping[str, str]
    width: int
    records: Callable[[], Iterator[Record]]
    layout: Layout | None = None
    header: tuple[str, ...] = ()
    check: Callable[[], None] = lambda: None


def open_reader(
    feed: Feed, received: Received, read_x12: ReadX12 | None, connection: sa.Connection
) -> Reader:
    """Look at the file as a whole and choose how to read it.

    Args:
        feed: The feed it came for.
        received: Its bytes.
        read_x12: Reads a partner's replies.
        connection: In the landing transaction, for files that must agree with what landed.

    Raises:
        Quarantined: it is not a file of this feed's dialect.
        ContractFailure: the feed is of a dialect nobody can read here.
    """
    _refuse_other_kinds(received, wide=isinstance(feed.dialect, X12Replies))
    if isinstance(feed.dialect, Delimited):
        _refuse_bad_text(received)
        return _delimited(feed, feed.dialect.delimiter, received)
    if isinstance(feed.dialect, JsonRecords):
        _refuse_bad_text(received)
        paths = {column: source.field for column, source in feed.sources.items()}
        elements = ElementReader(received.path, paths)
        return Reader(",", _numbered(paths), len(paths), elements.records, check=elements.check)
    if isinstance(feed.dialect, AgencyFile):
        _refuse_bad_text(received)
        rows = _of_the_agency(feed.dialect, received, connection)
        return _rows(feed, lambda: rows)
    if read_x12 is None:
        message = f"{feed.name} needs a reader of X12 replies, and none was given"
        raise ContractFailure(message)
    return _statements(feed, received, read_x12)


def _of_the_agency(
    dialect: AgencyFile, received: Received, connection: sa.Connection
) -> list[Mapping[str, str | None]]:
    try:
        return list(dialect.read(Path(received.name), received.path.read_text(), connection))
    except FileRefused as refused:
        told = [str(fault) for fault in refused.faults[:_FAULTS_TOLD]]
        more = len(refused.faults) - len(told)
        why = "\n".join(told) + (f"\nand {more} more" if more else "")
    raise Quarantined(
        "AGENCY-FILE-WRONG", why, "What was in force before stays so until the file is mended."
    )


def _numbered(columns: Iterable[str]) -> dict[str, str]:
    return {column: f"f{number}" for number, column in enumerate(columns, start=1)}


def _refuse_other_kinds(received: Received, *, wide: bool) -> None:
    head = received.head
    if not head.removeprefix(BOM).strip() and received.byte_count == len(head):
        raise Quarantined("EMPTY-FILE", "the file holds nothing", ASK_SENDER)
    for mark, kind in _PACKED.items():
        if head.startswith(mark):
            raise Quarantined(
                "PACKED-FILE",
                f"the file is {kind}; archives are not opened",
                "Ask the sender to send it unpacked, as plain text.",
            )
    if not wide and (head.startswith(_WIDE) or head[:2000].count(0) * 4 > len(head[:2000])):
        raise Quarantined(
            "UTF-16",
            "the file is UTF-16, two bytes a letter",
            "Ask the sender to save it as UTF-8.",
        )
    if head.removeprefix(BOM).lstrip()[:15].lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise Quarantined(
            "WEB-PAGE",
            "the file is a web page or XML, perhaps an error message saved under its name",
            "Fetch the file again and look at what the sender's site answers.",
        )


def _refuse_bad_text(received: Received) -> None:
    if received.nul_line is not None:
        raise Quarantined(
            "NUL-BYTES",
            f"line {received.nul_line} holds a NUL byte, which no text has",
            ASK_SENDER,
        )
    if received.not_utf8_line is not None:
        raise Quarantined(
            "NOT-UTF-8",
            f"line {received.not_utf8_line} is not UTF-8; it may be Latin-1 or Windows-1252",
            "Ask the sender to save the file as UTF-8.",
        )


def _delimited(feed: Feed, delimiter: str, received: Received) -> Reader:
    wanted = {source.field: None for source in feed.sources.values()}
    line = header_line(received)
    if received.longest_line > LONGEST_LINE:
        raise Quarantined(
            "LINES-TOO-LONG",
            f"a line is longer than {LONGEST_LINE >> 20} megabytes: line ends are missing",
            ASK_SENDER,
        )
    if b"\r" in line:
        raise Quarantined(
            "LINE-ENDS",
            "lines end with a carriage return alone, as on very old computers",
            "Ask the sender to save the file with line feeds.",
        )
    text = line.decode()
    header = split_line(text, delimiter) or [text]
    if len(header) == 1:
        check_delimiter(text, delimiter, wanted)
    check_header(header, wanted)
    layout = lay_out(received, delimiter, tuple(header))
    places = _numbered(header)
    return Reader(
        delimiter=delimiter,
        fields={column: places[source.field] for column, source in feed.sources.items()},
        width=len(header),
        records=lambda: records(layout),
        layout=layout,
        header=tuple(header),
    )


def _rows(feed: Feed, rows: Callable[[], Iterable[Mapping[str, str | None]]]) -> Reader:
    """What a reader of its own makes of the file, one record a row."""
    columns = tuple(feed.sources)

    def read() -> Iterator[Record]:
        for number, row in enumerate(rows(), start=1):
            _refuse_surprise(feed, row)
            yield _row(number, row, columns)

    return Reader(",", _numbered(columns), len(columns), read)


def _refuse_surprise(feed: Feed, row: Mapping[str, str | None]) -> None:
    if not row.keys() <= feed.sources.keys():
        message = f"the reader of {feed.name} gives columns the contract does not name"
        raise ContractFailure(message)


def _statements(feed: Feed, received: Received, read_x12: ReadX12) -> Reader:
    """What a partner says, a record a statement; what nothing can be read of is no reply."""
    columns = tuple(feed.sources)
    nothing = b"," * (len(columns) - 1)
    faults: dict[str | None, None] = {}

    def read() -> Iterator[Record]:
        for number, statement in enumerate(read_x12(received), start=1):
            _refuse_surprise(feed, statement.values)
            faults[statement.fault] = None
            get, fault = statement.values.get, statement.fault
            copied = quote([get(column) or "" for column in columns], b",")
            if b"\0" in copied:
                fault, copied = "NOT-TEXT", nothing
            yield Record(number, statement.raw or copied, fault, copied)

    def check() -> None:
        if faults and None not in faults:
            reason = LINE_REASONS[next(filter(None, faults))]
            raise Quarantined(reason.code, reason.text, reason.next_step)

    return Reader(",", _numbered(columns), len(columns), read, check=check)


def _row(number: int, row: Mapping[str, Any], columns: tuple[str, ...]) -> Record:
    values = [str(row.get(column) or "") for column in columns]
    fault = "NOT-TEXT" if any("\0" in value for value in values) else None
    copied = b"," * (len(columns) - 1) if fault else quote(values, b",")
    return Record(number, json.dumps(dict(row)).encode(), fault, copied)
