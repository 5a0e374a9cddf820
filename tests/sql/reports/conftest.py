"""Each test of a report has rows of its own, in a transaction that is taken back."""

from collections.abc import Iterator

import pytest

from orchestration.ground.database import Database
from tests.sql.reports.rows_to_report import Rows


@pytest.fixture
def rows(module_database: Database) -> Iterator[Rows]:
    with module_database.engine.connect() as connection:
        yield Rows(connection)
        connection.rollback()
