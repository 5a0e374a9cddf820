"""Every report is a file that says what it is, has a test, and stands in ``docs/reports.md``."""

import pytest

from orchestration import assembly
from orchestration.ground.sql import SQL_FOLDER
from orchestration.reports.report_files import load_reports
from orchestration.reports.report_page import report_page

ROOT = SQL_FOLDER.parent
NAMES = [report.name for report in load_reports()]


def test_the_page_is_what_carehops_docs_writes() -> None:
    assert (ROOT / "docs" / "reports.md").read_text() == report_page(load_reports())


@pytest.mark.parametrize("name", NAMES)
def test_a_report_has_a_test_with_rows_of_its_own(name: str) -> None:
    tests = (ROOT / "tests" / "sql" / "reports").glob("test_*.py")
    assert any(f'"{name}"' in path.read_text() for path in tests)


def test_no_report_has_the_name_of_a_hop_or_feed() -> None:
    taken = {hop.name for hop in assembly.hops()} | {feed.name for feed in assembly.feeds()}
    assert not taken & set(NAMES)
