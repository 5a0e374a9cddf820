"""The first half of a pass: who is up, what is known about them, which rules they break.

Everything is built in unlogged tables of the pass (``audit.<hop>__<name>``) that nobody else
reads, and thrown away by the next pass.
"""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from orchestration.ground.contracts import Hop
from orchestration.ground.failures import ConservationFailure, ContractFailure
from orchestration.ground.sql import Model, bound

Binds = Mapping[str, object]


def clear(connection: sa.Connection, hop: str) -> None:
    """Throw away what an earlier pass left, finished or not."""
    names = connection.scalars(
        sa.text("select tablename from pg_tables where schemaname = 'audit' and tablename ~ :name"),
        {"name": f"^{hop}__"},
    )
    for name in list(names):
        connection.exec_driver_sql(f'drop table if exists audit."{name}" cascade')


def take_work(connection: sa.Connection, hop: Hop, binds: Binds) -> int:
    """New, waiting and held records, and nothing else: cost follows open work."""
    connection.execute(bound(WORK.replace("HOP", hop.name), binds))
    connection.exec_driver_sql(f"analyze audit.{hop.name}__work")
    return _count(connection, f"audit.{hop.name}__work")


# the ledger sorts ids by byte, to be searched by prefix; hops' tables and their indexes do not,
# and an index is of no use to a comparison that sorts otherwise
WORK = """
create unlogged table audit.HOP__work as
select
    entry_id, record_id collate "default" as record_id, version, attempt, received_at, since
    , due_at as first_due_at
from ledger.entry
where hop = :hop and state in ('waiting', 'held')
"""


def after_objections(models: Iterable[Model]) -> tuple[Model, ...]:
    """Those models, in order, that ask what speaks against a record, or build on one that does."""
    late: dict[str, Model] = {}
    for model in models:
        if {"objection", *late} & set(model.refs):
            late[model.name] = model
    return tuple(late.values())


def build_tables(
    connection: sa.Connection, hop: Hop, models: Iterable[Model], binds: Binds
) -> None:
    """Build models in the order given."""
    for model in models:
        table = f"audit.{hop.name}__{model.name}"
        connection.execute(bound(f"create unlogged table {table} as {model.sql}", binds))
        connection.exec_driver_sql(f"analyze {table}")


def build(connection: sa.Connection, hop: Hop, models: Iterable[Model], binds: Binds) -> None:
    """Build the hop's models, and see that the candidate has each record up exactly once.

    Those that ask what speaks against a record are built when that is known.

    Raises:
        ConservationFailure: the candidate lost or doubled a record.
        ContractFailure: there is no candidate.
    """
    models = tuple(models)
    late = after_objections(models)
    build_tables(connection, hop, (model for model in models if model not in late), binds)
    if "candidate" not in {model.name for model in models if model not in late}:
        message = f"models/{hop.name}/candidate.sql is missing"
        raise ContractFailure(message)
    odd = connection.scalar(
        sa.text(f"""
            select count(*) from audit.{hop.name}__work as work
            full join audit.{hop.name}__candidate as candidate using (record_id)
            where work.record_id is null or candidate.record_id is null
        """)
    )
    rows, work = (_count(connection, f"audit.{hop.name}__{name}") for name in ("candidate", "work"))
    if odd or rows != work:
        message = f"{hop.name}: {work} records are up but its candidate has {rows} rows ({odd} odd)"
        raise ConservationFailure(message)


def judge(connection: sa.Connection, hop: Hop, binds: Binds) -> None:
    """Settle every record: all its reasons, the first failing checkpoint as blocker."""
    unknown = connection.scalar(
        sa.text(f"""
            select min(code) from audit.{hop.name}__finding as finding
            where not exists (
                select 1 from audit.{hop.name}__edit as edit where edit.code = finding.code
            )
        """)
    )
    if unknown:
        message = f"{hop.name}: {unknown} was found but there is no edit file with that code"
        raise ContractFailure(message)
    columns = set(
        connection.scalars(
            sa.text(
                "select column_name from information_schema.columns "
                "where table_schema = 'audit' and table_name = :name"
            ),
            {"name": f"{hop.name}__candidate"},
        )
    )
    client = "candidate.client_id" if "client_id" in columns else "cast(null as text)"
    amount = "candidate.amount_cents" if "amount_cents" in columns else "cast(null as bigint)"
    for statement in (_REASONS, _JUDGED, _PASSED):
        sql = statement.replace("HOP", hop.name).replace("CLIENT", client).replace("AMOUNT", amount)
        connection.execute(bound(sql, {**binds, "last": hop.checkpoints[-1]}))
    connection.exec_driver_sql(f"analyze audit.{hop.name}__judged")


# a reason that was there before keeps its first day and its due date
_REASONS = """
create unlogged table audit.HOP__reason_now as
with dated as materialized (
    -- a due date counts from now, so each edit's is worked out once, not once a record
    select *, case
        when due_hours is not null then :now + make_interval(hours => due_hours)
        else ops.add_business_days(:now, due_business_days, :zone)
    end as due_from_now
    from audit.HOP__edit
)

select
    work.entry_id, work.record_id, edit.code, edit.ordinal, edit.checkpoint
    , edit.before_checkpoint, edit.reason_class, edit.severity, edit.outcome, edit.owner_role
    , coalesce(known.first_at, :now) as first_at
    , coalesce(known.due_at, edit.due_from_now) as due_at
    , finding.fact, pardon.approval_id
from (
    select record_id, code, max(fact) as fact from audit.HOP__finding group by 1, 2
) as finding
inner join audit.HOP__work as work on finding.record_id = work.record_id
inner join dated as edit on finding.code = edit.code
left join ledger.reason as known on work.entry_id = known.entry_id and edit.code = known.code
left join audit.HOP__pardon as pardon
    on finding.record_id = pardon.record_id and finding.code = pardon.code
    and finding.fact is not distinct from pardon.fact
"""

_JUDGED = """
create unlogged table audit.HOP__judged as
with blocker as (
    select
        entry_id
        , (array_agg(code order by ordinal))[1] as code
        , (array_agg(outcome order by ordinal))[1] as outcome
        , (array_agg(checkpoint order by ordinal))[1] as checkpoint
        , (array_agg(before_checkpoint order by ordinal))[1] as before_checkpoint
        , (array_agg(reason_class order by ordinal))[1] as reason_class
        , (array_agg(owner_role order by ordinal))[1] as owner_role
        , (array_agg(due_at order by ordinal))[1] as due_at
        , array_agg(code order by ordinal) as codes
    from audit.HOP__reason_now
    where severity <> 'WARN' and approval_id is null
    group by entry_id
)

select
    work.entry_id
    , work.record_id
    , coalesce(blocker.outcome, 'moved') as outcome
    , blocker.code
    , case when blocker.code is null then :last else blocker.before_checkpoint end as checkpoint
    , blocker.checkpoint as next_checkpoint
    , blocker.reason_class
    , blocker.owner_role
    , blocker.due_at
    , coalesce(blocker.codes, '{}') as codes
    , CLIENT as client_id
    , AMOUNT as amount_cents
from audit.HOP__work as work
inner join audit.HOP__candidate as candidate on work.record_id = candidate.record_id
left join blocker on work.entry_id = blocker.entry_id
"""

_PASSED = """
create unlogged table audit.HOP__passed as
select candidate.*
from audit.HOP__candidate as candidate
inner join audit.HOP__judged as judged on candidate.record_id = judged.record_id
where judged.outcome = 'moved'
"""


def _count(connection: sa.Connection, table: str) -> int:
    return int(connection.scalar(sa.text(f"select count(*) from {table}")) or 0)
