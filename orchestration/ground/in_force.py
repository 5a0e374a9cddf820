"""Files of the agency's that are in force: the newest good one, whatever lies in the folder now.

A file somebody has just spoiled must not leave anybody unpaged. So its last good text is kept in
the database, and is used until the file is mended; what is wrong with it is kept beside.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

import sqlalchemy as sa

from orchestration.ground.failures import FileRefused
from orchestration.ground.toml_file import read_text

T = TypeVar("T")
Read = Callable[[Path, str], T]
"""Makes something of a file's text, or raises ``FileRefused``; the path is for its messages."""


@dataclass(frozen=True)
class InForce(Generic[T]):
    """What holds.

    Args:
        value: What was read.
        refused: Why the file as it lies there now is not what holds, or None.
    """

    value: T
    refused: FileRefused | None = None


def in_force(
    connection: sa.Connection, path: Path, read: Read[T], now: datetime, name: str | None = None
) -> InForce[T]:
    """Read the file, or, when it is wrong, what it last said that was right.

    Args:
        connection: A transaction; what changed is written down in it.
        path: The file.
        read: Makes something of its text.
        now: When that is.
        name: What it is known by; the path's last part by default.

    Raises:
        FileRefused: it is wrong and never was right, or what was right no longer is.
    """
    name = name or path.name
    try:
        text = read_text(path)
        value = read(path, text)
    except FileRefused as refused:
        kept = connection.scalar(_KEPT, {"name": name})
        if kept is None:
            raise
        _refuse(connection, name, str(refused), now)
        return InForce(_still_good(path, kept, read, refused), refused)
    connection.execute(_TAKE, {"name": name, "text": text, "sha256": _sha(text), "now": now})
    return InForce(value)


def in_force_if_ever(
    connection: sa.Connection, path: Path, read: Read[T], now: datetime, name: str
) -> InForce[T | None]:
    """The same for a file the others can do without: one that never was right does not hold.

    That it is wrong is written down, so that somebody is told.
    """
    try:
        found = in_force(connection, path, read, now, name)
    except FileRefused as refused:
        connection.execute(_NEVER, {"name": name, "sha256": _sha(""), "now": now})
        _refuse(connection, name, str(refused), now)
        return InForce(None, refused)
    return InForce(found.value, found.refused)


def unchanged(connection: sa.Connection, names: Mapping[str, Path]) -> set[str]:
    """Those of the files that lie there as they are in force."""
    rows = connection.execute(_TAKEN, {"names": list(names)})
    return {row.name for row in rows if row.text == _text(names[row.name])}


def _text(path: Path) -> str | None:
    try:
        return read_text(path)
    except FileRefused:
        return None


def _still_good(path: Path, kept: str, read: Read[T], refused: FileRefused) -> T:
    try:
        return read(path, kept)
    except FileRefused:  # it was right for an older release
        raise refused from None


def _refuse(connection: sa.Connection, name: str, why: str, now: datetime) -> None:
    told = {"name": name, "sha256": _sha(why), "why": why, "now": now}
    connection.execute(_REFUSE, told)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


_NEVER = sa.text("""
insert into ops.in_force (name, sha256, text, taken_at) values (:name, :sha256, '', :now)
on conflict (name) do nothing
""")
_TAKEN = sa.text("""
select name, text from ops.in_force where name = any(:names) and refused_since is null
""")
_KEPT = sa.text("select text from ops.in_force where name = :name")
# only changes are written: this is asked every half minute
_TAKE = sa.text("""
insert into ops.in_force as known (name, sha256, text, taken_at)
values (:name, :sha256, :text, :now)
on conflict (name) do update set
    sha256 = excluded.sha256
    , text = excluded.text
    , taken_at = case
        when known.sha256 = excluded.sha256 then known.taken_at else excluded.taken_at
    end
    , refused_sha256 = null
    , refused_since = null
    , refused_why = null
where known.sha256 <> excluded.sha256 or known.refused_since is not null
""")
_REFUSE = sa.text("""
update ops.in_force set
    refused_sha256 = :sha256
    , refused_why = :why
    , refused_since = coalesce(refused_since, :now)
where name = :name and refused_sha256 is distinct from :sha256
""")
