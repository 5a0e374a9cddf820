"""Every report runs, has the columns its head names, and shows no person."""

import re

import pytest
import sqlalchemy as sa

from orchestration import assembly
from orchestration.ground.sql import SQL_FOLDER, bound
from orchestration.reports.asking import window
from orchestration.reports.report_files import Report, load_reports
from tests.sql.reports.rows_to_report import NOW, ZONE, Rows

EVERY = pytest.mark.parametrize("report", load_reports(), ids=lambda one: one.name)


def query(report: Report) -> sa.TextClause:
    return bound(report.sql, window(report, None, None, NOW, ZONE).binds(NOW, None))


@EVERY
def test_a_report_has_the_columns_its_head_names(rows: Rows, report: Report) -> None:
    assert list(rows.connection.execute(query(report)).keys()) == list(report.columns)


@EVERY
def test_a_report_reads_no_column_that_holds_a_person_s_data(report: Report) -> None:
    payload = {
        column.name for table in assembly.tables() for column in table.columns if column.payload
    }
    assert not payload & set(re.findall(r"[a-z_0-9]+", report.sql))


@EVERY
def test_a_report_refers_to_every_table_it_reads(report: Report) -> None:
    text = (SQL_FOLDER / "reports" / f"{report.name}.sql").read_text()
    assert not re.search(r"(from|join)\s+(core|ledger|landing|ops)\.", text)
    assert report.refs
