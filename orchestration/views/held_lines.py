"""Lines that could not become rows: where, why, and how each ended; never what they say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orchestration.views.mentions import File
from orchestration.views.sight import Sight

_OLDEST_FIRST = "order by held.held_at, held.file_id, held.line_no"


@dataclass(frozen=True)
class HeldLine:
    """A line that could not become a row; its bytes stay in the database.

    Args:
        number: File and line, by which it can be settled: ``17/5``.
        record: Id of its record, where it could be read.
        file: The file it stands in.
        line_no: Its line there.
        held_at: Since when it is held.
        reason_class: Kind of the first reason.
        reasons: All of them.
        ended_at: When it ended; None while it waits.
        mended_by: File and line of the row that came instead of it.
        settled_by: Who said that nothing more will come of it.
        because: Why.
    """

    number: str
    record: str | None
    file: File
    line_no: int
    held_at: datetime
    reason_class: str
    reasons: tuple[Mapping[str, Any], ...]
    ended_at: datetime | None
    mended_by: str | None
    settled_by: str | None
    because: str | None

    @property
    def codes(self) -> list[str]:
        """Codes of all its reasons, each once."""
        return list(dict.fromkeys(str(reason["code"]) for reason in self.reasons))

    @property
    def waits(self) -> bool:
        """Whether nothing came instead of it yet."""
        return self.ended_at is None

    @property
    def ending(self) -> str:
        """How one that waits no more ended."""
        if self.settled_by is None:
            return f"mended by line {self.mended_by}"
        return f"settled by {self.settled_by}: {self.because}"


@dataclass(frozen=True)
class HeldLines:
    """Held lines, and how many there are besides those listed."""

    at: datetime
    waiting: int
    lines: tuple[HeldLine, ...]


def of_records(sight: Sight, ids: Iterable[str]) -> tuple[HeldLine, ...]:
    """Lines held under one of these record ids, oldest first."""
    return _lines(sight, f"held.record_id = any(:ids) {_OLDEST_FIRST}", ids=list(ids))


def of_file(sight: Sight, file_id: int | None, limit: int) -> tuple[HeldLine, ...]:
    """Lines of a file, in order, at most so many."""
    where = "held.file_id = :file_id order by held.line_no limit :limit"
    return _lines(sight, where, file_id=file_id, limit=limit)


def held_lines(sight: Sight, feed: str | None, ended: bool, limit: int) -> HeldLines:
    """What waits at landing, oldest first.

    Args:
        sight: What we look at.
        feed: Only of this feed; None means of all.
        ended: Whether to list those that wait no more too.
        limit: How many to list.
    """
    which = "(cast(:feed as text) is null or held.feed = :feed)"
    waiting = sight.rows(
        f"select count(*) as lines from landing.held_line as held"
        f" where {which} and held.ended_at is null",
        feed=feed,
    )[0].lines
    if not ended:
        which += " and held.ended_at is null"
    lines = _lines(sight, f"{which} {_OLDEST_FIRST} limit :limit", feed=feed, limit=limit)
    return HeldLines(sight.now, int(waiting), lines)


def _lines(sight: Sight, where: str, **binds: object) -> tuple[HeldLine, ...]:
    rows = sight.rows(
        f"""
        select
            held.file_id, held.line_no, held.record_id, held.feed, held.held_at
            , held.reason_class, held.reasons, held.ended_at, held.mended_by_file_id
            , held.mended_by_line_no, held.settled_by, held.because, file.name, file.sha256
        from landing.held_line as held
        inner join landing.file as file on held.file_id = file.file_id
        where {where}
        """,
        **binds,
    )
    return tuple(
        HeldLine(
            number=f"{row.file_id}/{row.line_no}",
            record=row.record_id,
            file=File(row.file_id, row.name, row.feed, row.sha256),
            line_no=row.line_no,
            held_at=row.held_at,
            reason_class=row.reason_class,
            reasons=tuple(row.reasons),
            ended_at=row.ended_at,
            mended_by=row.mended_by_file_id and f"{row.mended_by_file_id}/{row.mended_by_line_no}",
            settled_by=row.settled_by,
            because=row.because,
        )
        for row in rows
    )
