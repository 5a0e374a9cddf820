"""What was received, by file and by feed: where an id should have come from, and what became of it.

A file's name, number and counts are shown; its bytes and the text of its lines never are.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orchestration.ground.contracts import Feed, IdentifierKind
from orchestration.views.identifiers import KINDS, homes, key_sql, own_key
from orchestration.views.sight import Sight

_SHA256 = re.compile(r"[0-9a-f]{64}")
_FILE_NUMBER = re.compile(r"[1-9][0-9]{0,17}")
_SEEN = 20


@dataclass(frozen=True)
class FeedNews:
    """The newest of a feed.

    Args:
        feed: Its name.
        owner: Role that answers for it.
        last_file: Name of the newest file that landed.
        last_at: When it landed.
        newest_event_at: Newest event in what landed.
        expected_at: When the next file is normally there.
        quarantined: Names of files quarantined since.
    """

    feed: str
    owner: str
    last_file: str | None
    last_at: datetime | None
    newest_event_at: datetime | None
    expected_at: datetime | None
    quarantined: tuple[str, ...]


@dataclass(frozen=True)
class FileFound:
    """A received file and what became of it."""

    file_id: int | None
    name: str
    sha256: str | None
    feed: str | None
    verdict: str
    at: datetime
    lines: int = 0
    rows: int = 0
    held: int = 0
    repeated: int = 0
    reason_class: str | None = None
    reason_code: str | None = None
    reason: str | None = None
    next_step: str | None = None


def feed_news(sight: Sight, feed: Feed) -> FeedNews:
    """What a feed brought last, and when it should bring more."""
    row = next(iter(sight.rows(_NEWEST, feed=feed.name)), None)
    refused = sight.rows(
        "select name from landing.file where feed = :feed and verdict = 'quarantined'"
        " and landed_at > coalesce(cast(:since as timestamptz), '-infinity')"
        " order by landed_at desc limit 5",
        feed=feed.name,
        since=row.landed_at if row else None,
    )
    return FeedNews(
        feed=feed.name,
        owner=feed.owner,
        last_file=row.name if row else None,
        last_at=row.landed_at if row else None,
        newest_event_at=row.newest_event_at if row else None,
        expected_at=row.landed_at + feed.cadence if row else None,
        quarantined=tuple(found.name for found in refused),
    )


_NEWEST = """
select name, landed_at, newest_event_at
from landing.file
where feed = :feed and verdict = 'landed'
order by landed_at desc, file_id desc limit 1
"""


def likely_feeds(sight: Sight, text: str, kind: str | None = None) -> tuple[Feed, ...]:
    """The feeds that should have brought an id: by the kind asked for, else by how it looks.

    Ids of one kind look alike (``V000123``, ``V000124``); when this one looks like none that was
    ever received, any feed might have brought it.
    """
    by_kind = homes(sight.feeds)
    if kind in by_kind:
        return by_kind[kind]
    source = text.partition("/")[0]
    named = [
        feed
        for feeds in by_kind.values()
        for feed in feeds
        if "/" in text and source in feed.constants.values()
    ]
    if named:
        return tuple(named)
    shape = _shape(text.rpartition("/")[2] if "/" in text else text)
    alike = [
        feed
        for each in KINDS
        for feed in by_kind.get(each, ())
        if shape in {_shape(seen) for seen in _seen(sight, each, feed)}
    ]
    return tuple(alike) or tuple(feed for feeds in by_kind.values() for feed in feeds)


def _shape(text: str) -> str:
    """Letters as they are, each run of digits as its length: ``V000123`` is ``V<6>``."""
    return re.sub(r"\d+", lambda found: f"<{len(found[0])}>", text)


def _seen(sight: Sight, kind: IdentifierKind, feed: Feed) -> list[str]:
    """Some ids of a kind that a feed brought lately."""
    column = own_key(feed)[0]
    rows = sight.rows(
        f"select {column} as seen from landing.{feed.table.name} order by row_id desc limit :some",
        some=_SEEN,
    )
    assert feed.table.column(column).identifies == kind  # noqa: S101 - homes() says so
    return [str(row.seen) for row in rows]


def find_file(sight: Sight, text: str) -> FileFound | None:
    """A file by its number, its sha256 or its name; the newest arrival of that name."""
    if _SHA256.fullmatch(text.lower()):
        where, value = "sha256 = :value", text.lower()
    elif _FILE_NUMBER.fullmatch(text):
        where, value = "file_id = cast(:value as bigint)", text
    else:
        where, value = "name = :value", text
    rows = sight.rows(
        f"select * from landing.file where {where} order by landed_at desc limit 1", value=value
    )
    if rows:
        return _found(rows[0])
    arrivals = sight.rows(
        "select * from landing.arrival where name = :name order by at desc limit 1", name=text
    )
    return _arrived(sight, arrivals[0]) if arrivals else None


def _found(row: Any) -> FileFound:
    return FileFound(
        file_id=row.file_id,
        name=row.name,
        sha256=row.sha256,
        feed=row.feed,
        verdict=row.verdict,
        at=row.landed_at,
        lines=row.line_count,
        rows=row.row_count,
        held=row.held_count,
        repeated=row.repeated_count,
        reason_class=row.reason_class,
        reason_code=row.reason_code,
        reason=row.reason,
        next_step=row.next_step,
    )


def _arrived(sight: Sight, row: Any) -> FileFound:
    """A name that only ever turned up: refused, or a copy of what had landed before."""
    original = sight.rows("select name from landing.file where file_id = :id", id=row.file_id)
    copied = f"its bytes landed before as {original[0].name}" if original else row.reason_code
    return FileFound(
        file_id=row.file_id,
        name=row.name,
        sha256=None,
        feed=row.feed,
        verdict=row.verdict,
        at=row.at,
        reason_code=row.reason_code,
        reason=copied,
    )


def file_records(sight: Sight, found: FileFound) -> str:
    """A SELECT of the records a landed file's rows became part of, by ``:file_id``."""
    open_ones = (
        "select record_id from ledger.entry"
        " where hop = any(:hops) and state in ('waiting', 'held') and file_id = :file_id"
    )
    feed = next((feed for feed in sight.feeds if feed.name == found.feed), None)
    if feed is None or len(own_key(feed)) != 1:
        return open_ones
    table = feed.table
    rows = f"landing.{table.name} as landed"
    key = key_sql(table, "landed")
    by_key = f"select {key} as record_id from {rows} where landed.file_id = :file_id"
    if own_key(feed) != table.key:
        return by_key
    # a longer id that begins with the row's key
    longer = (
        f"select entry.record_id from {rows} inner join lateral (select known.record_id"
        f" from ledger.entry as known where known.record_id >= ({key} || '/')"
        f" and known.record_id < ({key} || '0') offset 0) as entry on true"
        " where landed.file_id = :file_id"
    )
    return f"{open_ones} union {longer}" if sight.takers(f"landing.{table.name}") else open_ones
