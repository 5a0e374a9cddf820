"""What tables look like as the database has them: columns, types, remarks."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa


@dataclass(frozen=True)
class StoredColumn:
    """One column.

    Args:
        name: Its name.
        type: As the database writes it.
        required: Whether it may not be null.
        remark: Its comment, or None.
    """

    name: str
    type: str
    required: bool
    remark: str | None


def table_shapes(connection: sa.Connection) -> Mapping[str, tuple[StoredColumn, ...]]:
    """Every table and view of ours by full name, columns in order."""
    shapes: dict[str, tuple[StoredColumn, ...]] = {}
    for row in connection.execute(_COLUMNS):
        column = StoredColumn(row.name, row.type, row.required, row.remark)
        shapes[row.table] = (*shapes.get(row.table, ()), column)
    return shapes


def row_count(connection: sa.Connection, table: str) -> int:
    """Rows of a table: counted when it is small, else as the server last estimated."""
    estimated = int(connection.scalar(_ESTIMATE, {"table": table}) or 0)
    if estimated >= _LARGE:
        return estimated
    return int(connection.scalar(sa.text(f"select count(*) from {table}")) or 0)


_LARGE = 1_000_000
_ESTIMATE = sa.text(
    "select cast(reltuples as bigint) from pg_class where oid = cast(:table as regclass)"
)
_COLUMNS = sa.text("""
select
    namespace.nspname || '.' || class.relname as table
    , attribute.attname as name
    , format_type(attribute.atttypid, attribute.atttypmod) as type
    , attribute.attnotnull as required
    , col_description(class.oid, attribute.attnum) as remark
from pg_class as class
inner join pg_namespace as namespace on class.relnamespace = namespace.oid
inner join pg_attribute as attribute on class.oid = attribute.attrelid
where
    namespace.nspname in ('landing', 'core', 'ledger', 'ops')
    and class.relkind in ('r', 'p', 'v', 'm')
    and attribute.attnum > 0 and not attribute.attisdropped
order by 1, attribute.attnum
""")
