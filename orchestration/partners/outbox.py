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
        content = bytes(row.content)
        connection.execute(_BEGIN, {"batch_no": row.batch_no, "now": clock.now()})
        _write_whole(folder / row.file_name, content)
        marks = {"batch_no": row.batch_no, "file_name": row.file_name, "bytes": len(content)}
        connection.execute(_MARK, marks | {"now": clock.now()})
        connection.execute(_SENT, {"batch_no": row.batch_no})
    _sync(folder)
    return len(rows)


_UNWRITTEN = sa.text("""
select batch.batch_no, batch.file_name, batch.content
from core.delivery as delivery
inner join core.claim_batch as batch on delivery.batch_no = batch.batch_no
where delivery.state = 'waiting'
order by batch.batch_no
for update of delivery skip locked
""")
_BEGIN = sa.text("""
update core.delivery set
    state = 'sending', transport = 'folder', tries = tries + 1, updated_at = :now
where batch_no = :batch_no
""")
_MARK = sa.text("""
update core.delivery set
    state = 'sent'
    , remote_name = :file_name
    , bytes_sent = :bytes
    , sent_at = :now
    , confirmed_at = :now
    , updated_at = :now
where batch_no = :batch_no
""")
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
