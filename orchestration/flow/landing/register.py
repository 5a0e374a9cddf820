"""What is written down about files: one line per content, one per arrival."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from orchestration.flow.landing.load import Loaded
from orchestration.flow.landing.receive import Received
from orchestration.flow.landing.stops import NotTaken
from orchestration.flow.landing.verdict import VerdictWord

NO_FEED = "-"

_CLAIM = sa.text("""
insert into landing.file (sha256, feed, name, byte_count, verdict, arrived_at, landed_at)
values (:sha256, :feed, :name, :byte_count, 'landed', :at, :at)
on conflict (sha256) do nothing
returning file_id
""")
_KNOWN = sa.text("""
select file_id, feed, name, verdict, landed_at from landing.file
where sha256 = :sha256 for update
""")
_KNOWN_OF = sa.text("select sha256 from landing.file where sha256 = any(cast(:sha256s as text []))")
_LANDED = sa.text("""
update landing.file
set feed = :feed, name = :name, verdict = 'landed', arrived_at = :at, landed_at = :landed_at
    , line_count = :lines, row_count = :rows, held_count = :held, repeated_count = :repeated
    , newest_event_at = :newest, manifest = cast(:manifest as jsonb)
    , reason_class = null, reason_code = null, reason = null, next_step = null
where file_id = :file_id
""")
_QUARANTINED = sa.text("""
update landing.file
set feed = :feed, name = :name, verdict = 'quarantined', arrived_at = :at, landed_at = :at
    , reason_class = :reason_class, reason_code = :code, reason = :reason, next_step = :next_step
    , manifest = cast(:manifest as jsonb)
where file_id = :file_id
""")
_ARRIVED = sa.text("""
insert into landing.arrival (file_id, feed, name, verdict, reason_code, at)
values (:file_id, :feed, :name, :verdict, :code, :at)
""")
_LAST_ARRIVAL = sa.text("""
select verdict, reason_code from landing.arrival
where name = :name order by arrival_id desc limit 1
""")


@dataclass(frozen=True)
class Claim:
    """The line of one content.

    Args:
        file_id: Its number.
        landed_as: Name it landed under before, or None when it has not.
        landed_at: When that was.
        feed: The feed it landed for.
    """

    file_id: int
    landed_as: str | None = None
    landed_at: datetime | None = None
    feed: str | None = None


def claim(connection: sa.Connection, received: Received, at: datetime) -> Claim:
    """Open the line of a content, or find it; whoever comes second waits for the first.

    A content that was quarantined may be tried again: its contract may have been mended.
    """
    new = connection.scalar(
        _CLAIM,
        {
            "sha256": received.sha256,
            "feed": NO_FEED,
            "name": received.name,
            "byte_count": received.byte_count,
            "at": at,
        },
    )
    if new is not None:
        return Claim(new)
    known = connection.execute(_KNOWN, {"sha256": received.sha256}).one()
    if known.verdict == "quarantined":
        return Claim(known.file_id)
    return Claim(known.file_id, known.name, known.landed_at, known.feed)


def write_landed(
    connection: sa.Connection,
    claimed: Claim,
    received: Received,
    *,
    feed: str,
    loaded: Loaded,
    manifest: Mapping[str, Any] | None,
    at: datetime,
    landed_at: datetime,
) -> None:
    """Its lines are rows, held, or known."""
    connection.execute(
        _LANDED,
        {
            "file_id": claimed.file_id,
            "feed": feed,
            "name": received.name,
            "at": at,
            "landed_at": landed_at,
            "lines": loaded.lines,
            "rows": loaded.rows,
            "held": loaded.held,
            "repeated": loaded.repeated,
            "newest": loaded.newest_event_at,
            "manifest": None if manifest is None else json.dumps(manifest),
        },
    )


def write_quarantined(
    connection: sa.Connection,
    claimed: Claim,
    received: Received,
    *,
    feed: str | None,
    why: NotTaken,
    manifest: Mapping[str, Any] | None,
    at: datetime,
) -> None:
    """Nothing of it is loaded, and why."""
    connection.execute(
        _QUARANTINED,
        {
            "file_id": claimed.file_id,
            "feed": feed or NO_FEED,
            "name": received.name,
            "at": at,
            "reason_class": why.reason_class,
            "code": why.code,
            "reason": why.reason,
            "next_step": why.next_step,
            "manifest": None if manifest is None else json.dumps(manifest),
        },
    )


def write_arrival(
    connection: sa.Connection,
    verdict: VerdictWord,
    name: str,
    at: datetime,
    *,
    feed: str | None = None,
    file_id: int | None = None,
    code: str | None = None,
) -> None:
    """Something turned up."""
    connection.execute(
        _ARRIVED,
        {
            "file_id": file_id,
            "feed": feed,
            "name": name,
            "verdict": verdict,
            "code": code,
            "at": at,
        },
    )


def known_contents(connection: sa.Connection, sha256s: Sequence[str]) -> frozenset[str]:
    """Those of these contents that were landed or quarantined before."""
    return frozenset(connection.scalars(_KNOWN_OF, {"sha256s": list(sha256s)}))


def was_refused(connection: sa.Connection, name: str, code: str) -> bool:
    """Whether the last thing of that name was refused for the same reason."""
    last = connection.execute(_LAST_ARRIVAL, {"name": name}).one_or_none()
    return last is not None and last.verdict == "refused" and last.reason_code == code
