"""Killed at any moment, the next run ends where an undisturbed run ends."""

import os
import random
import shutil
import signal
import time
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from assets.sample.write import write_sample
from orchestration.ground.database import Database
from tests.bench_of_records import no_audit
from tests.conftest import connect, drop_database, make_database
from tests.integration.test_sample_truth import Told, bring_through, read_truth

#: A hundred moments are tried by hand before a release: CAREHOPS_TEST_KILLS=100.
KILLS = int(os.environ.get("CAREHOPS_TEST_KILLS", "6"))

#: What must be the same however often a run was cut short: everything but numbers drawn from
#: sequences and how many passes it took.
SAME = {
    "entries": """
        select hop, record_id, version, state, reason_code, checkpoint, rung is null, has_moved
        from ledger.entry order by 1, 2""",
    "reasons": """
        select entry.hop, entry.record_id, reason.code, reason.first_at
        from ledger.reason as reason
        inner join ledger.entry as entry on reason.entry_id = entry.entry_id order by 1, 2, 3""",
    "transitions": """
        select entry.hop, entry.record_id, t.from_state, t.to_state, t.reason_codes, count(*)
        from ledger.transition as t
        inner join ledger.entry as entry on t.entry_id = entry.entry_id
        group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5""",
    "files": """
        select feed, name, sha256, verdict, row_count, held_count from landing.file order by 3""",
    "held lines": """
        select file.name, line.line_no, line.reason_codes, line.raw
        from landing.held_line as line
        inner join landing.file as file on line.file_id = file.file_id order by 1, 2""",
    "visits": """
        select source_system, visit_id, sequence_id, is_current from landing.evv_visit
        order by 1, 2, 3""",
    "lines": "select record_id, line_no, units, charge_cents from core.billable_line order by 1, 2",
    "claimed": "select record_id, line_no from core.claim_line order by 1, 2",
    "tallies": "select hop, feed, state, sum(records) from ledger.tally group by 1, 2, 3 "
    "having sum(records) > 0 order by 1, 2, 3",
}  # fmt: skip


def what_is(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.engine.connect() as connection:
        return {
            name: [tuple(row) for row in connection.execute(sa.text(sql))]
            for name, sql in SAME.items()
        }


def run_in_child(database: Database, home: Path, told: Told, kill_after: float | None) -> float:
    """Run everything in a child; kill it after so many seconds. Answers how long it lived."""
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            # the parent's connections are not ours to close
            database.engine.dispose(close=False)
            bring_through(database, home, told, no_audit)
            code = 0
        finally:
            os._exit(code)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert kill_after is not None or os.waitstatus_to_exitcode(status) == 0
    return time.monotonic() - started


@pytest.mark.usefixtures("programs")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_killed_at_random_moments_the_next_run_ends_where_an_undisturbed_one_does(
    administrator: sa.Engine, server_url: sa.URL, template: str, tmp_path: Path
) -> None:
    write_sample(tmp_path / "sample", seed=11, clients=12, days=10, end=date(2026, 11, 20))
    told = read_truth(tmp_path / "sample" / "truth.jsonl")

    def trial(name: str, kill_after: float | None) -> tuple[dict[str, list], float]:
        home = tmp_path / name
        home.mkdir()
        shutil.copytree(tmp_path / "sample" / "feeds", home / "drop")
        own = make_database(administrator, server_url, template)
        database = connect(server_url, own)
        lived = run_in_child(database, home, told, kill_after)
        if kill_after is not None:
            run_in_child(database, home, told, None)
        result = what_is(database)
        database.engine.dispose()
        drop_database(administrator, own)
        shutil.rmtree(home)
        return result, lived

    undisturbed, lasted = trial("undisturbed", None)
    assert undisturbed["claimed"], "the run must reach the last hop for its kills to mean anything"
    moments = random.Random(7)
    for number in range(KILLS):
        moment = moments.uniform(0.02, lasted)
        disturbed, _ = trial(f"kill_{number}", moment)
        for part, rows in undisturbed.items():
            assert disturbed[part] == rows, f"{part} differ after a kill at {moment:.3f} s"
