"""Who changed records without the right to, how often, and whose turn it is.

A hop whose records people change says so in its ``without_right`` model.
"""

from dataclasses import dataclass
from datetime import datetime

from orchestration.ground.sql import bound
from orchestration.views.reasons import edits_of
from orchestration.views.sight import Sight


@dataclass(frozen=True)
class Trespass:
    """One user's changes of one kind without the right.

    Args:
        user: Who changed, as the source system calls them.
        role: That user's role there.
        missing_right: The right the role did not hold on those days.
        hop: The hop that found it.
        owner: Role that grants rights.
        changes: How often.
        records: How many records that touched.
        held: How many of them stand still for it now.
        first_at: The first time.
        last_at: The last time.
    """

    user: str
    role: str
    missing_right: str
    hop: str
    owner: str
    changes: int
    records: int
    held: int
    first_at: datetime
    last_at: datetime


def trespasses(sight: Sight, since: datetime) -> list[Trespass]:
    """Everybody who changed something without the right since then, the most frequent first."""
    found = []
    for hop in sight.hops:
        model = sight.library.model(hop.name, "without_right")
        if model is None:
            continue
        owner = next(
            (
                edit.owner
                for edit in edits_of(sight.library, hop.name).values()
                if edit.reason_class == "PERMISSION"
            ),
            hop.owner,
        )
        binds = {"since": since, "zone": sight.zone, "hop": hop.name}
        rows = sight.connection.execute(bound(_COUNT.replace("MODEL", model.sql), binds))
        found += [Trespass(hop=hop.name, owner=owner, **row._mapping) for row in rows]
    return sorted(found, key=lambda each: (-each.changes, each.user, each.missing_right))


_COUNT = """
with trespass as (
MODEL
)
select
    trespass.changed_by as user, trespass.changed_by_role as role, trespass.missing_right
    , count(*) as changes
    , count(distinct trespass.record_id) as records
    , count(distinct trespass.record_id) filter (where exists (
        select 1
        from ledger.entry as entry
        inner join ledger.reason as reason on entry.entry_id = reason.entry_id
        where entry.hop = :hop and entry.record_id = trespass.record_id and entry.state = 'held'
            and reason.reason_class = 'PERMISSION' and reason.approval_id is null
    )) as held
    , min(trespass.changed_at) as first_at
    , max(trespass.changed_at) as last_at
from trespass
group by 1, 2, 3
"""
