"""Where records stand at hops, read from the ledger: one record in full, many as counts."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from orchestration.views.reasons import Reason, reasons_of
from orchestration.views.search import Found
from orchestration.views.sight import OPEN, Sight


@dataclass(frozen=True)
class Standing:
    """One record at one hop.

    Args:
        entry_id: Its number in the ledger.
        hop: The hop.
        record: The record.
        state: Its state there.
        version: Newest version the hop took.
        last_good: Last checkpoint it reached, None when it reached none here.
        next: Checkpoint it comes to next, None when it is through.
        since: Since when it stands as it does.
        received_at: When the hop first got it.
        reason_class: Kind of the first reason, None when nothing objects.
        reason_code: Code of the first reason.
        owner: Role whose turn it is.
        due_at: By when.
        amount_cents: Money at stake, where known.
        client_id: Whom it concerns.
        rung: Newest rung of the reply ladder.
        attempt: How often it was tried.
        reasons: Every reason, warnings included; empty in lists of many.
    """

    entry_id: int
    hop: str
    record: str
    state: str
    version: int | None
    last_good: str | None
    next: str | None
    since: datetime
    received_at: datetime
    reason_class: str | None
    reason_code: str | None
    owner: str | None
    due_at: datetime | None
    amount_cents: int | None
    client_id: str | None
    rung: str | None
    attempt: int
    reasons: tuple[Reason, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it stands still here."""
        return self.state in OPEN

    @property
    def blocker(self) -> Reason | None:
        """The reason it stands still for, with its texts."""
        return next((found for found in self.reasons if found.code == self.reason_code), None)

    def as_json(self) -> dict[str, object]:
        """The documented shape."""
        return {
            "record": self.record,
            "hop": self.hop,
            "state": self.state,
            "last_good": self.last_good,
            "next": self.next,
            "since": self.since,
            "reason_class": self.reason_class,
            "reason_code": self.reason_code,
            "owner": self.owner,
            "due_at": self.due_at,
            "amount_cents": self.amount_cents,
            "rung": self.rung,
            "attempt": self.attempt,
        }


@dataclass(frozen=True)
class Group:
    """Records of one state at one hop."""

    hop: str
    state: str
    records: int
    amount_cents: int
    oldest: datetime


_COLUMNS = """
entry_id, hop, record_id, state, version, checkpoint, next_checkpoint, since, received_at
, reason_class, reason_code, owner_role, due_at, amount_cents, client_id, rung, attempt
"""

# offset 0 keeps the lookup a lookup: a join planned by estimates may read the whole ledger
_OF_WANTED = """
from (select distinct named.record_id from (WANTED) as named) as wanted
inner join lateral (
    select * from ledger.entry where entry.record_id = wanted.record_id offset 0
) as entry on true
"""


def _standing(row: sa.Row[Any], reasons: tuple[Reason, ...] = ()) -> Standing:
    return replace(Standing(*tuple(row)), reasons=reasons)  # selected in the class's order


def of_record(sight: Sight, record: str) -> tuple[Standing, ...]:
    """A record at every hop that knows it, upstream first, with all reasons."""
    rows = sight.rows(
        f"select {_COLUMNS} from ledger.entry where record_id = :record", record=record
    )
    reasons = reasons_of(sight, {row.entry_id: row.hop for row in rows})
    found = [_standing(row, reasons.get(row.entry_id, ())) for row in rows]
    return tuple(sorted(found, key=lambda standing: sight.place(standing.hop)))


def with_reasons(sight: Sight, standings: Iterable[Standing]) -> tuple[Standing, ...]:
    """The same standings with their reasons."""
    return tuple(
        found
        for standing in standings
        for found in of_record(sight, standing.record)
        if found.hop == standing.hop
    )


def records(sight: Sight, found: Found, limit: int = 2) -> list[str]:
    """The records an id concerns, at most so many."""
    rows = sight.rows(
        f"select distinct entry.record_id {_OF_WANTED.replace('WANTED', found.wanted)}"
        " order by 1 limit :limit",
        limit=limit,
        **found.binds,
    )
    return [row.record_id for row in rows]


def groups(sight: Sight, found: Found) -> tuple[Group, ...]:
    """How many of an id's records stand where, upstream first."""
    rows = sight.rows(
        "select entry.hop, entry.state, count(*) as records, min(entry.since) as oldest"
        " , coalesce(sum(entry.amount_cents), 0) as amount_cents"
        f" {_OF_WANTED.replace('WANTED', found.wanted)} group by 1, 2",
        **found.binds,
    )
    made = [
        Group(row.hop, row.state, row.records, int(row.amount_cents), row.oldest) for row in rows
    ]
    return tuple(sorted(made, key=lambda group: (sight.place(group.hop), group.state)))


def counts(sight: Sight, found: Found) -> tuple[int, int]:
    """How many records an id concerns, and how many of them are held or wait somewhere."""
    row = sight.rows(
        "select count(distinct entry.record_id) as records"
        " , count(distinct entry.record_id) filter (where entry.state in ('held', 'waiting'))"
        f" as still {_OF_WANTED.replace('WANTED', found.wanted)}",
        **found.binds,
    )[0]
    return row.records, row.still


def standing_still(sight: Sight, found: Found, limit: int) -> tuple[Standing, ...]:
    """Those of an id's records that are held or wait, the soonest due first."""
    columns = ", ".join(f"entry.{column.strip()}" for column in _COLUMNS.split(","))
    rows = sight.rows(
        f"select {columns} {_OF_WANTED.replace('WANTED', found.wanted)}"
        " where entry.state in ('held', 'waiting')"
        " order by entry.due_at nulls last, entry.since, entry.record_id limit :limit",
        limit=limit,
        **found.binds,
    )
    return tuple(_standing(row) for row in rows)


def rungs(sight: Sight, found: Found) -> dict[str, int]:
    """How many of an id's records stand on which rung of a reply ladder, lowest first."""
    rows = sight.rows(
        f"select entry.rung, count(*) as records {_OF_WANTED.replace('WANTED', found.wanted)}"
        " where entry.rung is not null group by 1",
        **found.binds,
    )
    counts = {row.rung: row.records for row in rows}
    ladder = [rung for hop in sight.hops for rung in hop.ladder]
    return {rung: counts[rung] for rung in ladder if rung in counts}
