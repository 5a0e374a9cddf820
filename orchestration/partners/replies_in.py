"""What a partner has left for us is fetched into the drop folder, each file once.

A file is taken when two looks found it with the same size and date: one that is being written
changes. Its name there may say anything, so here it is called after partner and content.
"""

import hashlib
import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from orchestration.ground.clock import Clock
from orchestration.partners.line import NO_LINE, Line, LineFailure, Remote, Transport

HALF_SENT: Final = (".part", ".partial", ".tmp", ".filepart", ".crdownload", ".uploading")
SUFFIX: Final = ".x12"


@dataclass
class Replies:
    """The replies of one partner; whoever fetches them holds the partner's lock.

    Args:
        engine: Of our database.
        clock: Now.
        partner: Whose.
        drop: Where files are landed from.
        fetched: How many were new.
    """

    engine: sa.Engine
    clock: Clock
    partner: str
    drop: Path
    fetched: int = 0

    def fetch(self, line: Line, transport: Transport) -> None:
        """Fetch what is new and still.

        Raises:
            LineFailure: the partner did not give them all; those that came stay.
        """
        found = [one for one in line.files(transport.replies) if not one.name.endswith(HALF_SENT)]
        failures = []
        for remote in self._still(found, timedelta(seconds=transport.quiet_seconds)):
            try:
                self.fetched += self._take(line, transport.replies, remote)
            except LineFailure as failure:  # one that is not given holds up no other
                failures.append(failure)
                if failure.why in NO_LINE:
                    raise
        if transport.removes_replies:
            self._clear(line, transport.replies, found)
        if failures:
            raise failures[0]

    def _still(self, found: list[Remote], quiet: timedelta) -> list[Remote]:
        now = self.clock.now()
        if not found:
            return []
        seen = [self._told(remote) | {"now": now} for remote in found]
        with self.engine.begin() as connection:
            connection.execute(_SEE, seen)
            new = connection.execute(_STILL, {"partner": self.partner, "by": now - quiet})
            still = {(row.remote_name, row.size, row.modified_at) for row in new}
        return [one for one in found if (one.name, one.size, one.modified_at) in still]

    def _take(self, line: Line, folder: str, remote: Remote) -> bool:
        """Whole, under a name of ours, readable by us only; written down when it lies there."""
        self.drop.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = self.drop / f".{self.partner}.reply.part"
        part.unlink(missing_ok=True)
        digest = hashlib.sha256()
        part.touch(mode=0o600)
        with part.open("wb") as stream:

            def take(piece: bytes) -> None:
                digest.update(piece)
                stream.write(piece)

            line.read(folder, remote.name, take)
            stream.flush()
            os.fsync(stream.fileno())
        if part.stat().st_size != remote.size or line.size(folder, remote.name) != remote.size:
            part.unlink()  # it has changed meanwhile: it is looked at again next time
            return False
        sha256 = digest.hexdigest()
        name = f"{self.partner}_{sha256[:16]}{SUFFIX}"
        told = self._told(remote) | {"sha256": sha256, "name": name, "now": self.clock.now()}
        with self.engine.begin() as connection:
            known = connection.scalar(_KNOWN, told)
            if known:
                part.unlink()  # the same file again under another name or date
            else:
                part.replace(self.drop / name)
            connection.execute(_FETCHED, told)
        return not known

    def _clear(self, line: Line, folder: str, found: list[Remote]) -> None:
        with self.engine.connect() as connection:
            here = connection.execute(_HERE, {"partner": self.partner}).all()
        gone = {(row.remote_name, row.size, row.modified_at) for row in here}
        for remote in found:
            if (remote.name, remote.size, remote.modified_at) in gone:
                if line.size(folder, remote.name) != remote.size:
                    continue
                try:
                    line.remove(folder, remote.name)
                except LineFailure as failure:
                    if failure.why != "folder_missing":
                        raise
                with self.engine.begin() as connection:
                    connection.execute(_REMOVED, self._told(remote) | {"now": self.clock.now()})

    def _told(self, remote: Remote) -> dict[str, Any]:
        return {
            "partner": self.partner,
            "remote_name": remote.name,
            "size": remote.size,
            "modified_at": remote.modified_at,
        }


_SAME = """
partner = :partner and remote_name = :remote_name and size = :size and modified_at = :modified_at
"""
_SEE = sa.text("""
insert into core.reply_file as known
    (partner, remote_name, size, modified_at, first_seen_at, last_seen_at)
values (:partner, :remote_name, :size, :modified_at, :now, :now)
on conflict (partner, remote_name, size, modified_at) do update set last_seen_at = :now
where known.fetched_at is null
""")
_STILL = sa.text("""
select remote_name, size, modified_at from core.reply_file
where partner = :partner and fetched_at is null and first_seen_at <= :by
""")
_KNOWN = sa.text("""
select exists (select 1 from core.reply_file where partner = :partner and sha256 = :sha256)
""")
_FETCHED = sa.text(
    f"update core.reply_file set fetched_at = :now, sha256 = :sha256, local_name = :name"
    f" where {_SAME}"
)
_HERE = sa.text("""
select remote_name, size, modified_at from core.reply_file
where partner = :partner and fetched_at is not null and removed_at is null
""")
_REMOVED = sa.text(f"update core.reply_file set removed_at = :now where {_SAME}")
