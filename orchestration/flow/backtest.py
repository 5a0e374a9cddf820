"""What a change of a rule or a contract would have done, without doing it.

The hop's own models, edits and judging are run twice over what it received since a day, before and
after the change, in one transaction that is always taken back. Numbers of sequences may be skipped
by it; no row, no file and no queue is touched. The hop's passes wait meanwhile.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import sqlalchemy as sa

from orchestration.flow import findings, judging
from orchestration.flow.changes import take_arrived
from orchestration.flow.edits import Edit, in_order, load_edits, read_edit
from orchestration.ground.contracts import Hop
from orchestration.ground.database import Database
from orchestration.ground.failures import ContractFailure, TransientFailure
from orchestration.ground.sql import SqlLibrary, bound

_SIDES = ("before", "after")
Change = Callable[[sa.Connection], object]


@dataclass(frozen=True)
class Effect:
    """What would have become of one payer's records.

    Args:
        payer: The payer; - where the hop's records have none.
        records: Records looked at.
        held: Of those that would move without the change, how many it keeps.
        held_cents: Their money.
        released: Of those that would stand still without it, how many it lets go.
        released_cents: Their money.
        repriced: Records that move either way, at another price.
        repriced_cents: The difference of their prices; below zero is less.
        net_cents: What would be billed more, or less, in all.
    """

    payer: str
    records: int
    held: int
    held_cents: int
    released: int
    released_cents: int
    repriced: int
    repriced_cents: int
    net_cents: int


@dataclass(frozen=True)
class HopEffect:
    """The effect at one hop, by payer, and for which reasons records would be kept."""

    hop: str
    records: int
    payers: tuple[Effect, ...]
    reasons: dict[str, int]


@dataclass(frozen=True)
class Backtest:
    """The answer.

    Args:
        change: What was tried.
        since: First day of reception that was looked at.
        hops: The effect at each hop the change reaches.
    """

    change: str
    since: date
    hops: tuple[HopEffect, ...]


@dataclass(frozen=True)
class Bench:
    """Everything a backtest needs.

    Args:
        database: Ours.
        library: The SQL.
        now: The present instant.
        zone: The agency's zone, in which days are counted.
    """

    database: Database
    library: SqlLibrary
    now: datetime
    zone: str

    def try_edit(self, hops: Sequence[Hop], edit: str, since: date) -> Backtest:
        """What an edit does: one in force, or a draft that would come or take its code's place.

        Args:
            hops: All hops.
            edit: Code or name of an edit in force, or the path of a draft in a folder that is
                called like its hop.
            since: First day of reception.

        Raises:
            ContractFailure: there is no such edit, or the draft is wrong.
        """
        hop, tried, before = self._find(hops, edit)
        others = (other for other in before if other.code != tried.code)
        effect = self._run(hop, since, before, in_order((*others, tried)))
        return Backtest(f"edit {tried.code}", since, (effect,))

    def try_rows(self, hops: Sequence[Hop], change: Change, name: str, since: date) -> Backtest:
        """What rows do that are put in before the second judging.

        Args:
            hops: The hops that are judged: those that read the rows.
            change: Puts them in, on the connection it is given.
            name: What it is, for the answer.
            since: First day of reception.
        """
        effects = []
        for hop in hops:
            edits = self._edits(hop)
            effects.append(self._run(hop, since, edits, edits, change))
        return Backtest(name, since, tuple(effects))

    def _edits(self, hop: Hop) -> tuple[Edit, ...]:
        return load_edits(self.library, hop.name, self._models(hop))

    def _models(self, hop: Hop) -> tuple[str, ...]:
        targets = [target.name for target in hop.targets]
        return tuple(model.name for model in self.library.models(hop.name, targets))

    def _find(self, hops: Sequence[Hop], asked: str) -> tuple[Hop, Edit, tuple[Edit, ...]]:
        """The hop, the edit that is tried, and the edits without it."""
        path = Path(asked)
        if path.suffix == ".sql":
            hop = next((hop for hop in hops if hop.name == path.parent.name), None)
            if hop is None or not path.exists():
                message = f"{path}: put the draft into a folder that is called like its hop"
                raise ContractFailure(message)
            tried = read_edit(self.library, path, hop.name, self._models(hop))
            return hop, tried, self._edits(hop)
        for hop in hops:
            edits = self._edits(hop)
            for edit in edits:
                if asked.upper() == edit.code or asked == edit.name:
                    return hop, edit, tuple(other for other in edits if other is not edit)
        message = f"no edit is called {asked!r}, and it is no path of a draft (.sql)"
        raise ContractFailure(message)

    def _run(
        self,
        hop: Hop,
        since: date,
        before: tuple[Edit, ...],
        after: tuple[Edit, ...],
        change: Change = lambda _: None,
    ) -> HopEffect:
        binds = {"hop": hop.name, "pass_id": 0, "now": self.now, "zone": self.zone, "since": since}
        with self.database.engine.connect() as connection:
            try:
                _alone(connection, hop)
                connection.execute(bound(_REOPEN, binds))
                for side, edits in zip(_SIDES, (before, after), strict=True):
                    if side == "after":
                        change(connection)
                    self._judge(connection, hop, edits, side, binds)
                return _effect(connection, hop, binds)
            finally:
                connection.rollback()

    def _judge(
        self,
        connection: sa.Connection,
        hop: Hop,
        edits: tuple[Edit, ...],
        side: str,
        binds: judging.Binds,
    ) -> None:
        judging.clear(connection, hop.name)
        take_arrived(connection, hop, binds)
        judging.take_work(connection, hop, binds)
        targets = [target.name for target in hop.targets]
        models = self.library.models(hop.name, targets)
        judging.build(connection, hop, models, binds)
        findings.apply_edits(connection, hop, models, edits, binds)
        judging.judge(connection, hop, binds)
        payer = "candidate.payer_id" if _has_payer(connection, hop) else "null"
        connection.execute(
            bound(_KEEP.replace("HOP", hop.name).replace("SIDE", side).replace("PAYER", payer), {})
        )


def _alone(connection: sa.Connection, hop: Hop) -> None:
    key = {"key": f"carehops:{hop.name}"}
    if not connection.scalar(sa.text("select pg_try_advisory_xact_lock(hashtext(:key))"), key):
        message = f"{hop.name} is running; a backtest looks when it has finished"
        raise TransientFailure(message)


def _has_payer(connection: sa.Connection, hop: Hop) -> bool:
    return connection.scalar(_HAS_PAYER, {"table": f"{hop.name}__candidate"}) is not None


def _effect(connection: sa.Connection, hop: Hop, binds: judging.Binds) -> HopEffect:
    payers = tuple(
        Effect(row.payer, *(int(value) for value in tuple(row)[1:]))
        for row in connection.execute(bound(_EFFECT, binds))
    )
    reasons = {row.code: int(row.records) for row in connection.execute(bound(_WHY, binds))}
    return HopEffect(hop.name, sum(payer.records for payer in payers), payers, reasons)


# as if what was received since were new: what ended for good stays so
_REOPEN = """
update ledger.entry as entry
set state = 'waiting'
where entry.hop = :hop and entry.state in ('moved', 'excluded')
    and entry.received_at >= cast(:since as timestamp) at time zone :zone
