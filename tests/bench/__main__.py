"""Run the benchmarks: ``python -m tests.bench [landing] [pass] [rules] [again] [checks] ...``.

All of them are named in ``BENCHES``.

Everything named after its limit is run beside it, in this process, on this server, now. Figures
of two runs on a busy machine differ; the ratios are what to compare.
"""

import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import sqlalchemy as sa

from assets.sample.bulk import write_visits_csv
from assets.sample.write import write_sample
from expectations import Expect
from orchestration import assembly
from orchestration.flow import findings, judging, ledger
from orchestration.flow.audit import check
from orchestration.flow.changes import take_arrived
from orchestration.flow.edits import load_edits
from orchestration.flow.hop_pass import Passes
from orchestration.flow.landing.tables import ensure_tables
from orchestration.graph.instance import open_instance
from orchestration.graph.running import run_everything
from orchestration.ground import embedded_postgres
from orchestration.ground.calendar import fill_calendar
from orchestration.ground.clock import FixedClock
from orchestration.ground.contracts import Hop
from orchestration.ground.database import Database, open_database
from orchestration.ground.migrations import migrate
from orchestration.ground.settings import read_settings
from orchestration.ground.sql import bound
from tests.bench import claims
from tests.bench.bulk import NOW, add_visits, settle
from tests.bench.landed import ZONE, land, make_landing
from tests.bench.measure import Report, apart, timed
from tests.bench.paging import median_and_worst as of
from tests.bench.paging import seconds_to_page, served
from tests.bench.replies import bench_replies
from tests.bench.rules import add_papers, one_more_edit, plans, write_plans

MILLION = 1_000_000
HOP = "evv_to_coordination"
BILLING = "delivery_to_billing"
PLANS = Path(__file__).resolve().parents[2] / "docs" / "plans.md"


def no_audit(_url: sa.URL, _schema: str, _table: str, _suite: Any) -> list[Any]:
    """Leave the suite out: it has a figure of its own."""
    return []


class Ground:
    """A server, and a fresh home on it for each benchmark."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0

    @contextmanager
    def home(self) -> Iterator[tuple[Database, Path]]:
        """A database with everything in it but rows."""
        self.count += 1
        home = self.folder / f"home{self.count}"
        database = open_database(read_settings({"CAREHOPS_HOME": str(home)}))
        migrate(database.engine)
        with database.transaction() as connection:
            ensure_tables(connection, assembly.tables())
            ledger.register_hops(connection, assembly.hops())
            fill_calendar(connection, NOW.date())
        yield database, home
        database.engine.dispose()
        embedded_postgres.stop(home)


def hop() -> Hop:
    """The hop that is measured: the one with the most records."""
    return next(found for found in assembly.hops() if found.name == HOP)


def passes(database: Database, home: Path, audit: Callable[..., Any] = no_audit) -> Passes:
    """Passes over a home."""
    intake = ledger.Intake(assembly.hops(), assembly.sql_library(), ZONE)
    settings = read_settings({"CAREHOPS_HOME": str(home)})
    clock = FixedClock(NOW)
    return Passes(database, assembly.sql_library(), intake, settings, clock, ZONE, audit)


def bench_landing(ground: Ground, report: Report) -> None:
    """A visits CSV of a million rows: typed, checked, queued; beside COPY and pandas."""
    path = ground.folder / "VISITS_1_20261120000000.CSV"
    write_visits_csv(path, MILLION, seed=1)
    path.chmod(0o644)
    with ground.home() as (database, home):
        header = path.open().readline().strip().split(",")
        columns = ", ".join(f'"{name}" text' for name in header)
        copies = []
        for _ in range(3):
            with database.transaction() as connection:
                connection.exec_driver_sql(f"create table public.bare ({columns})")
                with timed() as watch:
                    connection.exec_driver_sql(
                        f"copy public.bare from '{path}' with (format csv, header true)"
                    )
                copies.append(watch.seconds)
                connection.exec_driver_sql("drop table public.bare")
        copy = statistics.median(copies)
        report.add("server-side COPY of 1 M visits into text columns, the limit", copy)
        seconds, before, peak = apart(land, home, path)
        report.add(
            "the same landed: typed, checked, versioned, queued", seconds, "COPY", seconds / copy
        )
        report.note(
            "peak memory of that landing", f"{peak:.0f} MiB", f"{before:.0f} MiB at the start"
        )
        frame = pd.read_csv(path, nrows=20_000, dtype=str)
        with timed() as watch:
            frame.to_sql("bare_pandas", database.engine, schema="public", index=False)
        report.add(
            "pandas to_sql, a fiftieth of it, times fifty",
            watch.seconds * 50,
            "landing",
            watch.seconds * 50 / seconds,
        )


def bench_memory(ground: Ground, report: Report) -> None:
    """Two gigabytes: memory must not grow with the file."""
    for rows, name in ((MILLION // 4, "a quarter million rows"), (8 * MILLION, "2 GB")):
        path = ground.folder / f"VISITS_2_{rows}.CSV"
        write_visits_csv(path, rows, seed=2)
        size = path.stat().st_size / 2**30
        with ground.home() as (_, home):
            seconds, before, peak = apart(land, home, path)
        report.note(
            f"landing {name} ({size:.2f} GiB)",
            f"{seconds:.0f} s",
            f"peak {peak:.0f} MiB, {before:.0f} MiB at the start",
        )
        path.unlink()


def bare(database: Database) -> float:
    """The hop's own SQL over what is open, without ledger, audit or suite."""
    name = hop().name
    library = assembly.sql_library()
    models = library.models(name, [target.name for target in hop().targets])
    edits = load_edits(library, name, tuple(model.name for model in models))
    binds = {"hop": name, "pass_id": 0, "now": NOW, "zone": ZONE}
    with database.engine.connect() as connection:
        judging.clear(connection, name)
        take_arrived(connection, hop(), binds)
        judging.take_work(connection, hop(), binds)
        with timed() as watch:
            judging.build(connection, hop(), models, binds)
            findings.apply_edits(connection, hop(), models, edits, binds)
            connection.exec_driver_sql(
                f"create unlogged table audit.{name}__passed as "
                f"select * from audit.{name}__candidate as candidate where not exists ("
                f"select 1 from audit.{name}__finding as finding "
                "where finding.record_id = candidate.record_id)"
            )
            connection.exec_driver_sql(
                f"create unlogged table audit.{name}__judged as select record_id, "
                f"cast('moved' as text) as outcome from audit.{name}__passed"
            )
            for target in hop().targets:
                model = library.model(name, target.name)
                assert model is not None
                built = f"audit.{name}__{target.name}"
                connection.execute(bound(f"create table {built} as {model.sql}", binds))
                keys = ", ".join(target.key)
                connection.exec_driver_sql(f"alter table {built} add primary key ({keys})")
        connection.rollback()
    return watch.seconds


