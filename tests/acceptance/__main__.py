"""Run every test that proves a row and write ``docs/acceptance.md``: ``make acceptance``."""

import sys

import pytest

from tests.acceptance.table import PAGE, claims, page, rows


class Outcomes:
    """Collects how each test ended; one with several parameters passes when all do."""

    def __init__(self) -> None:
        self.failed: set[str] = set()
        self.passed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note one phase of one test."""
        name = report.nodeid.partition("[")[0]
        if report.failed:
            self.failed.add(name)
        elif report.when == "call" and report.passed:
            self.passed.add(name)

    def said(self, test: str) -> str:
        """``passed``, ``failed``, or ``not run``."""
        if test in self.failed:
            return "failed"
        return "passed" if test in self.passed else "not run"


def main() -> int:
    """Run, write, and answer with pytest's exit code."""
    proofs = claims()
    tests = sorted({test for proven in proofs.values() for test in proven})
    outcomes = Outcomes()
    code = pytest.main(["-q", *tests], plugins=[outcomes])
    PAGE.write_text(page(rows(), proofs, outcomes.said))
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
