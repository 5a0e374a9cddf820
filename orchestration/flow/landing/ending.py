"""How a held line ends, once and for good: a later row mends it, or a person settles it.

While it waits it counts: in the feed's check and in what ``carehops status`` says of the feed.
"""

import re
from datetime import datetime
from typing import NoReturn

import sqlalchemy as sa

from orchestration.flow.landing.shapes import literal
from orchestration.flow.landing.staging import Cursor
from orchestration.ground.contracts import Feed
from orchestration.ground.failures import PermanentFailure

_NUMBER = re.compile(r"(\d{1,18})/(\d{1,18})")


def mend(cursor: Cursor, feed: Feed, file_id: int, landed_at: datetime) -> int:
    """End the feed's held lines whose record has come in this file, in the landing transaction.

    The good line comes later than the held one, and has a higher version where both say theirs.

    Args:
        cursor: In that transaction, after ``pg_temp.picked`` and ``pg_temp.odd`` are filled.
        feed: The feed.
        file_id: The file's number.
        landed_at: The instant of landing.

    Returns:
        How many lines it ended.
    """
    table = feed.table
    record = " || '/' || ".join(f'cast(p."{name}" as text)' for name in table.key)
    newer = f'waits.version is null or p."{table.version}" > waits.version'
    cursor.execute(
        f"""
        update landing.held_line as held
        set ended_at = {literal(landed_at.isoformat())}
            , mended_by_file_id = {file_id}, mended_by_line_no = came.line_no
        from (
            select waits.file_id, waits.line_no as held_line_no, min(p.line_no) as line_no
            from landing.held_line as waits
            inner join pg_temp.picked as p on waits.record_id = {record}
            left join pg_temp.odd as o on p.line_no = o.line_no
            where waits.feed = {literal(feed.name)} and waits.ended_at is null
                and coalesce(o.fate, 'landed') not in ('differs', 'burnt')
                and ({"true" if table.version is None else newer})
                and (waits.file_id <> {file_id} or waits.line_no < p.line_no)
            group by waits.file_id, waits.line_no
        ) as came
        where held.file_id = came.file_id and held.line_no = came.held_line_no
        """
    )
    return int(cursor.rowcount)


def settle(connection: sa.Connection, number: str, by: str, because: str, now: datetime) -> None:
    """Write down that nothing more will come of a held line.

    Args:
        connection: A transaction; the caller commits it.
        number: The line, as ``carehops held-lines`` numbers it: file, slash, line.
        by: Who says so.
        because: Why; kept for good, so it names no person.
        now: The present instant.

    Raises:
        PermanentFailure: no such line waits, or who or why is missing.
    """
    if not by.strip() or not because.strip():
        _refuse("settling a line needs who and why: --by and --why say it in a few words")
    found = _NUMBER.fullmatch(number)
    if found is None:
        _refuse(f"{number} is no held line; they are numbered like 17/5, file and line")
    line = {"file_id": int(found[1]), "line_no": int(found[2])}
    row = connection.execute(_WAITING, line).first()
    if row is None:
        _refuse(f"no line {number} was ever held; `carehops held-lines` lists those that wait")
    if row.ended_at is not None:
        how = f"was settled by {row.settled_by}" if row.settled_by else "was mended by a later row"
        _refuse(f"line {number} does not wait any more: it {how}")
    ended = {"by": by.strip(), "because": because.strip(), "now": now}
    connection.execute(_SETTLE, {**line, **ended})


def _refuse(why: str) -> NoReturn:
    message = f"refused: {why}"
    raise PermanentFailure(message)


_WAITING = sa.text("""
select ended_at, settled_by from landing.held_line
where file_id = :file_id and line_no = :line_no for update
""")
_SETTLE = sa.text("""
update landing.held_line set ended_at = :now, settled_by = :by, because = :because
where file_id = :file_id and line_no = :line_no
""")
