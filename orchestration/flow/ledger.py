"""The ledger: one row per record per hop says where it stands; every change is written down.

This module puts records into a hop's queue, writes what a pass decided, and proves by arithmetic
that nothing was lost. What a pass decides is found elsewhere (``judging``).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from orchestration.ground.contracts import Hop
from orchestration.ground.failures import ConservationFailure, ContractFailure
from orchestration.ground.sql import SqlLibrary, bound

STATES = ("waiting", "held", "moved", "rejected", "excluded", "cancelled")


def register_hops(connection: sa.Connection, hops: Iterable[Hop]) -> None:
    """Make the hops known to the database, upstream before downstream."""
    waiting = {hop.name: hop for hop in hops}
    known: set[str] = set()
    while waiting:
        ready = [hop for hop in waiting.values() if hop.follows is None or hop.follows in known]
        if not ready:
            message = f"{', '.join(sorted(waiting))} follow hops that do not exist"
            raise ContractFailure(message)
        for hop in ready:
            connection.execute(_REGISTER, _registration(hop))
            known.add(waiting.pop(hop.name).name)


_REGISTER = sa.text("""
insert into ledger.hop (hop, follows, record, checkpoints, ladder, owner_role, stuck_after)
values (:hop, :follows, :record, :checkpoints, :ladder, :owner, :stuck_after)
on conflict (hop) do update set
    follows = excluded.follows, record = excluded.record, checkpoints = excluded.checkpoints
    , ladder = excluded.ladder, owner_role = excluded.owner_role
    , stuck_after = excluded.stuck_after
""")


def _registration(hop: Hop) -> dict[str, object]:
    return {
        "hop": hop.name,
        "follows": hop.follows,
        "record": hop.record,
        "checkpoints": list(hop.checkpoints),
        "ladder": list(hop.ladder),
        "owner": hop.owner,
        "stuck_after": hop.timing.stuck_after,
    }


@dataclass(frozen=True)
class Intake:
    """Puts what a table just gained into the queues of the hops that take from it.

    Args:
        hops: All hops.
        library: Where their ``intake.sql`` is.
        zone: The agency's zone.
    """

    hops: tuple[Hop, ...]
    library: SqlLibrary
    zone: str

    def hand_on(
        self, connection: sa.Connection, table: str, batch_id: int, now: datetime
    ) -> dict[str, int]:
        """Queue the records of one batch, in the transaction that wrote the batch.

        Args:
            connection: That transaction.
            table: Full name of the table that gained rows: ``landing.evv_visit``.
            batch_id: Number of the file or the pass that brought them.
            now: The instant of reception.

        Returns:
            Records new or changed, by hop.
        """
        return {
            hop.name: self._queue(connection, hop, batch_id, now)
            for hop in self.hops
            if table in hop.takes
        }

    def _queue(self, connection: sa.Connection, hop: Hop, batch_id: int, now: datetime) -> int:
        model = self.library.model(hop.name, "intake")
        if model is None:
            message = f"{hop.name} takes from tables but has no models/{hop.name}/intake.sql"
            raise ContractFailure(message)
        binds = {
            "hop": hop.name,
            "batch_id": batch_id,
            "now": now,
            "zone": self.zone,
            "first": hop.checkpoints[0],
        }
        connection.exec_driver_sql("drop table if exists pg_temp.intake")
        connection.execute(bound(_INTAKE.replace("MODEL", model.sql), binds))
        changed = connection.execute(bound(_TAKE_AGAIN, binds)).rowcount
        connection.execute(bound(_RECEIVE, binds))
        return changed + connection.execute(bound(_TAKE_NEW, binds)).rowcount


# who is known already is looked up once
_INTAKE = """
create temporary table intake on commit drop as
select brought.*, known.entry_id as known_id, known.version as known_version
    , known.state as known_state
from (MODEL) as brought
left join ledger.entry as known on known.hop = :hop and known.record_id = brought.record_id
"""

# a newer version of a known record goes back into the queue; an unchanged one is left alone
_TAKE_AGAIN = """
with again as (
    update ledger.entry as entry
    set state = 'waiting', since = :now, version = intake.version
        , checkpoint = null, next_checkpoint = :first
        , reason_class = null, reason_code = null, due_at = null
        , attempt = entry.attempt + 1
    from intake
    where entry.entry_id = intake.known_id and intake.known_version is distinct from intake.version
    returning entry.entry_id, intake.known_state as from_state, entry.attempt, entry.version
)
insert into ledger.transition
    (entry_id, at, from_state, to_state, attempt, pass_id, actor, note)
select entry_id, :now, from_state, 'waiting', attempt, :batch_id, 'carehops'
    , 'version ' || version || ' received'
