"""What changed after a hop had looked at it, and which records had moved on the older version.

One file per kind of change, ``dbt_like_sql/changes/<hop>/<kind>.sql``: its head names a landing
table and the columns in which two versions differ in earnest; its query joins ``news``, the rows
that are new in this sense, with what relied on them. What is found and not final goes back into
the queue; what is final is listed for people. Every change is kept in ``core.change``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import sqlalchemy as sa

from orchestration.flow.edits import OWNER_ROLES
from orchestration.flow.heads import read_head
from orchestration.flow.judging import Binds
from orchestration.ground.contracts import Hop, Table
from orchestration.ground.failures import ContractFailure
from orchestration.ground.sql import SqlLibrary, bound

_NEEDED = ("table", "differs", "owner", "open", "final", "source")
_KEPT_BACK = "'\"(kept back)\"'"


@dataclass(frozen=True)
class Kind:
    """One kind of change a hop's records can meet.

    Args:
        name: ``authorization``.
        meaning: In one sentence.
        table: The landing table whose versions are compared.
        differs: Columns in which a difference matters.
        first_counts: Whether a first version is a change too.
        when: Which differences matter: a condition on the ``known`` and the ``fresh`` version.
        owner: Role that answers for it.
        open_says: What becomes of a record that is not final.
        final_says: What to do about one that is.
        sql: The query: record_id, subject, old_version, sent_as, code.
    """

    name: str
    meaning: str
    table: Table
    differs: tuple[str, ...]
    first_counts: bool
    when: str
    owner: str
    open_says: str
    final_says: str
    sql: str


@cache
def load_kinds(library: SqlLibrary, hop: str) -> tuple[Kind, ...]:
    """The kinds of change of a hop, by name.

    Raises:
        ContractFailure: a head lacks something, or names a table or column that does not exist.
    """
    return tuple(_read(library, hop))


def _read(library: SqlLibrary, hop: str) -> Iterator[Kind]:
    tables = {table.name: table for table in library.landing}
    for path in sorted((library.folder / "changes" / hop).glob("*.sql")):
        head = read_head(
            path, ("table", "differs", "owner", "open", "final", "source"), ("first", "when")
        )
        table = tables[head.one_of("table", tables)]
        differs = tuple(name.strip() for name in head.values["differs"].split(","))
        unknown = set(differs) - {column.name for column in table.columns}
        if unknown or table.version is None:
            what = f"has no column {', '.join(sorted(unknown))}" if unknown else "has no versions"
            message = f"{path}: {table.name} {what}"
            raise ContractFailure(message)
        yield Kind(
            name=head.name,
            meaning=head.sentence,
            table=table,
            differs=differs,
            first_counts=head.one_of("first", ("counts", ""), "") == "counts",
            when=head.values.get("when", "true"),
            owner=head.one_of("owner", OWNER_ROLES),
            open_says=head.values["open"],
            final_says=head.values["final"],
            sql=library.render(path, hop).sql,
        )


def reopen_what_changed(
    connection: sa.Connection, library: SqlLibrary, hop: Hop, binds: Binds
) -> int:
    """Find what moved before a change; put it back in the queue unless it is final.

    What is final is listed in ``ledger.late_change`` and stays where it is, unless its kind names
    an edit that now objects to it.

    Returns:
        How many records were newly found, one per record and change.
    """
    connection.exec_driver_sql("drop table if exists pg_temp.late")
    connection.exec_driver_sql(_LATE)
    connection.execute(bound(_WITHDRAWN, binds))
    if hop.follows is not None:
        connection.execute(bound(_HELD_BEFORE, {**binds, "follows": hop.follows}))
    model = library.model(hop.name, "moved_before_change")
    if model is not None:
        connection.execute(bound(_OF_MODEL.replace("MODEL", model.sql), binds))
    _look(connection, library, hop, binds)
    found = connection.execute(bound(_LIST, binds)).rowcount
    connection.execute(bound(_REOPEN, binds))
    return int(found)


def take_arrived(connection: sa.Connection, hop: Hop, binds: Binds) -> None:
    """Files that landed since the hop last looked, for its models and for what changed."""
    connection.execute(bound(_ARRIVED.replace("HOP", hop.name), binds))
    connection.exec_driver_sql(f"analyze audit.{hop.name}__arrived")


def looked(connection: sa.Connection, hop: Hop, binds: Binds) -> None:
    """Note, with what is published, which files the pass took into account.

    A pass that publishes nothing has looked at nothing: the next one looks again.
    """
    connection.execute(bound(_LOOKED.replace("HOP", hop.name), binds))


def _look(connection: sa.Connection, library: SqlLibrary, hop: Hop, binds: Binds) -> None:
    """Compare what landed since the hop last looked with what it knew."""
    kinds = load_kinds(library, hop.name)
    if not kinds:
        return
    looked_before = connection.scalar(bound(_LOOKED_BEFORE, binds))
    for kind in kinds if looked_before else ():
        connection.exec_driver_sql(f"drop table if exists audit.{hop.name}__news")
        connection.execute(bound(_news(hop.name, kind), binds))
        of_kind = {**binds, "kind": kind.name, "owner": kind.owner}
        of_kind |= {"open_says": kind.open_says, "final_says": kind.final_says}
        if connection.execute(bound(_KEEP.replace("HOP", hop.name), of_kind)).rowcount:
            connection.exec_driver_sql(f"analyze audit.{hop.name}__news")
            connection.execute(bound(_AFFECTED.replace("QUERY", kind.sql), of_kind))


def _news(hop: str, kind: Kind) -> str:
    """The rows that are new to the hop and differ, each with the version it had looked at."""
    table = kind.table
    columns = {column.name: column for column in table.columns}
    same = " and ".join(f'known."{name}" = fresh."{name}"' for name in table.key)
    by = next((name for name in ("updated_by", "entered_by") if name in columns), None)
    sides = ((name, columns[name].payload) for name in kind.differs)
    each = ", ".join(
        f"('{name}', {_shown('known', name, payload)}, {_shown('fresh', name, payload)}"
        f', known."{name}" is distinct from fresh."{name}")'
        for name, payload in sides
    )
    subject = " || '/' || ".join(f'cast(fresh."{name}" as text)' for name in table.key)
    was = ", ".join(f'known."{name}" as was_{name}' for name in kind.differs)
    return f"""
