"""The second half of a pass: targets, ledger, hand-on and conservation in one transaction."""

import sqlalchemy as sa

from orchestration.flow.judging import Binds
from orchestration.ground.contracts import Hop, Target
from orchestration.ground.failures import ConservationFailure, ContractFailure
from orchestration.ground.sql import SqlLibrary, bound


def publish_targets(
    connection: sa.Connection, library: SqlLibrary, hop: Hop, binds: Binds
) -> dict[str, int]:
    """Write the hop's targets; a row that is already there as it should be is not written again.

    Returns:
        Rows written, by target.

    Raises:
        ConservationFailure: a record moves but left nothing in a table every record must be in.
    """
    written = {}
    for target in hop.targets:
        model = library.model(hop.name, target.name)
        if model is None:
            message = f"{hop.name} publishes {target.name}, but there is no model of that name"
            raise ContractFailure(message)
        built = f"audit.{hop.name}__{target.name}"
        connection.execute(bound(f"create unlogged table {built} as {model.sql}", binds))
        written[target.name] = connection.execute(
            bound(_upsert(connection, hop.name, target), binds)
        ).rowcount
        if target.per_record:
            _no_record_left_out(connection, hop.name, target)
    return written


def _upsert(connection: sa.Connection, hop: str, target: Target) -> str:
    columns = list(
        connection.scalars(
            sa.text(
                "select attname from pg_attribute where attrelid = cast(:table as regclass) "
                "and attnum > 0 and not attisdropped order by attnum"
            ),
            {"table": f"audit.{hop}__{target.name}"},
        )
    )
    rest = [column for column in columns if column not in target.key]
    same = " and ".join(f"there.{column} = made.{column}" for column in target.key)
    news = ", ".join(f"{column} = excluded.{column}" for column in rest)
    differs = (
        f"({', '.join(f'there.{column}' for column in rest)}) "
        f"is distinct from ({', '.join(f'made.{column}' for column in rest)})"
        if rest
        else "false"
    )
    action = (
        f"do update set {news}, batch_id = excluded.batch_id, published_at = excluded.published_at"
        if rest
        else "do nothing"
    )
    # the difference first: a conflicting row is locked and logged even when nothing changes in it
    return f"""
insert into core.{target.name} ({", ".join(columns)}, batch_id, published_at)
select {", ".join(f"made.{column}" for column in columns)}, :pass_id, :now
from audit.{hop}__{target.name} as made
left join core.{target.name} as there on {same}
where there.batch_id is null or {differs}
order by {", ".join(f"made.{column}" for column in target.key)}
on conflict ({", ".join(target.key)}) {action}
"""


def _no_record_left_out(connection: sa.Connection, hop: str, target: Target) -> None:
    missing = connection.scalar(
        sa.text(f"""
            select count(*) from audit.{hop}__passed as passed
            where not exists (
                select 1 from audit.{hop}__{target.name} as made
                where made.record_id = passed.record_id
            )
        """)
    )
    if missing:
        message = f"{hop}: {missing} records move but leave nothing in {target.name}"
        raise ConservationFailure(message)
    # a record published before with more rows than it has now keeps none of the surplus
    same = " and ".join(f"made.{column} = gone.{column}" for column in target.key)
    connection.exec_driver_sql(f"""
        delete from core.{target.name} as gone
        using audit.{hop}__passed as passed
        where
            gone.record_id = passed.record_id
            and not exists (select 1 from audit.{hop}__{target.name} as made where {same})
    """)
