"""Landing tables follow their contracts: made, extended, never narrowed."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from orchestration.flow.landing.tables import ensure_tables
from orchestration.ground.contracts import Column, Table
from orchestration.ground.database import Database
from orchestration.ground.failures import ContractFailure

PET = Table(
    name="pet",
    key=("owner", "pet_id"),
    version="pet_version",
    event_at="seen_at",
    meaning="A pet.",
    columns=(
        Column("owner", "text", "Whose."),
        Column("pet_id", "text", "Which.", identifies="client"),
        Column("pet_version", "bigint", "Rises."),
        Column("seen_at", "instant", "When."),
        Column("weight", "numeric", "How heavy."),
    ),
)


def columns(database: Database, name: str) -> list[tuple[str, str]]:
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "select column_name, data_type from information_schema.columns"
            f" where table_schema = 'landing' and table_name = '{name}' order by ordinal_position"
        )
        return [(row.column_name, row.data_type) for row in rows]


def indexes(database: Database) -> set[str]:
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql("select indexname from pg_indexes where tablename='pet'")
        return {row.indexname for row in rows}


def ensure(database: Database, *tables: Table) -> None:
    with database.transaction() as connection:
        ensure_tables(connection, tables)


def test_a_table_has_the_contracts_columns_and_our_own(database: Database) -> None:
    ensure(database, PET)
    assert [name for name, _ in columns(database, "pet")] == [
        *("owner", "pet_id", "pet_version", "seen_at", "weight"),
        *("row_id", "feed", "file_id", "line_no", "is_current", "landed_at"),
    ]
    assert ("seen_at", "timestamp with time zone") in columns(database, "pet")
    assert columns(database, "pet_now") == columns(database, "pet")
    # the key's index leads with what people search by, so that needs none of its own
    assert indexes(database) == {"pet_pkey", "pet_current", "pet_version", "pet_file"}


def test_making_it_again_changes_nothing(database: Database) -> None:
    ensure(database, PET)
    before = (columns(database, "pet"), indexes(database))
    ensure(database, PET)
    assert (columns(database, "pet"), indexes(database)) == before


def test_several_at_once_make_it_once(database: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: ensure(database, PET), range(4)))
    assert columns(database, "pet")


def test_a_new_column_is_added_with_its_index_and_seen_in_the_view(database: Database) -> None:
    ensure(database, PET)
    chip = Column("chip_id", "text", "Under the skin.", identifies="client")
    ensure(database, replace(PET, columns=(*PET.columns[:2], chip, *PET.columns[2:])))
    assert columns(database, "pet")[-1] == ("chip_id", "text")
    assert columns(database, "pet_now")[-1] == ("chip_id", "text")
    assert "pet_chip_id" in indexes(database)


def test_a_new_columns_default_holds_for_rows_that_are_there(database: Database) -> None:
    ensure(database, PET)
    with database.transaction() as connection:
        connection.exec_driver_sql(
            "insert into landing.pet (owner, pet_id, pet_version, feed, file_id, line_no"
            ", is_current, landed_at) values ('o', 'p', 1, 'f', 1, 1, true, now())"
        )
    legs = Column("legs", "integer", "How many.", default=4)
    ensure(database, replace(PET, columns=(*PET.columns, legs)))
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("select legs from landing.pet_now").scalar() == 4


def test_a_column_no_longer_named_stays(database: Database) -> None:
    ensure(database, PET)
    ensure(database, replace(PET, columns=PET.columns[:-1]))
    assert ("weight", "numeric") in columns(database, "pet")


def test_a_column_of_another_type_needs_a_migration(database: Database) -> None:
    ensure(database, PET)
    changed = replace(PET, columns=(*PET.columns[:-1], Column("weight", "text", "How heavy.")))
    with pytest.raises(ContractFailure, match=r"pet\.weight is stored as numeric.*text"):
        ensure(database, changed)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(PET, name="pet; drop"),
        replace(PET, columns=(*PET.columns, Column('x"', "text", "Bad."))),
        replace(PET, columns=(*PET.columns, Column("file_id", "text", "Ours."))),
        replace(PET, columns=(*PET.columns, Column("owner", "text", "Twice."))),
        replace(PET, key=("nobody",)),
        replace(PET, version="age"),
    ],
)
def test_names_that_cannot_be_used_are_refused(database: Database, wrong: Table) -> None:
    with pytest.raises(ContractFailure):
        ensure(database, wrong)


def test_two_rows_of_one_record_cannot_both_be_current(database: Database) -> None:
    ensure(database, PET)
    row = "('o', 'p', {}, now(), 1, 'f', 1, 1, true, now())"
    names = "owner, pet_id, pet_version, seen_at, weight, feed, file_id, line_no"
    insert = f"insert into landing.pet ({names}, is_current, landed_at) values "
    with (
        pytest.raises(Exception, match="pet_current"),
        database.transaction() as connection,
    ):
        connection.exec_driver_sql(insert + row.format(1) + ", " + row.format(2))
