"""Conditions over five million ledger rows: ``python -m tests.bench.conditions``.

The rows are made by the database itself: three years of an agency that moves 1.6 million visits,
one in a hundred of which stands open, with its passes, files, and claims of the last weeks.
"""

import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from orchestration import assembly
from orchestration.flow import ledger
from orchestration.flow.landing.tables import ensure_tables
from orchestration.ground import embedded_postgres
from orchestration.ground.agency import read_agency
from orchestration.ground.calendar import fill_calendar
from orchestration.ground.database import Database, open_database
from orchestration.ground.migrations import migrate
from orchestration.ground.settings import read_settings
from orchestration.ground.sql import SQL_FOLDER, bound
from orchestration.watch.looking.condition_files import load_kinds
from orchestration.watch.looking.finding import find_conditions
from orchestration.watch.looking.timing import read_watched
from orchestration.watch.looking.watched import Watched

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
VISITS = 1_600_000
LIMIT = 0.2

_ROWS = {
    "visits": """
        insert into core.coordination_visit (record_id, source_system, visit_id, sequence_id
            , client_id, caregiver_id, payer_id, payer_program, service_code, modifiers, start_at
            , end_at, minutes, service_date, time_zone, completion, tasks_done, tasks_refused
            , tasks_missed, concern_codes, is_manual, allowed_short_minutes, source_updated_at
            , updated_by, updated_by_role, batch_id, published_at)
        select 's/' || n, 's', n, 1, 'C' || n / 50, 'G' || n / 200, 'P' || n % 6, 'P', 'T1019', '-'
            , at, at + interval '1 hour', 60, cast(at as date), 'America/New_York', 'completed', 1
            , 0, 0, '-', false, 15, at, 'x', 'x', 1, at
        from generate_series(1, :visits) as n
        cross join lateral (
            select timestamptz '2023-11-20' + n * interval '1095 days' / :visits as at
        ) as timed""",
    "entries": """
        insert into ledger.entry (hop, record_id, state, since, received_at, checkpoint, has_moved
            , reason_class, reason_code, owner_role, due_at, amount_cents, feed, file_id, rung)
        select hop.name, 's/' || n, case when is_open then 'held' else 'moved' end, at, at
            , hop.last, not is_open
            , case when is_open then 'QUEUE' end
            , case when is_open then 'CODE-' || n % 12 end
            , case when is_open then 'Billing specialist' end
            , case when is_open then :now - interval '10 days' + n % 20 * interval '1 day' end
            , 5000, 'evv', 1, case when hop.nth = 4 then 'payer 277CA' end
        from (
            values (1, 'evv_to_coordination', 'V07'), (3, 'delivery_to_billing', 'V13')
            , (4, 'billing_to_clearinghouse', 'V15')
        ) as hop (nth, name, last)
        cross join generate_series(1, :visits) as n
        cross join lateral (
            select timestamptz '2023-11-20' + n * interval '1095 days' / :visits as at
                , n % 100 = hop.nth as is_open
        ) as timed""",
    "plans": """
        insert into ledger.entry (hop, record_id, state, since, received_at, checkpoint, has_moved)
        select 'care_plan_to_frontline', 'p/' || n, 'moved', :now, :now, 'C06', true
        from generate_series(1, 300000) as n""",
    "passes": """
        insert into ledger.pass (hop, outcome, started_at, finished_at, counts)
        select hop, 'published', at, at, '{"waiting": 10, "held": 20}'
        from unnest(array['evv_to_coordination', 'care_plan_to_frontline', 'delivery_to_billing'
            , 'billing_to_clearinghouse']) as hop
        cross join generate_series(timestamptz '2025-11-20', :now, interval '15 minutes') as at
        order by at""",
    "files": """
        insert into landing.file (file_id, sha256, feed, name, byte_count, verdict, line_count
            , row_count, newest_event_at, arrived_at, landed_at)
        select n, lpad(to_hex(n), 64, '0'), feed, feed || n, 1, 'landed', 100, 100, at, at, at
        from (
            select row_number() over () as n, feed, at
            from unnest(cast(:feeds as text [])) as feed
            cross join generate_series(timestamptz '2025-11-20', :now, interval '1 hour') as at
        ) as one""",
    "arrivals": """
        insert into landing.arrival (file_id, feed, name, verdict, at)
        select file_id, feed, name, 'landed', landed_at from landing.file""",
    "batches": """
        insert into core.claim_batch (batch_no, payer_id, receiver_id, interchange_control
            , group_control, file_name, sha256, claim_count, total_cents, usage, content
            , written_at, batch_id, published_at)
        select 'B' || lpad(cast(n as text), 9, '0'), 'P' || n % 6, 'R'
            , lpad(cast(n as text), 9, '0'), n, n, encode(sha256(cast(cast(n as text) as bytea))
            , 'hex'), 100, 1, 'T', cast(cast(n as text) as bytea)
            , :now - n / 6 * interval '12 hours', 1, :now
        from generate_series(1, 6000) as n""",
    "claims": """
        insert into core.claim (claim_id, client_id, payer_id, payer_program, service_week
            , total_cents, line_count, batch_no, set_control, frequency, rung, reply_standing
            , batch_id, published_at)
        select n, 'C' || n, 'P' || batch % 6, 'P', '2026-11-16', 9000, 2
            , 'B' || lpad(cast(batch as text), 9, '0'), '0001', '1'
            , case when batch <= 360 then 'payer 277CA' else '835' end, 'none', 1, :now
        from generate_series(1, 600000) as n
        cross join lateral (select (n - 1) / 100 + 1 as batch) as of_batch""",
    "contracts": """
        insert into landing.payer_contract (payer_id, payer_program, service_code, modifiers
            , valid_from, contract_version, payer_name, payer_edi_id, claim_filing_code, is_billed
            , unit_rule, rate_cents, splits_at_midnight, max_visit_minutes
            , schedule_tolerance_minutes, gps_limit_metres, needs_verified_visit
            , needs_signed_note, needs_signed_order, needs_service_auth, member_id_pattern
            , filing_limit_days, last_validated_on, review_on, source_updated_at, updated_by
            , feed, file_id, line_no, is_current, landed_at)
        select 'P' || n, 'P', 'T1019', '-', '2020-01-01', 1, 'Bulk', 'BULK', 'MC', true, 'CMS_8MIN'
            , 500, false, 1500, 15, 1609, true, true, false, true, '[0-9]+', 365, '2026-01-01'
            , '2027-01-01', :now, 'x', 'payer_contracts', 1, n, true, :now
        from generate_series(0, 5) as n""",
}


