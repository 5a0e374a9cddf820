"""The sample's truth, told by its generator, against what the house made of the feeds."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from assets.sample.write import write_sample
from orchestration import assembly
from orchestration.flow.audit import check
from orchestration.ground.clock import FixedClock, parse_instant
from orchestration.ground.database import Database
from orchestration.ground.settings import read_settings
from tests.bench_of_records import no_audit

#: Told of the plan and its caregiver, and shown at billing on each visit they meet in.
TOLD_OF_PLANS = ("CP-UNACKED-VISIT", "CP-OLD-VERSION-DELIVERED")


@dataclass
class Told:
    """What the truth file says."""

    as_of: datetime
    records: dict[tuple[str, str], dict[str, Any]]
    held_lines: list[dict[str, Any]]
    files: list[dict[str, Any]]
    deviations: set[tuple[str, str]]


def read_truth(path: Path) -> Told:
    head, *lines = (json.loads(line) for line in path.read_text().splitlines())
    return Told(
        as_of=parse_instant(head["as_of"]),
        records={
            (line["hop"], line["record"]): line
            for line in lines
            if "hop" in line and line["state"] != "held_line"
        },
        held_lines=[line for line in lines if line.get("state") == "held_line"],
        files=[line for line in lines if "verdict" in line],
        deviations={(line["deviation"], line["subject"]) for line in lines if "deviation" in line},
    )


def bring_through(database: Database, home: Path, told: Told, audit: Any) -> assembly.House:
    """Land every file in its order and run every hop once."""
    house = assembly.assemble(
        settings=read_settings({"CAREHOPS_HOME": str(home)}),
        clock=FixedClock(told.as_of),
        audit=audit,
        database=database,
    )
    house.landing.sweep(home / "drop")
    for hop in house.hops:
        house.passes.run(hop, house.suite(hop.name))
    return house


def standing(database: Database) -> dict[tuple[str, str], tuple[str, list[str], list[str]]]:
    with database.engine.connect() as connection:
        rows = connection.execute(
            sa.text("""
                select entry.hop, entry.record_id, entry.state
                    , coalesce(array_agg(reason.code order by reason.code)
                        filter (where reason.severity <> 'WARN'), '{}') as codes
                    , coalesce(array_agg(distinct reason.code order by reason.code)
                        filter (where reason.severity = 'WARN' and reason.code <> all(:of_plans)
                        ), '{}') as warnings
                from ledger.entry as entry
                left join ledger.reason as reason on entry.entry_id = reason.entry_id
                group by entry.entry_id
            """),
            {"of_plans": list(TOLD_OF_PLANS)},
        ).all()
    return {
        (row.hop, row.record_id): (row.state, list(row.codes), list(row.warnings)) for row in rows
    }


def compare(database: Database, told: Told) -> Counter[str]:
    """Every difference between what was told and what is, in words."""
    found = standing(database)
    differences: Counter[str] = Counter()
    for key, line in told.records.items():
        warnings = [code for code in line["warnings"] if code not in TOLD_OF_PLANS]
        wanted = (line["state"], sorted(line["codes"]), warnings)
        if found.get(key) != wanted:
            differences[f"{key} told {wanted} found {found.get(key)} fault {line['fault']}"] += 1
    for key in found.keys() - told.records.keys():
        differences[f"{key} never told, found {found[key]}"] += 1
    return differences


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize("seed", range(1, 11))
def test_every_record_ends_where_the_truth_says_and_for_that_reason(
    database: Database, tmp_path: Path, seed: int
) -> None:
    write_sample(tmp_path / "sample", seed=seed, clients=60, days=28, end=date(2026, 11, 20))
    told = read_truth(tmp_path / "sample" / "truth.jsonl")
    (tmp_path / "sample" / "feeds").rename(tmp_path / "drop")
    # suites load Great Expectations: once is enough
    bring_through(database, tmp_path, told, check if seed == 1 else no_audit)
    differences = compare(database, told)
    assert not differences, "\n".join(list(differences)[:20])
    with database.engine.connect() as connection:
        deviations = {
            (row.kind, row.subject)
            for row in connection.execute(
                sa.text("select kind, subject from core.visit_deviation where is_open")
            )
        }
        held = Counter(
            row.record_id
            for row in connection.execute(sa.text("select record_id from landing.held_line"))
        )
    assert deviations == told.deviations
    assert held == Counter(line["record"] for line in told.held_lines)


@pytest.mark.proves("S2-31")
@pytest.mark.usefixtures("sample")
def test_running_everything_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    write_sample(tmp_path / "sample", seed=6, clients=40, days=28, end=date(2026, 11, 20))
    told = read_truth(tmp_path / "sample" / "truth.jsonl")
    (tmp_path / "sample" / "feeds").rename(tmp_path / "drop")
    house = bring_through(database, tmp_path, told, no_audit)

    def everything() -> dict[str, Any]:
        with database.engine.connect() as connection:
            tables = connection.scalars(
                sa.text("""
                    select format('%I.%I', schemaname, tablename) from pg_tables
                    where schemaname in ('landing', 'core', 'ledger')
                        -- that a pass ran, and what its gate said of claims not yet built
                        and tablename not in ('pass', 'gate_finding')
                """)
            ).all()
            return {
                table: connection.execute(
                    sa.text(f"select md5(string_agg(t::text, '' order by t::text)) from {table} t")
                ).scalar()
                for table in tables
            }

    before = everything()
    house.landing.sweep(tmp_path / "drop")
    for hop in house.hops:
        outcome = house.passes.run(hop, ())
        assert not any(outcome.written.values()), f"{hop.name} wrote {outcome.written}"
    assert everything() == before


@pytest.mark.slow
@pytest.mark.proves("S0-17", "S1-07")
def test_what_arrives_after_a_first_run_ends_where_its_truth_says(
    database: Database, tmp_path: Path
) -> None:
    write_sample(tmp_path / "sample", seed=2, clients=60, days=28, end=date(2026, 11, 20))
    told = read_truth(tmp_path / "sample" / "truth.jsonl")
    later = read_truth(tmp_path / "sample" / "later" / "truth.jsonl")
    assert any("AUTH-RETRO-BILLED" in line["codes"] for line in later.records.values())
    (tmp_path / "sample" / "feeds").rename(tmp_path / "drop")
    bring_through(database, tmp_path, told, no_audit)
    (tmp_path / "drop").rename(tmp_path / "landed")
    (tmp_path / "sample" / "later" / "feeds").rename(tmp_path / "drop")
    bring_through(database, tmp_path, later, no_audit)
    differences = compare(database, later)
    assert not differences, "\n".join(list(differences)[:20])
