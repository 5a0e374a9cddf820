"""Published batches are left in the outbox, each as one whole file, for the transport to take.

The database says what has been written; the folder is only where it lies. After a crash between
the file and the mark, the same bytes are written under the same name again.
"""

import os
from pathlib import Path

import sqlalchemy as sa

from orchestration.ground.clock import Clock
from orchestration.ground.contracts import Examination


def deliver(hop: str, examination: Examination) -> None:
    """Leave in the outbox what has been published and not written yet.

    The pass's own copies of the files hold people's data and have done their service.
    """
    write_outbox(examination.connection, examination.settings.outbox, examination.clock)
    for table in ("written_batch", "claim_batch"):
        examination.connection.exec_driver_sql(f"drop table if exists audit.{hop}__{table}")


def write_outbox(connection: sa.Connection, folder: Path, clock: Clock) -> int:
    """Write every unwritten batch to the folder and mark it written.

    Args:
        connection: A transaction; the caller commits it.
        folder: The outbox; made when it is missing, readable by its owner only.
        clock: When that was.

    Returns:
        How many files were written.
    """
    # another writer's rows are skipped, not waited for: they are in good hands
    rows = connection.execute(_UNWRITTEN).all()
    if not rows:
        return 0
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for row in rows:
        _write_whole(folder / row.file_name, bytes(row.content))
        connection.execute(_MARK, {"batch_no": row.batch_no, "now": clock.now()})
        connection.execute(_SENT, {"batch_no": row.batch_no})
    _sync(folder)
    return len(rows)


_UNWRITTEN = sa.text("""
select batch_no, file_name, content from core.claim_batch
where written_at is null order by batch_no for update skip locked
""")
_MARK = sa.text("update core.claim_batch set written_at = :now where batch_no = :batch_no")
_SENT = sa.text("update core.claim set rung = 'sent' where batch_no = :batch_no and rung = 'built'")


def _write_whole(path: Path, content: bytes) -> None:
    """Under another name first: whoever watches the folder never sees half a file."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    with part.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)


def _sync(folder: Path) -> None:
    """Make the renames themselves survive a crash."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
