"""The landing tables, made from the contracts: columns, keys, indexes, views of what is current.

``landing.<name>`` holds every version of every row; ``landing.<name>_now`` the current ones.
What is there is extended, never narrowed: removing or retyping a column is a migration.
"""

import re
from collections.abc import Iterable

import sqlalchemy as sa

from orchestration.flow.landing.shapes import literal
from orchestration.ground.contracts import Column, Table
from orchestration.ground.failures import ContractFailure

SQL_TYPES = {
    "text": "text",
    "bigint": "bigint",
    "integer": "integer",
    "numeric": "numeric",
    "boolean": "boolean",
    "date": "date",
    "instant": "timestamp with time zone",
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,48}")
_OWN_COLUMNS = """
    , "row_id" bigint generated always as identity primary key
    , "feed" text not null
    , "file_id" bigint not null
    , "line_no" bigint not null
    , "is_current" boolean not null
    , "landed_at" timestamp with time zone not null
"""
OWN_COLUMNS = ("row_id", "feed", "file_id", "line_no", "is_current", "landed_at")

# version numbers a rejected line used up: the next try must be higher
_BURNT_VERSION = """
create table if not exists landing.burnt_version (
    table_name text not null
    , record_id text not null
    , version bigint not null
    , file_id bigint not null
    , line_no bigint not null
    , primary key (table_name, record_id, version)
)
"""


def ensure_tables(connection: sa.Connection, tables: Iterable[Table]) -> None:
    """Create what is missing and add what is new; safe to repeat, also by several at once.

    Args:
        connection: A transaction; the caller commits it.
        tables: Every landing table there shall be.

    Raises:
        ContractFailure: a name cannot be used, or a column is stored with another type.
    """
    connection.exec_driver_sql("select pg_advisory_xact_lock(hashtext('landing tables'))")
    stored, indexes = _stored(connection), _indexes(connection)
    if "burnt_version" not in stored:
        connection.exec_driver_sql(_BURNT_VERSION)
    for table in tables:
        _check_names(table)
        known = stored.get(table.name)
        if known is None:
            _create(connection, table)
        else:
            _extend(connection, table, known)
        _index(connection, table, indexes)


def _stored(connection: sa.Connection) -> dict[str, dict[str, str]]:
    """Columns and their types of what is in the schema now."""
    rows = connection.exec_driver_sql(
        "select table_name, column_name, data_type from information_schema.columns"
        " where table_schema = 'landing'"
    )
    stored: dict[str, dict[str, str]] = {}
    for row in rows:
        stored.setdefault(row.table_name, {})[row.column_name] = row.data_type
    return stored


def _indexes(connection: sa.Connection) -> frozenset[str]:
    """Names of the indexes there are: asking to create one, even in vain, waits for writers."""
    return frozenset(
        connection.exec_driver_sql(
            "select indexname from pg_indexes where schemaname = 'landing'"
        ).scalars()
    )


def _check_names(table: Table) -> None:
    names = [column.name for column in table.columns]
    for name in (table.name, *names):
        if not _NAME.fullmatch(name):
            message = f"{table.name}: {name!r} cannot name a column; use a-z, 0-9 and _"
            raise ContractFailure(message)
    ours = {*OWN_COLUMNS, "burnt_version"} & {table.name, *names}
    wanted = {*table.key, *filter(None, [table.version])}
    if ours or len(set(names)) < len(names) or not wanted <= set(names):
        message = (
            f"{table.name}: column names must differ, also from {', '.join(OWN_COLUMNS)}, "
            "and the key and version must be among them"
        )
        raise ContractFailure(message)


def _create(connection: sa.Connection, table: Table) -> None:
    columns = "\n    , ".join(_definition(table, column) for column in table.columns)
    connection.exec_driver_sql(
        f'create table landing."{table.name}" (\n    {columns}{_OWN_COLUMNS})'
    )
    _show_current(connection, table)


def _definition(table: Table, column: Column) -> str:
    needed = column.name in table.key or column.name == table.version
    default = "" if column.default is None else f" default {literal(str(column.default))}"
    return f'"{column.name}" {SQL_TYPES[column.type]}{default}{" not null" if needed else ""}'


def _extend(connection: sa.Connection, table: Table, known: dict[str, str]) -> None:
    for column in table.columns:
        stored_type = known.get(column.name)
        if stored_type is not None and stored_type != SQL_TYPES[column.type]:
            message = (
                f"landing.{table.name}.{column.name} is stored as {stored_type}, the contract "
                f"says {column.type}; write a migration"
            )
            raise ContractFailure(message)
    new = [column for column in table.columns if column.name not in known]
    for column in new:
        connection.exec_driver_sql(
            f'alter table landing."{table.name}" add column {_definition(table, column)}'
        )
    if new:
        _show_current(connection, table)


def key_order(table: Table) -> tuple[str, ...]:
    """The key's columns, those people search by first: one index then serves both."""
    return tuple(sorted(table.key, key=lambda name: table.column(name).identifies is None))


def _index(connection: sa.Connection, table: Table, known: frozenset[str]) -> None:
    key = key_order(table)
    led_by_key = table.column(key[0]).identifies is not None
    wanted = {
        "current": ("unique", key, " where is_current"),
        "file": ("", ("file_id",), ""),
    }
    if table.version is not None:
        wanted["version"] = ("unique", (*key, table.version), "")
    for columns in table.indexes:
        wanted["_".join(columns)] = ("", columns, "")
    led = {columns[0] for columns in table.indexes} | ({key[0]} if led_by_key else set())
    for column in table.columns:
        if column.identifies and column.name not in led:
            wanted[column.name] = ("", (column.name,), "")
    for suffix, (kind, columns, condition) in wanted.items():
        if f"{table.name}_{suffix}" in known:
            continue
        listed = ", ".join(f'"{name}"' for name in columns)
        connection.exec_driver_sql(
            f'create {kind} index "{table.name}_{suffix}"'
            f' on landing."{table.name}" ({listed}){condition}'
        )


def _show_current(connection: sa.Connection, table: Table) -> None:
    connection.exec_driver_sql(
        f'create or replace view landing."{table.name}_now" as'
        f' select * from landing."{table.name}" where is_current'
    )
