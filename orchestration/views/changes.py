"""What changed under records: old, new, when, by whom, what it means, and how late it was seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from orchestration.flow.changes import Kind, load_kinds
from orchestration.views.sight import Sight

_LISTED = 20


@dataclass(frozen=True)
class Affected:
    """A record that had moved on the older version.

    Args:
        record: The record.
        is_final: Whether it is on a claim.
        claim: That claim.
        code: The edit that objects to it now, when one does.
    """

    record: str
    is_final: bool
    claim: str | None
    code: str | None


@dataclass(frozen=True)
class Change:
    """One change a hop saw.

    Args:
        number: Its number.
        hop: The hop that saw it.
        kind: What kind of thing changed: ``authorization``.
        meaning: The same in a sentence.
        subject: Which one.
        old_version: Version the hop knew.
        new_version: Version it is now.
        was: What differs, as it was; a person's data is kept back.
        became: The same as it is now.
        changed_at: When it was changed at its source.
        changed_by: Who changed it there.
        seen_at: When a pass of the hop first saw it.
        latency_seconds: From the one to the other.
        owner: Role that answers for it.
        judged_again: Records that were not final and were put back in the queue.
        final: Records on a claim.
        claims: Those claims.
        amount_cents: Money of all these records, where known.
        consequence: What it means for the payer's money.
        affected: The records, those on claims first, at most twenty.
    """

    number: int
    hop: str
    kind: str
    meaning: str
    subject: str
    old_version: int
    new_version: int
    was: Mapping[str, Any]
    became: Mapping[str, Any]
    changed_at: datetime | None
    changed_by: str | None
    seen_at: datetime
    latency_seconds: int | None
    owner: str
    judged_again: int
    final: int
    claims: tuple[str, ...]
    amount_cents: int
    consequence: str
    affected: tuple[Affected, ...]


@dataclass(frozen=True)
class Seen:
    """Changes of one kind that one pass saw, as counts."""

    kind: str
    changes: int
    judged_again: int
    final: int
    claims: int
    slowest: timedelta | None


def changes_of_pass(connection: sa.Connection, pass_id: int) -> list[Seen]:
    """What one pass saw, most changes first."""
    return [Seen(*tuple(row)) for row in connection.execute(_OF_PASS, {"pass_id": pass_id})]


def changes(
    sight: Sight,
    hop: str | None = None,
    since: datetime | None = None,
    *,
    affecting: bool = False,
    limit: int = 50,
) -> list[Change]:
    """Changes that were seen, newest first.

    Args:
        sight: What we look at.
        hop: Only those of this hop.
        since: Only those seen from then on.
        affecting: Only those that touched a record which had moved.
        limit: How many.
    """
    if hop is not None:
        sight.hop(hop)
    rows = sight.rows(_CHANGES, hop=hop, since=since, affecting=affecting, limit=limit)
    return [_change(sight, row) for row in rows]


def _change(sight: Sight, row: Any) -> Change:
    kind = _kind(sight, row.hop, row.kind)
    late = None if row.changed_at is None else row.seen_at - row.changed_at
    return Change(
        number=row.change_id,
        hop=row.hop,
        kind=row.kind,
        meaning=kind.meaning if kind else f"{row.kind}; its rule is no longer in force",
        subject=row.subject,
        old_version=row.old_version,
        new_version=row.new_version,
        was=row.was,
        became=row.became,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        seen_at=row.seen_at,
        latency_seconds=None if late is None else int(late.total_seconds()),
        owner=row.owner_role,
        judged_again=row.judged_again,
        final=row.final,
        claims=tuple(row.claims),
        amount_cents=int(row.amount_cents),
        consequence=_consequence(kind, row),
        affected=tuple(Affected(*each) for each in row.affected),
    )


def _kind(sight: Sight, hop: str, name: str) -> Kind | None:
    return next((kind for kind in load_kinds(sight.library, hop) if kind.name == name), None)


def _consequence(kind: Kind | None, row: Any) -> str:
    if not row.judged_again and not row.final:
        return "Nothing that has moved relied on it."
    said = []
    if kind and row.final:
        said.append(kind.final_says)
    if kind and row.judged_again:
        said.append(kind.open_says)
    return " ".join(said)


_OF_PASS = sa.text("""
select change.kind, count(distinct change.change_id) as changes
    , count(late.record_id) filter (where not late.is_final) as judged_again
    , count(late.record_id) filter (where late.is_final) as final
    , count(distinct late.sent_as) as claims, max(change.seen_at - change.changed_at) as slowest
from core.change
left join ledger.late_change as late on late.change_id = change.change_id
where change.pass_id = :pass_id
group by 1 order by 2 desc, 1
""")

_CHANGES = f"""
select change.*, found.judged_again, found.final, found.claims, found.amount_cents, found.affected
from core.change as change
cross join lateral (
    select
        count(distinct late.record_id) filter (where not late.is_final) as judged_again
        , count(distinct late.record_id) filter (where late.is_final) as final
        , coalesce(
            array_agg(distinct late.sent_as) filter (where late.sent_as is not null), '{{}}'
        ) as claims
        , coalesce(sum(entry.amount_cents), 0) as amount_cents
        , coalesce((array_agg(
            jsonb_build_array(late.record_id, late.is_final, late.sent_as, late.code)
            order by late.is_final desc, late.record_id
        ) filter (where late.record_id is not null))[1:{_LISTED}], '{{}}') as affected
    from ledger.late_change as late
    left join ledger.entry as entry on entry.hop = late.hop and entry.record_id = late.record_id
    where late.change_id = change.change_id
) as found
where (cast(:hop as text) is null or change.hop = :hop)
    and (cast(:since as timestamptz) is null or change.seen_at >= :since)
    and (not :affecting or found.judged_again + found.final > 0)
order by change.change_id desc
limit :limit
"""
