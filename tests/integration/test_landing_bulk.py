"""The first large load of a table leaves it with the same indexes, and keeps no reader waiting."""

import pytest
import sqlalchemy as sa

from orchestration.flow.landing.bulk import LARGE, indexes_built_afterwards
from orchestration.flow.landing.session import drivers_own
from orchestration.ground.database import Database

TABLE = "landing.role_right"
ROW = """
insert into landing.role_right (role, right_code, valid_from, record_version, feed, file_id
    , line_no, is_current, landed_at)
values ('r', :code, '2026-01-01', 1, 'role_rights', 1, 1, true, now())
"""


def indexes(connection: sa.Connection) -> dict[str, str]:
    rows = connection.exec_driver_sql(
        "select indexname, indexdef from pg_indexes"
        " where schemaname = 'landing' and tablename = 'role_right'"
    )
    return {row.indexname: row.indexdef for row in rows}


def seen_inside(connection: sa.Connection, rows: int) -> set[str]:
    with indexes_built_afterwards(drivers_own(connection).cursor(), TABLE, rows):
        connection.execute(sa.text(ROW), {"code": f"of {rows}"})
        return set(indexes(connection))


def test_a_large_load_into_an_empty_table_builds_the_same_indexes_afterwards(
    database: Database,
) -> None:
    with database.transaction() as connection:
        before = indexes(connection)
        assert len(before) > 2
        assert seen_inside(connection, LARGE) == {"role_right_pkey"}
        assert indexes(connection) == before
    with database.engine.connect() as connection:
        assert indexes(connection) == before


def test_a_small_load_and_a_table_with_rows_keep_theirs(database: Database) -> None:
    with database.transaction() as connection:
        before = set(indexes(connection))
        assert seen_inside(connection, LARGE - 1) == before
        assert seen_inside(connection, LARGE) == before


def test_a_table_somebody_reads_keeps_them_so_that_neither_waits(database: Database) -> None:
    with database.engine.connect() as reader, database.transaction() as connection:
        reader.exec_driver_sql(f"select count(*) from {TABLE}")
        before = set(indexes(connection))
        assert seen_inside(connection, LARGE) == before


def test_what_fails_midway_leaves_them_as_they_were(database: Database) -> None:
    with database.engine.connect() as connection:
        before = indexes(connection)
    with (
        pytest.raises(ZeroDivisionError),
        database.transaction() as connection,
        indexes_built_afterwards(drivers_own(connection).cursor(), TABLE, LARGE),
    ):
        raise ZeroDivisionError
    with database.engine.connect() as connection:
        assert indexes(connection) == before
