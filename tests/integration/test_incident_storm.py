"""A destination down for eight hours, flapping, with a second fault beside it: two incidents.

Everything comes from stored state: passes that fail and are published in turn, five thousand
records that wait, and a hop downstream that cannot meet its deadline because of it.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from orchestration import assembly
from orchestration.ground.clock import FixedClock
from orchestration.ground.database import Database
from orchestration.ground.settings import read_settings
from orchestration.watch.evaluation import evaluate
from orchestration.watch.looking.heartbeats import WATCHDOG, beat
from orchestration.watch.paging.delivery import send_due
from orchestration.watch.paging.pager_file import read_pager
from tests.bench_of_incidents import Memory, condition, local

pytestmark = pytest.mark.slow

DOWN, DOWNSTREAM = "evv_to_coordination", "billing_to_clearinghouse"
BEGIN = local(2026, 11, 18, 8, 30)  # a Wednesday
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LASTS = 8 * HOUR
FLAPS_EVERY = 7
FAILING = f"hop_failing:{DOWN}:transient"
APART = f"records_stuck:{DOWN}:EVV-NO-OUT"
EXPLAINED = {f"records_stuck:{DOWN}:", f"hop_stale:{DOWNSTREAM}:"}


class Storm:
    """Stored state as it is minute by minute, and the pager that looks at it."""

    def __init__(self, database: Database, home: Path) -> None:
        self.database = database
        self.settings = read_settings({"CAREHOPS_HOME": str(home)})
        self.pager = read_pager(self.settings)

    def run(self, sql: str, **binds: Any) -> None:
        with self.database.transaction() as connection:
            connection.execute(sa.text(sql), binds)

    def rows(self, sql: str) -> Sequence[sa.Row[Any]]:
        with self.database.engine.connect() as connection:
            return connection.execute(sa.text(sql)).all()

    def a_pass(self, hop: str, at: datetime, failure: str | None = None) -> None:
        self.run(
            "insert into ledger.pass (hop, outcome, started_at, finished_at, failure) values"
            " (:hop, :outcome, :at, :at, :failure)",
            hop=hop,
            outcome="failed" if failure else "published",
            at=at,
            failure=failure,
        )

    def wait(self, since: datetime) -> None:
        self.run(
            "insert into ledger.entry (hop, record_id, state, since, received_at, amount_cents)"
            " select :hop, 'hhax/V' || n, 'waiting', :since, :since, 10000"
            " from generate_series(1, 5000) as n",
            hop=DOWN,
            since=since,
        )

    def hold(self, due_at: datetime) -> None:
        self.run(
            "insert into ledger.entry (hop, record_id, state, since, received_at, reason_class"
            ", reason_code, owner_role, due_at) select :hop, 'hhax/H' || n, 'held', :due_at"
            ", :due_at, 'SCHEMA', 'EVV-NO-OUT', 'EVV coordinator', :due_at"
            " from generate_series(1, 40) as n",
            hop=DOWN,
            due_at=due_at,
        )

    def mend(self) -> None:
        self.run(
            "update ledger.entry set state = 'moved', has_moved = true, checkpoint = 'V07'"
            ", reason_class = null, reason_code = null, owner_role = null, due_at = null"
        )

    def look(self, now: datetime) -> None:
        clock = FixedClock(now)
        with self.database.transaction() as connection:
            evaluate(connection, self.settings, assembly.feeds(), assembly.hops(), clock)
        send_due(self.database, self.pager, self.settings.secret, clock, Random(0))


@pytest.fixture(scope="module")
def storm(module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Storm:
    """The whole day, once."""
    storm = Storm(module_database, tmp_path_factory.mktemp("home"))
    with module_database.transaction() as connection:
        beat(connection, WATCHDOG, BEGIN + 12 * HOUR)
    storm.a_pass(DOWN, BEGIN - MINUTE)
    storm.a_pass(DOWNSTREAM, local(2026, 11, 18, 6, 20))
    storm.wait(BEGIN - 23 * HOUR)
    for minute in range(int((LASTS + 2 * HOUR) / MINUTE)):
        now = BEGIN + minute * MINUTE
        is_down = now < BEGIN + LASTS and minute // FLAPS_EVERY % 2 == 0
        storm.a_pass(DOWN, now, "transient" if is_down else None)
        if now == BEGIN + 3 * HOUR:
            storm.hold(now - 25 * HOUR)
        if now == BEGIN + LASTS:
            storm.mend()
            storm.a_pass(DOWNSTREAM, now)
        if minute % 2 == 0:
            storm.look(now)
    return storm


def test_two_problems_are_two_incidents_and_nothing_else_is_told(storm: Storm) -> None:
    told = storm.rows("select key from ops.incident where told_at is not null order by key")
    assert [row.key for row in told] == [FAILING, APART]
    assert {row.incident_id for row in storm.rows("select incident_id from ops.page")} == {
        row.incident_id
        for row in storm.rows("select incident_id from ops.incident where told_at is not null")
    }


def test_what_they_explain_is_known_and_held_back(storm: Storm) -> None:
    held = storm.rows(
        "select incident.key, event.why, incident.told_at, incident.closed_at"
        " from ops.incident as incident inner join ops.incident_event as event"
        " on incident.incident_id = event.incident_id and event.what = 'held_back'"
    )
    assert {(row.key, row.why) for row in held} == {
        (key, f"explained by {FAILING}") for key in EXPLAINED
    }
    assert all(row.told_at is None and row.closed_at is not None for row in held)


def test_each_is_opened_once_recovered_once_and_reminded_within_bounds(storm: Storm) -> None:
    rows = storm.rows(
        "select incident.key, page.what from ops.page"
        " inner join ops.incident on page.incident_id = incident.incident_id"
    )
    counts = {key: Counter(row.what for row in rows if row.key == key) for key in (FAILING, APART)}
    for count in counts.values():
        assert (count["opened"], count["recovered"]) == (1, 1)
    again = {key: count["reminder"] + count["escalation"] for key, count in counts.items()}
    assert 10 <= again[FAILING] <= LASTS / timedelta(minutes=30)
    assert 1 <= again[APART] <= 2


def test_it_was_one_incident_however_often_it_flapped(storm: Storm) -> None:
    (failing,) = storm.rows(f"select * from ops.incident where key = '{FAILING}'")
    assert failing.returns > 30
    assert failing.closed_because == "the condition stayed away"


def test_a_page_says_what_is_at_stake(storm: Storm) -> None:
    (last,) = storm.rows(
        "select page.body from ops.page inner join ops.incident"
        f" on page.incident_id = incident.incident_id where incident.key = '{FAILING}'"
        " and page.what = 'reminder' order by page.number desc limit 1"
    )
    assert last.body["count"] == 5000
    assert last.body["money"] == "500000.00"
    assert last.body["oldest_minutes"] > 24 * 60


def test_without_one_name_for_one_problem_it_would_be_a_flood() -> None:
    pager = Memory(now=BEGIN)
    for minute in range(480):
        pager.later(minutes=1).sees(condition(cause=str(minute)))
    assert len(pager.told) > 400