def bench_pass(ground: Ground, report: Report) -> None:
    """A pass over a million new visits, beside its own SQL run bare."""
    with ground.home() as (database, home):
        with database.transaction() as connection:
            file_id = add_visits(connection, 0, MILLION - 1)
            with timed() as watch:
                make_landing(database, home).hand_on(connection, "landing.evv_visit", file_id)
        report.add("queueing 1 M new visits", watch.seconds)
        settle(database.engine)
        limit = bare(database)
        report.add("the hop's SQL over 1 M new visits, bare: the limit", limit)
        with timed() as watch:
            outcome = passes(database, home).run(hop(), ())
        assert outcome.totals["moved"] == MILLION, outcome.totals
        report.add(
            "the pass: ledger, reasons, transitions, conservation, next queue",
            watch.seconds,
            "bare",
            watch.seconds / limit,
        )
        settle(database.engine)
        with timed() as watch:
            outcome = passes(database, home).run(hop(), ())
        report.add("the pass again, nothing new", watch.seconds)


def bench_again(ground: Ground, report: Report) -> None:
    """Everything again through Dagster with nothing new, beside an empty Dagster run."""

    @dg.asset
    def nothing() -> None:
        """Does nothing."""

    with ground.home() as (database, home):
        settings = read_settings({"CAREHOPS_HOME": str(home)})
        write_sample(home / "sample", seed=1)
        (home / "sample" / "feeds").rename(settings.drop)
        clock = FixedClock(datetime(2026, 11, 21, 12, tzinfo=UTC))
        house = assembly.assemble(settings, clock, database=database)
        run_everything(house)
        with open_instance(settings, database) as instance:
            dg.materialize([nothing], instance=instance)
            with timed() as watch:
                dg.materialize([nothing], instance=instance)
        limit = watch.seconds
        report.add("an empty Dagster run of one asset, the limit", limit)
        with timed() as watch:
            run_everything(house)
        report.add(
            "landing and all four hops through Dagster, nothing new, suites included",
            watch.seconds,
            "empty run",
            watch.seconds / limit,
        )


def bench_checks(ground: Ground, report: Report) -> None:
    """The suite on a million rows, beside one aggregate query that computes the same."""
    suite: tuple[Expect, ...] = assembly.suite_of(HOP)
    with ground.home() as (database, home):
        with database.transaction() as connection:
            file_id = add_visits(connection, 0, MILLION - 1)
            make_landing(database, home).hand_on(connection, "landing.evv_visit", file_id)
        passes(database, home).run(hop(), ())
        settle(database.engine)
        by_hand = []
        for _ in range(3):
            with database.engine.connect() as connection, timed() as watch:
                connection.execute(sa.text(BY_HAND)).one()
            by_hand.append(watch.seconds)
        limit = statistics.median(by_hand)
        report.add("one aggregate query with the suite's truths, 1 M rows: the limit", limit)
        check(database.url, "audit", f"{HOP}__passed", suite)
        took = []
        for _ in range(3):
            with timed() as watch:
                results = check(database.url, "audit", f"{HOP}__passed", suite)
            took.append(watch.seconds)
        assert all(result.passed for result in results), results
        seconds = statistics.median(took)
        report.add(
            f"the suite ({len(suite)} expectations), library already loaded",
            seconds,
            "aggregate",
            seconds / limit,
        )


