"""Bring a database up to this release: numbered SQL files, in order, each once, never edited."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from orchestration.ground.failures import SetUpFailure
from orchestration.ground.sql import SQL_FOLDER

_LOCK = 7_020_001
_TABLE = """
create table if not exists public.carehops_migration (
    name text primary key
    , sha256 text not null
    , applied_at timestamptz not null default now()
)
"""


def migrate(
    engine: sa.Engine,
    say: Callable[[str], None] = lambda _: None,
    folder: Path = SQL_FOLDER / "migrations",
) -> int:
    """Apply what is missing, all or nothing.

    Returns:
        How many files were applied.

    Raises:
        SetUpFailure: an applied file has been edited since, or the database is of a newer
            release than the program.
    """
    files = sorted(folder.glob("[0-9]*.sql"))
    with engine.begin() as connection:
        connection.execute(sa.text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        connection.exec_driver_sql(_TABLE)
        rows = connection.execute(sa.text("select name, sha256 from public.carehops_migration"))
        applied: dict[str, str] = {row.name: row.sha256 for row in rows}
        newer = set(applied) - {path.name for path in files}
        if newer:
            message = (
                f"the database knows {', '.join(sorted(newer))}, this program does not: "
                "it is of a newer release. Update the program."
            )
            raise SetUpFailure(message)
        return sum(_apply(connection, path, applied, say) for path in files)


def _apply(
    connection: sa.Connection, path: Path, applied: dict[str, str], say: Callable[[str], None]
) -> int:
    sql = path.read_text()
    sha256 = hashlib.sha256(sql.encode()).hexdigest()
    if path.name in applied:
        if applied[path.name] != sha256:
            message = (
                f"{path.name} was edited after it was applied; restore it and write a new file"
            )
            raise SetUpFailure(message)
        return 0
    say(f"applying {path.name}")
    # several statements in one go: without parameters the driver takes them as they are
    connection.connection.driver_connection.execute(sql)  # type: ignore[union-attr]  # psycopg's own
    connection.execute(
        sa.text("insert into public.carehops_migration (name, sha256) values (:name, :sha256)"),
        {"name": path.name, "sha256": sha256},
    )
    return 1
