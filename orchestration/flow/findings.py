"""Which rules the candidates of a pass break, and which of that keeps a record where it is.

Everything is built in unlogged tables of the pass, as in ``judging``, which settles afterwards.
"""

import re
from collections.abc import Iterable

import sqlalchemy as sa

from orchestration.flow.edits import Edit
from orchestration.flow.judging import Binds, after_objections, build_tables
from orchestration.ground.contracts import Found, Hop
from orchestration.ground.failures import ContractFailure
from orchestration.ground.sql import Model, bound


def apply_edits(
    connection: sa.Connection,
    hop: Hop,
    models: Iterable[Model],
    edits: Iterable[Edit],
    binds: Binds,
) -> None:
    """Write every broken rule of every record to ``finding``.

    Rules about one row are asked together in one scan; the others follow in checkpoint order, so
    that a later one may look at what earlier ones found. What of it keeps a record here, a warning
    or an approved exception does not, is ``objection``. Models that ask for it are built when all
    rules that do not need them have spoken; the rules that do come last.
    """
    edits = tuple(edits)
    late = after_objections(models)
    named = [re.compile(rf"\baudit\.{hop.name}__{model.name}\b") for model in late]
    _write_edits(connection, hop, edits)
    for statement in (_FINDING, _PARDON, _OBJECTION):
        connection.execute(bound(statement.replace("HOP", hop.name), binds))
    finding = f"audit.{hop.name}__finding"
    alone = [edit for edit in edits if edit.row_condition is not None]
    if alone:
        connection.execute(bound(_one_scan(hop.name, alone), binds))
    together = [edit for edit in edits if edit.row_condition is None]
    last = [edit for edit in together if any(name.search(edit.sql) for name in named)]
    for edit in together:
        if edit not in last:
            _apply(connection, hop, edit, binds)
    build_tables(connection, hop, late, binds)
    for edit in last:
        _apply(connection, hop, edit, binds)
    connection.exec_driver_sql(f"analyze {finding}")


def _apply(connection: sa.Connection, hop: Hop, edit: Edit, binds: Binds) -> None:
    """Ask one rule about several rows."""
    fact = "string_agg(distinct broken.fact, ', ' order by broken.fact)"
    statement = (
        f"insert into audit.{hop.name}__finding select broken.record_id, '{edit.code}' "
        f", {fact if edit.fact else 'null'} "
        f"from ({_select(edit.sql)}) as broken group by broken.record_id"
    )
    connection.execute(bound(statement, binds))


_FINDING = """
create unlogged table audit.HOP__finding (
    record_id text not null, code text not null, fact text
)
"""

# approvals that are in force for what was found before, as long as it is the same record version
_PARDON = """
create unlogged table audit.HOP__pardon as
select work.record_id, approval.code, approval.fact, approval.approval_id
from ledger.approval_in_force as approval
inner join audit.HOP__work as work
    on approval.entry_id = work.entry_id and approval.version is not distinct from work.version
inner join ledger.reason as known
    on approval.entry_id = known.entry_id and approval.code = known.code
    and approval.finding_at = known.first_at
inner join audit.HOP__edit as edit on approval.code = edit.code and edit.severity = 'HOLD'
"""

_OBJECTION = """
create view audit.HOP__objection as
select finding.record_id, finding.code
from audit.HOP__finding as finding
inner join audit.HOP__edit as edit on finding.code = edit.code and edit.severity <> 'WARN'
where not exists (
    select 1 from audit.HOP__pardon as pardon
    where pardon.record_id = finding.record_id and pardon.code = finding.code
        and pardon.fact is not distinct from finding.fact
)
"""


def _select(sql: str) -> str:
    """The query without the comments of its head, which may hold colons."""
    return "\n".join(line for line in sql.splitlines() if not line.lstrip().startswith("--"))


def _one_scan(hop: str, edits: list[Edit]) -> str:
    anything = "\n    or ".join(f"({edit.row_condition})" for edit in edits)
    codes = "\n    , ".join(
        f"case when {edit.row_condition} then '{edit.code}' end" for edit in edits
    )
    facts = ", ".join(f"cast({edit.fact or 'null'} as text)" for edit in edits)
    return f"""
insert into audit.{hop}__finding
select record_id, code, fact
from (
    select record_id, unnest(array[{codes}]) as code, unnest(array[{facts}]) as fact
    from audit.{hop}__candidate
    where {anything}
) as broken
where code is not null
"""


def add_findings(connection: sa.Connection, hop: Hop, findings: Iterable[Found]) -> None:
    """Add what the hop's own Python found."""
    rows = [
        {"record_id": record_id, "code": code, "fact": fact} for record_id, code, fact in findings
    ]
    if rows:
        connection.execute(
            sa.text(f"insert into audit.{hop.name}__finding values (:record_id, :code, :fact)"),
            rows,
        )


def _write_edits(connection: sa.Connection, hop: Hop, edits: tuple[Edit, ...]) -> None:
    connection.exec_driver_sql(f"""
        create unlogged table audit.{hop.name}__edit (
            code text, ordinal integer, checkpoint text, before_checkpoint text
            , reason_class text, severity text, outcome text, owner_role text
            , due_hours integer, due_business_days integer
        )
    """)
    rows: list[dict[str, object]] = []
    for edit in edits:
        if edit.checkpoint not in hop.checkpoints:
            message = (
                f"{hop.name}: {edit.name} names {edit.checkpoint}, which the hop does not cover"
            )
            raise ContractFailure(message)
        place = hop.checkpoints.index(edit.checkpoint)
        rows.append(
            {
                "code": edit.code,
                "ordinal": len(rows),
                "checkpoint": edit.checkpoint,
                "before": hop.checkpoints[place - 1] if place else None,
                "class": edit.reason_class,
                "severity": edit.severity,
                "outcome": edit.outcome,
                "owner": edit.owner,
                "hours": edit.due_hours,
                "days": edit.due_business_days,
            }
        )
    if rows:
        connection.execute(
            sa.text(
                f"insert into audit.{hop.name}__edit values (:code, :ordinal, :checkpoint, :before"
                ", :class, :severity, :outcome, :owner, :hours, :days)"
            ),
            rows,
        )