"""

_HAS_PAYER = sa.text(
    "select 1 from information_schema.columns"
    " where table_schema = 'audit' and table_name = :table and column_name = 'payer_id'"
)

_KEEP = """
create temporary table judged_SIDE on commit drop as
select judged.record_id, judged.outcome, judged.code, judged.amount_cents
    , coalesce(cast(PAYER as text), '-') as payer, work.received_at
from audit.HOP__judged as judged
inner join audit.HOP__work as work on judged.record_id = work.record_id
inner join audit.HOP__candidate as candidate on judged.record_id = candidate.record_id
"""

_BOTH = """
from judged_before as before
inner join judged_after as after using (record_id)
cross join lateral (
    select
        before.outcome = 'moved' as moved_before
        , after.outcome = 'moved' as moves_after
        , coalesce(before.amount_cents, 0) as cents_before
        , coalesce(after.amount_cents, 0) as cents_after
) as told
where before.received_at >= cast(:since as timestamp) at time zone :zone
"""

_EFFECT = f"""
select
    payer, records, held, held_cents, released, released_cents, repriced, repriced_cents
    , released_cents + repriced_cents - held_cents as net_cents
from (
    select
        before.payer
        , count(*) as records
        , count(*) filter (where moved_before and not moves_after) as held
        , coalesce(sum(cents_before) filter (where moved_before and not moves_after), 0)
            as held_cents
        , count(*) filter (where moves_after and not moved_before) as released
        , coalesce(sum(cents_after) filter (where moves_after and not moved_before), 0)
            as released_cents
        , count(*) filter (where moved_before and moves_after and cents_before <> cents_after)
            as repriced
        , coalesce(sum(cents_after - cents_before) filter (where moved_before and moves_after), 0)
            as repriced_cents
    {_BOTH}
    group by 1
) as counted
order by payer
"""

_WHY = f"""
select after.code, count(*) as records
{_BOTH} and moved_before and not moves_after
group by 1 order by 2 desc, 1
"""