BY_HAND = f"""
select count(*), count(service_code), count(client_id), count(service_date)
    , count(location_type), count(caregiver_id)
    , count(*) filter (where effective_out_at > effective_in_at)
    , count(*) filter (where minutes between 0 and 1500)
    , count(*) filter (where has_ended), count(*) filter (where manual_share <= 0.25)
    , (select count(*) from (
        select 1 from audit.{HOP}__passed group by record_id having count(*) > 1
    ) as twice)
from audit.{HOP}__passed
"""


def bench_curve(ground: Ground, report: Report) -> None:
    """Ten thousand new visits on histories of growing size: the curve must be flat."""
    new = 10_000
    first = None
    with ground.home() as (database, home):
        there = 0
        for history in (100_000, MILLION, 5 * MILLION):
            while there < history:
                step = min(history - there, MILLION)
                _move(database, home, there, there + step - 1)
                there += step
            _move(database, home, there, there + new - 1)
            there += new
            settle(database.engine)
            took = []
            for _ in range(3):
                with database.transaction() as connection:
                    file_id = add_visits(connection, there, there + new - 1)
                    make_landing(database, home).hand_on(connection, "landing.evv_visit", file_id)
                there += new
                with timed() as watch:
                    outcome = passes(database, home).run(hop(), ())
                assert outcome.decided["moved"] == new, outcome.decided
                took.append(watch.seconds)
            seconds = statistics.median(took)
            first = first or seconds
            report.add(
                f"a pass over 10,000 new visits, {history:,} before",
                seconds,
                "100,000 before",
                seconds / first,
            )


def _move(database: Database, home: Path, first: int, last: int) -> None:
    with database.transaction() as connection:
        file_id = add_visits(connection, first, last)
        make_landing(database, home).hand_on(connection, "landing.evv_visit", file_id)
    passes(database, home).run(hop(), ())


def bench_paging(ground: Ground, report: Report) -> None:
    """Seconds from breach to delivered page on the real daemon, twenty of each kind."""
    with ground.home() as (database, home), served(database, home) as house:
        for kind, seconds in seconds_to_page(house).items():
            report.note(f"from breach to page, {kind}, median of {len(seconds)}", *of(seconds))


def bench_rules(ground: Ground, report: Report, visits: int = MILLION) -> None:
    """Billing with all its edits, one edit more, and ten thousand held records again."""
    billing = next(found for found in assembly.hops() if found.name == BILLING)
    again = 10_000
    with ground.home() as (database, home):
        with database.transaction() as connection:
            file_id = add_visits(connection, 0, visits - 1)
            make_landing(database, home).hand_on(connection, "landing.evv_visit", file_id)
            add_papers(connection)
            # visits without a planned one behind them are held
            connection.execute(
                sa.text(
                    "delete from landing.schedule where schedule_id in (select schedule_id from "
                    "landing.schedule order by schedule_id limit :many)"
                ),
                {"many": again},
            )
        settle(database.engine)
        passes(database, home).run(hop(), ())
        settle(database.engine)
        slowest = plans(database, billing)
        write_plans(slowest, billing, visits, PLANS)
        without, with_it = one_more_edit(database, billing)
        report.add(f"asking all edits of billing, {visits:,} visits", without)
        with timed() as watch:
            outcome = passes(database, home).run(billing, ())
        assert outcome.decided["held"] == again, outcome.decided
        report.add("the pass of billing with all its edits", watch.seconds)
        share = (with_it - without) / watch.seconds
        report.note("one more row-only edit", f"{with_it - without:.3f} s", "pass", f"{share:.4f}")
        settle(database.engine)
        with timed() as watch:
            outcome = passes(database, home).run(billing, ())
        assert outcome.decided["held"] == again, outcome.decided
        report.add(f"{again:,} held records again, {visits:,} in the ledger", watch.seconds)


BENCHES: dict[str, Callable[[Ground, Report], None]] = {
    "landing": bench_landing,
    "pass": bench_pass,
    "rules": bench_rules,
    "again": bench_again,
    "checks": bench_checks,
    "curve": bench_curve,
    "memory": bench_memory,
    "paging": bench_paging,
    "replies": lambda ground, report: bench_replies(ground.folder, report),
    "claims": lambda ground, report: claims.bench(ground.folder, report),
}


def main(wanted: list[str]) -> None:
    """Run those named, or all, and print the table."""
    with tempfile.TemporaryDirectory(prefix="carehops-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        ground, report = Ground(folder), Report()
        for bench in wanted or list(BENCHES):
            BENCHES[bench](ground, report)
        print(report.table())  # noqa: T201 - a benchmark talks to its terminal


if __name__ == "__main__":
    main(sys.argv[1:])
