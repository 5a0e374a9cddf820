"""The command line, typed in a test on the test's own records."""

from pathlib import Path

from click.testing import CliRunner, Result

from orchestration.cli import main
from tests.bench_of_records import Records


class CommandLine:
    """``carehops`` on a home and a database of the test's own, at a stated instant."""

    def __init__(self, records: Records, tmp_path: Path) -> None:
        self._environ = {
            "CAREHOPS_HOME": str(tmp_path / "home"),
            "CAREHOPS_DATABASE_URL": records.database.url.render_as_string(hide_password=False),
        }

    def __call__(self, *arguments: str, now: str = "2026-11-20T18:00:00Z") -> Result:
        return CliRunner().invoke(main, ["--now", now, *arguments], env=self._environ)
