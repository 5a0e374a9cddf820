"""``carehops watch`` and the commands about incidents, on a home and a database of their own."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from orchestration.cli import main
from orchestration.ground.database import Database
from orchestration.watch.looking.heartbeats import WATCHDOG, beat

pytestmark = pytest.mark.slow

Carehops = Callable[..., Any]
HOP = "evv_to_coordination"
SAID = ("--by", "EVV01", "--why", "vendor called")


@pytest.fixture
def carehops(database: Database, administrator: sa.Engine, tmp_path: Path) -> Iterator[Carehops]:
    """The command line as of a minute of Wednesday 18 Nov 2026, 10 o'clock in New York."""
    url = database.url.render_as_string(hide_password=False)
    environ = {"CAREHOPS_HOME": str(tmp_path / "home"), "CAREHOPS_DATABASE_URL": url}

    def call(minute: int, *arguments: object, refused: bool = False) -> Any:
        now = f"2026-11-18T{15 + minute // 60}:{minute % 60:02}:00Z"
        words = ["--now", now, *map(str, arguments)]
        result: Result = CliRunner().invoke(main, words, env=environ)
        assert result.exit_code == (2 if refused else 0), result.output
        return json.loads(result.stdout) if "--json" in words else result.output

    yield call
    with administrator.connect() as connection:
        connection.exec_driver_sql(f'drop database if exists "{database.url.database}_dagster"')


@pytest.fixture
def stale(database: Database, carehops: Carehops) -> None:
    """A hop that published three hours ago and not since; the watchdog looks."""
    carehops(0, "up")
    with database.transaction() as connection:
        beat(connection, WATCHDOG, datetime(2026, 11, 18, 17, tzinfo=UTC))
        connection.exec_driver_sql(
            "insert into ledger.pass (hop, outcome, started_at, finished_at)"
            f" values ('{HOP}', 'published', '2026-11-18T12:00:00Z', '2026-11-18T12:00:00Z')"
        )


@pytest.mark.usefixtures("stale")
def test_a_problem_is_found_paged_answered_for_and_closed(
    carehops: Carehops, tmp_path: Path
) -> None:
    looked = carehops(0, "watch", "--json")
    assert looked == {"conditions": 1, "open": 1, "told": 1, "sent": 1, "failed": 0}
    assert "1 condition; 1 open incident, 0 told now; 0 pages sent." in carehops(1, "watch")
    (found,) = carehops(1, "incidents", "--json")["incidents"]
    assert (found["kind"], found["subject"], found["state"]) == ("hop_stale", HOP, "open")
    number = found["incident"]
    assert "1 open incident: 1 P1." in carehops(1, "status")

    taken = carehops(2, "acknowledge", number, *SAID, "--json")
    assert taken["about"]["state"] == "acknowledged"
    quiet = carehops(3, "snooze", number, "--until", "2026-11-18T16:00:00Z", *SAID, "--json")
    assert quiet["about"]["state"] == "snoozed"
    assert carehops(50, "watch", "--json")["told"] == 0
    assert carehops(60, "watch", "--json")["told"] == 1
    closed = carehops(61, "close", number, *SAID, "--json")
    assert [(each["what"], each["who"]) for each in closed["history"]] == [
        *(("opened", "carehops"), ("told", "carehops"), ("acknowledged", "evv01")),
        *(("snoozed", "evv01"), ("reminded", "carehops"), ("closed", "evv01")),
    ]
    assert carehops(62, "watch", "--json")["open"] == 0
    assert carehops(62, "incidents") == "No incident is open.\n"
    assert f"Incident {number}: P1 hop_stale" in carehops(62, "incident", number)
    sent = "".join(path.read_text() for path in (tmp_path / "home" / "pages").iterdir())
    assert [json.loads(line)["what"] for line in sent.splitlines()] == [
        *("opened", "reminder", "recovered")
    ]
    assert "vendor" not in sent


@pytest.mark.usefixtures("stale")
def test_what_cannot_be_answered_for_is_refused_in_one_line(carehops: Carehops) -> None:
    assert "there is no incident 99" in carehops(0, "acknowledge", 99, *SAID, refused=True)
    carehops(0, "watch")
    (found,) = carehops(1, "incidents", "--json")["incidents"]
    said = carehops(
        1, "snooze", found["incident"], "--until", "2026-11-18T15:00:00Z", *SAID, refused=True
    )
    assert "is past; snooze until an instant to come" in said


@pytest.mark.usefixtures("stale")
def test_whoever_is_not_on_the_roster_answers_all_the_same_and_stands_there_so(
    carehops: Carehops,
) -> None:
    carehops(0, "watch")
    (found,) = carehops(1, "incidents", "--json")["incidents"]
    said = carehops(2, "acknowledge", found["incident"], "--by", "nurse1", "--why", "seen")
    assert "nurse1 is not on the roster, and is recorded so; on it are nurse01, nurse02" in said
    assert "acknowledged by nurse1 (not on the roster)" in said
    by_address = ("--by", "Oncall01@willow-bend.example", "--why", "seen")
    said = carehops(3, "acknowledge", found["incident"], *by_address)
    assert "acknowledged by oncall01" in said
    assert "not on the roster, and" not in said
