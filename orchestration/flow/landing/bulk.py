"""The first large load of a table: its indexes are built once over all rows, not row by row.

Filling an index in the order of a file costs more than twice what building it sorted costs, and
on a table that is empty nobody misses it meanwhile. Whatever goes wrong, the transaction brings
the indexes back.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from orchestration.flow.landing.staging import Cursor

LARGE = 50_000
"""Rows from which building anew is quicker."""

# the primary key stays: it grows in order, which costs next to nothing
_INDEXES = """
select quote_ident(n.nspname) || '.' || quote_ident(c.relname), pg_get_indexdef(i.indexrelid)
from pg_index as i
inner join pg_class as c on i.indexrelid = c.oid
inner join pg_namespace as n on c.relnamespace = n.oid
where i.indrelid = cast(%(table)s as regclass) and not i.indisprimary
order by 1
"""


@contextmanager
def indexes_built_afterwards(cursor: Cursor, table: str, rows: int) -> Iterator[None]:
    """Leave out the indexes of an empty table while the block fills it with many rows.

    Args:
        cursor: In the landing transaction.
        table: Full name.
        rows: About how many are coming.
    """
    dropped = []
    if rows >= LARGE and _is_ours_and_empty(cursor, table):
        cursor.execute(_INDEXES, {"table": table})
        dropped = cursor.fetchall()
    for name, _ in dropped:
        cursor.execute(f"drop index {name}")
    yield
    for _, definition in dropped:
        cursor.execute(definition)


def _is_ours_and_empty(cursor: Cursor, table: str) -> bool:
    """Whether nothing is in it and nobody looks at it now; then nobody does until we are done."""
    cursor.execute(f"select exists (select from {table})")
    row = cursor.fetchone()
    if row is None or row[0]:
        return False
    cursor.execute("savepoint alone")
    try:
        cursor.execute(f"lock table {table} in access exclusive mode nowait")
    except psycopg.errors.LockNotAvailable:
        cursor.execute("rollback to savepoint alone")
        return False
    return True