def fill(database: Database, watched: Watched) -> int:
    """Make the rows; answers how many the ledger has."""
    binds = {
        "visits": VISITS,
        "now": NOW,
        "feeds": [feed.name for feed in watched.feeds],
    }
    with database.transaction() as connection:
        # their triggers and foreign keys have a benchmark of their own
        connection.exec_driver_sql("set session_replication_role = replica")
        connection.exec_driver_sql("set synchronous_commit = off")
        for sql in _ROWS.values():
            connection.execute(bound(sql, binds))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("vacuum (analyze)")
        return int(connection.scalar(sa.text("select count(*) from ledger.entry")) or 0)


def main() -> None:
    """Fill, ask fifteen times, say what each kind costs."""
    folder = SQL_FOLDER / "agency"
    watched = read_watched(folder, read_agency(folder), assembly.feeds(), assembly.hops())
    home = Path(tempfile.mkdtemp(prefix="carehops-bench-"))
    home.chmod(0o711)
    database = open_database(read_settings({"CAREHOPS_HOME": str(home)}))
    try:
        migrate(database.engine)
        with database.transaction() as connection:
            ensure_tables(connection, assembly.tables())
            ledger.register_hops(connection, assembly.hops())
            fill_calendar(connection, NOW.date())
        _say(f"{fill(database, watched):,} ledger rows")
        with database.engine.connect() as connection:
            found = find_conditions(connection, watched, NOW)
            took = []
            for _ in range(15):
                begun = time.perf_counter()
                find_conditions(connection, watched, NOW)
                took.append(time.perf_counter() - begun)
            _say(f"{len(found)} conditions, {sum(one.count for one in found):,} records")
            middle, worst = statistics.median(took), max(took)
            _say(f"median {middle * 1000:.0f} ms, worst {worst * 1000:.0f} ms; limit 200 ms")
            for kind in load_kinds():
                _say(f"{kind.name}: {_plan(connection, kind.sql, watched)}")
        assert middle <= LIMIT
    finally:
        database.engine.dispose()
        embedded_postgres.stop(home)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a benchmark talks to its terminal


def _plan(connection: sa.Connection, sql: str, watched: Watched) -> str:
    """What a query costs, and any scan of a whole table that is not small."""
    lines = [
        row[0]
        for row in connection.execute(
            bound(f"explain (analyze, timing off) {sql}", watched.binds(NOW))
        )
    ]
    scans = [line.strip() for line in lines if "Seq Scan" in line]
    return " | ".join([lines[-1].strip(), *scans])


if __name__ == "__main__":
    main()