create unlogged table audit.{hop}__news as
select fresh.*, {subject} as subject, coalesce(known."{table.version}", 0) as old_version
    , fresh."{table.version}" as new_version, fresh."{table.event_at}" as changed_at
    , {f'fresh."{by}"' if by else "cast(null as text)"} as changed_by
    , {was}, difference.was, difference.became
from audit.{hop}__arrived as arrived
inner join landing."{table.name}" as fresh
    on arrived.file_id = fresh.file_id and fresh.is_current
left join lateral (
    select * from landing."{table.name}" as known
    where {same} and known."{table.version}" < fresh."{table.version}"
        and not exists (
            select 1 from audit.{hop}__arrived as other where other.file_id = known.file_id
        )
    order by known."{table.version}" desc limit 1
) as known on true
cross join lateral (
    select jsonb_object_agg(name, before) as was, jsonb_object_agg(name, after) as became
    from (values {each}) as side (name, before, after, differs)
    where differs
) as difference
where difference.was is not null
    and ({str(kind.first_counts).lower()} or known."{table.version}" is not null)
    and ({kind.when})
"""


def _shown(side: str, name: str, payload: bool) -> str:
    return f"cast({_KEPT_BACK} as jsonb)" if payload else f'to_jsonb({side}."{name}")'


_LATE = """
create temporary table late (
    record_id text not null, is_final boolean not null, relied_on text not null
    , old_version bigint not null, new_version bigint not null, changed_at timestamptz
    , changed_by text, consequence text not null, change_id bigint, sent_as text, code text
) on commit drop
"""

_OF_MODEL = """
insert into late (record_id, is_final, relied_on, old_version, new_version, changed_at, changed_by
    , consequence)
select record_id, is_final, relied_on, old_version, new_version, changed_at, changed_by
    , consequence
from (MODEL) as found
"""

# final is what has gone to an outside system: through a hop with a ladder of answers
_IS_FINAL = """
select exists (
    select 1
    from ledger.entry as later
    inner join ledger.hop as hop on later.hop = hop.hop and cardinality(hop.ladder) > 0
    where later.record_id = entry.record_id and later.has_moved
) as is_final
"""

# what went on only because of an approval that was taken back since
_WITHDRAWN = f"""
insert into late (record_id, is_final, relied_on, old_version, new_version, changed_at, changed_by
    , consequence)