from again
"""

_RECEIVE = """
insert into ledger.received as known (hop, feed, file_id, records)
select :hop, coalesce(feed, '-'), coalesce(file_id, 0), count(*)
from intake
where known_id is null
group by 2, 3 order by 2, 3
on conflict (hop, feed, file_id) do update set records = known.records + excluded.records
"""

_TAKE_NEW = """
insert into ledger.entry
    (hop, record_id, version, since, received_at, next_checkpoint, feed, file_id, client_id
    , amount_cents)
select :hop, record_id, version, :now, :now, :first, feed, file_id, client_id, amount_cents
from intake
where known_id is null
"""


def write_outcomes(connection: sa.Connection, hop: Hop, pass_id: int, now: datetime) -> int:
    """Write what the pass decided: states, reasons, transitions. Unchanged records cost nothing.

    Returns:
        How many records changed.
    """
    binds = {"pass_id": pass_id, "now": now}
    return sum(
        connection.execute(bound(statement.replace("HOP", hop.name), binds)).rowcount
        for statement in (_FORGET_REASONS, _KEEP_REASONS, _CHANGE, _MOVE_ON)
    )


# who changed is settled once, before anything is written
CHANGED = """
create unlogged table audit.HOP__changed as
select judged.*, entry.state as from_state, entry.attempt + 1 as next_attempt
from audit.HOP__judged as judged
inner join ledger.entry as entry on judged.entry_id = entry.entry_id
where
    (entry.state, entry.reason_code, entry.checkpoint, entry.due_at)
    is distinct from (judged.outcome, judged.code, judged.checkpoint, judged.due_at)
"""

_FORGET_REASONS = """
delete from ledger.reason as reason
using audit.HOP__work as work
where
    reason.entry_id = work.entry_id
    and not exists (
        select 1 from audit.HOP__reason_now as now
        where now.entry_id = reason.entry_id and now.code = reason.code
    )
"""

# no look at what is known first: while the planner takes the table for empty, as before a first
# large load, each look would read the whole table, and all that is being put into it
_KEEP_REASONS = """
insert into ledger.reason as known
    (entry_id, code, checkpoint, reason_class, severity, outcome, owner_role, first_at, due_at
    , fact, approval_id)
select entry_id, code, checkpoint, reason_class, severity, outcome, owner_role, first_at, due_at
    , fact, approval_id
from audit.HOP__reason_now
on conflict (entry_id, code) do update
set fact = excluded.fact, approval_id = excluded.approval_id
where (known.fact, known.approval_id) is distinct from (excluded.fact, excluded.approval_id)
"""

_CHANGE = """
insert into ledger.transition
    (entry_id, at, from_state, to_state, checkpoint, reason_codes, attempt, pass_id, actor)
select entry_id, :now, from_state, outcome, checkpoint, codes, next_attempt, :pass_id, 'carehops'
from audit.HOP__changed
where from_state <> outcome or code is not null
"""

_MOVE_ON = """
update ledger.entry as entry
set state = changed.outcome
    , since = case when entry.state = changed.outcome
        and entry.reason_code is not distinct from changed.code
        then entry.since else :now end
    , checkpoint = changed.checkpoint, next_checkpoint = changed.next_checkpoint
    , reason_class = changed.reason_class, reason_code = changed.code
    , owner_role = changed.owner_role, due_at = changed.due_at
    , attempt = changed.next_attempt, pass_id = :pass_id
    , has_moved = entry.has_moved or changed.outcome = 'moved'
    , client_id = coalesce(changed.client_id, entry.client_id)
    , amount_cents = coalesce(changed.amount_cents, entry.amount_cents)
from audit.HOP__changed as changed
where entry.entry_id = changed.entry_id
"""


def assert_conserved(connection: sa.Connection, hop: str) -> None:
    """Refuse to go on when received and accounted-for records differ, in any file.

    Raises:
        ConservationFailure: names the hop, the file and both numbers.
    """
    row = connection.execute(_DIFFERENCE, {"hop": hop}).first()
    if row is not None:
        message = (
            f"{hop}: file {row.file_id} of {row.feed} brought {row.received} records, "
            f"{row.standing} are accounted for; nothing was published"
        )
        raise ConservationFailure(message)


_DIFFERENCE = sa.text("""
select
    feed, file_id, coalesce(received.records, 0) as received
    , coalesce(standing.records, 0) as standing
from (select feed, file_id, records from ledger.received where hop = :hop) as received
full join (
    select feed, file_id, sum(records) as records from ledger.tally where hop = :hop group by 1, 2
) as standing using (feed, file_id)
where coalesce(received.records, 0) <> coalesce(standing.records, 0)
limit 1
""")


def totals(connection: sa.Connection, hop: str) -> dict[str, int]:
    """Records of a hop by state, zeros included; cost follows the number of files, not records."""
    rows = connection.execute(
        sa.text(
            "select state, sum(records) as records from ledger.tally where hop = :hop group by 1"
        ),
        {"hop": hop},
    )
    found = {row.state: int(row.records) for row in rows}
    return {state: found.get(state, 0) for state in STATES}
