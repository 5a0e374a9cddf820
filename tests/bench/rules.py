"""What rules cost: a pass of billing with all its edits, one more edit, held records again.

Plans of the slowest statements are kept as text, for whoever wonders where the time goes.
"""

import statistics
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from orchestration import assembly
from orchestration.flow import findings, judging
from orchestration.flow.changes import take_arrived
from orchestration.flow.edits import Edit, load_edits
from orchestration.ground.contracts import Hop
from orchestration.ground.database import Database
from orchestration.ground.sql import Model, bound
from tests.bench.bulk import NOW
from tests.bench.landed import ZONE
from tests.bench.measure import timed

SLOWEST = 5
_AUTHS = """
insert into landing.service_auth (auth_id, auth_version, auth_number, payer_id, payer_program
    , client_id, service_code, unit_type, units_total, cap_week, week_starts_on, period_from
    , period_to, status, source_updated_at, updated_by, feed, file_id, line_no, is_current
    , landed_at)
select 'A' || client_id, 1, 'A' || client_id, payer_id, payer_program, client_id, 'T1019'
    , '15min', 2000, 80, 0, '2026-01-01', '2026-12-31', 'approved', :now, 'x', 'service_auths'
    , file_id, line_no, true, :now
from landing.client
"""
_NOTES = """
insert into landing.document (document_id, document_version, document_kind, client_id
    , visit_source, visit_id, status, completed_at, signed_at, source_updated_at, updated_by
    , feed, file_id, line_no, is_current, landed_at)
select 'D' || visit_id, 1, 'note', client_id, source_system, visit_id, 'signed'
    , source_updated_at, source_updated_at, source_updated_at, 'x', 'documentation', file_id
    , line_no, true, :now
from landing.evv_visit
"""


def add_papers(connection: sa.Connection) -> None:
    """An authorization for every client, a signed note for every visit."""
    connection.execute(sa.text(_AUTHS), {"now": NOW})
    connection.execute(sa.text(_NOTES), {"now": NOW})


def built(hop: Hop) -> tuple[tuple[Model, ...], tuple[Edit, ...]]:
    """The hop's models and edits."""
    library = assembly.sql_library()
    models = library.models(hop.name, [target.name for target in hop.targets])
    return models, load_edits(library, hop.name, tuple(model.name for model in models))


def binds(hop: Hop) -> judging.Binds:
    """What statements of a pass are bound to."""
    return {"hop": hop.name, "pass_id": 0, "now": NOW, "zone": ZONE}


def one_more_edit(database: Database, hop: Hop, rounds: int = 3) -> tuple[float, float]:
    """Seconds of asking all edits, and of asking one row-only edit more; medians, interleaved."""
    models, edits = built(hop)
    alone = next(edit for edit in edits if edit.row_condition is not None)
    more = replace(alone, code="ONE-MORE", row_condition="minutes between 7 and 6")
    took: dict[int, list[float]] = {len(edits): [], len(edits) + 1: []}
    late = [model.name for model in judging.after_objections(models)]
    again = ("finding", "pardon", "edit", "objection", *late)
    with database.engine.connect() as connection:
        judging.clear(connection, hop.name)
        take_arrived(connection, hop, binds(hop))
        judging.take_work(connection, hop, binds(hop))
        judging.build(connection, hop, models, binds(hop))
        for _ in range(rounds):
            for asked in (edits, (*edits, more)):
                for name in again:
                    connection.exec_driver_sql(
                        f"drop table if exists audit.{hop.name}__{name} cascade"
                    )
                with timed() as watch:
                    findings.apply_edits(connection, hop, models, asked, binds(hop))
                took[len(asked)].append(watch.seconds)
        connection.rollback()
    without, with_it = (statistics.median(each) for each in took.values())
    return without, with_it


def plans(database: Database, hop: Hop) -> list[tuple[float, str, str]]:
    """The slowest statements of a pass over what is open: seconds, name, plan."""
    models, edits = built(hop)
    late = judging.after_objections(models)
    tables = [f"{hop.name}__{model.name}" for model in late]
    early = [edit for edit in edits if not any(table in edit.sql for table in tables)]
    found = []
    with database.engine.connect() as connection:
        judging.clear(connection, hop.name)
        take_arrived(connection, hop, binds(hop))
        judging.take_work(connection, hop, binds(hop))

        def explain(statements: Iterator[tuple[str, str, str]]) -> None:
            for name, sql, after in statements:
                text = bound(f"explain (analyze, costs off, timing off) {sql}", binds(hop))
                plan = list(connection.scalars(text))
                found.append((float(plan[-1].split()[2]) / 1000, name, "\n".join(plan)))
                if after:
                    connection.exec_driver_sql(f"analyze {after}")

        explain(_made(hop, (model for model in models if model not in late)))
        findings.apply_edits(connection, hop, (), early, binds(hop))
        explain(_made(hop, late))
        explain(_asked(edits))
        connection.rollback()
    return sorted(found, reverse=True)[:SLOWEST]


def _made(hop: Hop, models: Iterable[Model]) -> Iterator[tuple[str, str, str]]:
    """Name, statement and table of each model."""
    for model in models:
        table = f"audit.{hop.name}__{model.name}"
        yield model.name, f"create unlogged table {table} as {model.sql}", table


def _asked(edits: Iterable[Edit]) -> Iterator[tuple[str, str, str]]:
    """Code and statement of each edit that is a query of its own."""
    for edit in edits:
        if edit.row_condition is None:
            sql = "\n".join(line for line in edit.sql.splitlines() if not line.startswith("--"))
            yield edit.code, sql, ""


def write_plans(found: list[tuple[float, str, str]], hop: Hop, visits: int, path: Path) -> None:
    """Keep them where people look."""
    parts = [
        f"# The slowest statements of {hop.name}\n\n`make bench rules` writes this page: the five "
        f"slowest statements of a pass over {visits:,} new visits, as PostgreSQL ran them.\n"
    ]
    for seconds, name, plan in found:
        parts.append(f"## {name}: {seconds:.2f} s\n\n```\n{plan}\n```\n")
    path.write_text("\n".join(parts))
