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


def reopen_what_changed(
    connection: sa.Connection, library: SqlLibrary, hop: Hop, binds: Binds
) -> int:
    """Find what moved before a change; put it back in the queue unless it is final.

    What is final is listed for people in ``ledger.late_change`` and stays where it is.
    """
    model = library.model(hop.name, "moved_before_change")
    connection.exec_driver_sql("drop table if exists pg_temp.late")
    # by name: a union goes by place, and each hop's model has an order of its own
    theirs = f" union all select {_LATE} from ({model.sql}) as late" if model else ""
    changed = _WITHDRAWN + theirs
    connection.execute(bound(f"create temporary table late on commit drop as {changed}", binds))
    found = connection.execute(bound(_LIST_LATE, binds)).rowcount
    connection.execute(bound(_REOPEN, binds))
    return int(found)


_LATE = (
    "record_id, is_final, relied_on, old_version, new_version, changed_at, changed_by, consequence"
)
# a record that went on only because of an approval which was taken back since; it is final when it
# has gone to an outside system, which a hop with a ladder of answers sends to
_WITHDRAWN = """
select
    entry.record_id, sent.is_final, 'approval of ' || reason.code as relied_on
    , reason.approval_id as old_version, reason.approval_id as new_version
    , withdrawal.withdrawn_at as changed_at, withdrawal.withdrawn_by as changed_by
    , case
        when sent.is_final then 'adjust or void the claim' else 'evaluated again'
    end as consequence
from ledger.approval_withdrawal as withdrawal
inner join ledger.reason as reason on withdrawal.approval_id = reason.approval_id
inner join ledger.entry as entry on reason.entry_id = entry.entry_id
cross join lateral (
    select exists (
        select 1
        from ledger.entry as later
        inner join ledger.hop as hop on later.hop = hop.hop and cardinality(hop.ladder) > 0
        where later.record_id = entry.record_id and later.has_moved
    ) as is_final
) as sent
where entry.hop = :hop and entry.state = 'moved'
"""

_LIST_LATE = """
insert into ledger.late_change
    (hop, record_id, relied_on, old_version, new_version, changed_at, changed_by, seen_at
    , is_final, consequence)
select :hop, record_id, relied_on, old_version, new_version, changed_at, changed_by, :now
    , is_final, consequence
from late
on conflict (hop, record_id, relied_on, new_version) do nothing
"""

_REOPEN = """
with again as (
    update ledger.entry as entry
    set state = 'waiting', since = :now, attempt = entry.attempt + 1
    from (select distinct record_id from late where not is_final) as late
    where entry.hop = :hop and entry.record_id = late.record_id and entry.state = 'moved'
    returning entry.entry_id, entry.attempt
)
insert into ledger.transition (entry_id, at, from_state, to_state, attempt, pass_id, actor, note)
select entry_id, :now, 'moved', 'waiting', attempt, :pass_id, 'carehops'
    , 'something it relied on changed'
from again
"""


def climb(connection: sa.Connection, library: SqlLibrary, hop: Hop, binds: Binds) -> int:
    """Move records up the hop's reply ladder, never down."""
    model = library.model(hop.name, "rung")
    if model is None:
        return 0
    return connection.execute(
        bound(_CLIMB.replace("RUNGS", model.sql), {**binds, "ladder": list(hop.ladder)})
    ).rowcount


_CLIMB = """
update ledger.entry as entry
set rung = answer.rung
from (RUNGS) as answer
where
    entry.hop = :hop
    and entry.record_id = answer.record_id
    and array_position(cast(:ladder as text []), answer.rung)
    > coalesce(array_position(cast(:ladder as text []), entry.rung), 0)
"""