select
    entry.record_id, sent.is_final, 'approval of ' || reason.code
    , reason.approval_id, reason.approval_id, withdrawal.withdrawn_at, withdrawal.withdrawn_by
    , case
        when sent.is_final then 'The approval was taken back after the claim: adjust or void it.'
        else 'Without the approval the record is held again.'
    end
from ledger.approval_withdrawal as withdrawal
inner join ledger.reason as reason on withdrawal.approval_id = reason.approval_id
inner join ledger.entry as entry on reason.entry_id = entry.entry_id
cross join lateral ({_IS_FINAL}) as sent
where entry.hop = :hop and entry.state = 'moved'
"""

# what moved here and is held again at the hop before
_HELD_BEFORE = f"""
insert into late (record_id, is_final, relied_on, old_version, new_version, changed_at, consequence)
select
    entry.record_id, false, :follows, coalesce(entry.version, 0), before.entry_id, before.since
    , 'It is held again at the hop before, and waits here until it moves there.'
from ledger.entry as before
inner join ledger.entry as entry
    on before.record_id = entry.record_id and entry.hop = :hop and entry.state = 'moved'
cross join lateral ({_IS_FINAL}) as sent
where before.hop = :follows and before.state in ('waiting', 'held') and before.has_moved
    and before.reason_code is not null and not sent.is_final
"""

_LOOKED_BEFORE = "select exists (select 1 from ledger.looked_at where hop = :hop)"

# Numbers rise with time, but a file may get its number long before its rows can be seen. Nothing
# lands while ten thousand others do: so far back it is looked, and not through all of history.
_ARRIVED = """
create unlogged table audit.HOP__arrived as
select file.file_id
from landing.file as file
where file.verdict = 'landed'
    and file.file_id > coalesce((
        select max(looked.file_id) from ledger.looked_at as looked where looked.hop = :hop
    ), 0) - 10000
    and not exists (
        select 1 from ledger.looked_at as looked
        where looked.hop = :hop and looked.file_id = file.file_id
    )
"""

_LOOKED = """
insert into ledger.looked_at (hop, file_id, at)
select :hop, file_id, :now from audit.HOP__arrived
"""

_KEEP = """
insert into core.change (hop, kind, subject, old_version, new_version, was, became, changed_at
    , changed_by, landed_at, seen_at, owner_role, pass_id)
select :hop, :kind, subject, old_version, new_version, was, became, changed_at, changed_by
    , landed_at, :now, :owner, :pass_id
from audit.HOP__news
on conflict (hop, kind, subject, new_version) do nothing
"""

_AFFECTED = """
insert into late
select
    found.record_id, found.sent_as is not null, change.kind || ' ' || change.subject
    , max(found.old_version), change.new_version, change.changed_at, change.changed_by
    , case when found.sent_as is null then :open_says else :final_says end
    , change.change_id, found.sent_as, max(found.code)
from (QUERY) as found
inner join core.change as change
    on change.hop = :hop and change.kind = :kind and change.subject = found.subject
    and change.pass_id = :pass_id
inner join ledger.entry as entry
    on entry.record_id = found.record_id and entry.hop = :hop and entry.has_moved
group by found.record_id, found.sent_as, change.change_id
"""

_LIST = """
insert into ledger.late_change
    (hop, record_id, relied_on, old_version, new_version, changed_at, changed_by, seen_at
    , is_final, consequence, change_id, sent_as, code)
select :hop, record_id, relied_on, old_version, new_version, changed_at, changed_by, :now
    , is_final, consequence, change_id, sent_as, code
from late
on conflict (hop, record_id, relied_on, new_version) do nothing
"""

_REOPEN = """
with again as (
    update ledger.entry as entry
    set state = 'waiting', since = :now, attempt = entry.attempt + 1
    from (
        select distinct record_id from late where not is_final or code is not null
    ) as late
    where entry.hop = :hop and entry.record_id = late.record_id and entry.state = 'moved'
    returning entry.entry_id, entry.attempt
)
insert into ledger.transition (entry_id, at, from_state, to_state, attempt, pass_id, actor, note)
select entry_id, :now, 'moved', 'waiting', attempt, :pass_id, 'carehops'
    , 'something it relied on changed'
from again
"""
