"""A hop's queue: why its open records stand still, what is at stake, whose turn it is."""

from dataclasses import dataclass
from datetime import datetime

from orchestration.views.awaited import Awaited, awaited
from orchestration.views.deliveries import DeliveryPile, delivery_piles
from orchestration.views.reasons import edit_of, edits_of
from orchestration.views.sight import Sight

_NO_REASON = "in the queue for the next pass"


@dataclass(frozen=True)
class Pile:
    """Open records that stand still for the same first reason.

    Args:
        code: The reason's code, None for records no pass has looked at yet.
        reason_class: Kind of reason.
        defect: The reason in a sentence.
        next_step: What to do.
        state: ``held`` or ``waiting``.
        records: How many.
        amount_cents: Money at stake, where known.
        oldest_at: Since when the oldest stands still.
        owner: Role whose turn it is.
        due_at: The soonest due date.
        overdue: How many are past theirs.
        behind: Further open records that have this reason behind another one.
    """

    code: str | None
    reason_class: str | None
    defect: str
    next_step: str | None
    state: str
    records: int
    amount_cents: int
    oldest_at: datetime
    owner: str | None
    due_at: datetime | None
    overdue: int
    behind: int


@dataclass(frozen=True)
class Item:
    """One open record."""

    record: str
    state: str
    reason_code: str | None
    reason_class: str | None
    codes: tuple[str, ...]
    owner: str | None
    since: datetime
    due_at: datetime | None
    overdue: bool
    amount_cents: int | None
    attempt: int


@dataclass(frozen=True)
class Queue:
    """The queue of a hop, or of one owner or reason in it.

    Args:
        hop: The hop.
        at: The instant it was looked at.
        records: Open records in all, listed or not.
        amount_cents: Money at stake, where known.
        reasons: Piles, the largest first.
        items: Records, overdue first, at most as many as were asked for.
        awaited: Answers that what left by this hop still waits for.
        deliveries: Files of this hop's that are not known to be with their partner.
    """

    hop: str
    at: datetime
    records: int
    amount_cents: int
    reasons: tuple[Pile, ...]
    items: tuple[Item, ...]
    awaited: tuple[Awaited, ...] = ()
    deliveries: tuple[DeliveryPile, ...] = ()


def queue(
    sight: Sight, hop: str, owner: str | None = None, reason: str | None = None, limit: int = 20
) -> Queue:
    """What stands still at a hop.

    Args:
        sight: What we look at.
        hop: The hop's name.
        owner: Only records whose turn is this role's.
        reason: Only records whose first reason this is.
        limit: How many records are listed; piles count all.

    Raises:
        ContractFailure: there is no such hop, or it has no such reason.
    """
    edits = edits_of(sight.library, sight.hop(hop).name)
    if reason is not None and reason not in edits:
        reason = edit_of(sight, hop, reason).code
    binds = {"hop": hop, "owner": owner, "reason": reason, "now": sight.now}
    piles = []
    for row in sight.rows(_PILES, **binds):
        edit = edits.get(row.code)
        piles.append(
            Pile(
                code=row.code,
                reason_class=row.reason_class,
                defect=edit.defect if edit else row.code or _NO_REASON,
                next_step=edit.next_step if edit else None,
                state=row.state,
                records=row.records,
                amount_cents=int(row.amount_cents),
                oldest_at=row.oldest_at,
                owner=row.owner_role,
                due_at=row.due_at,
                overdue=row.overdue,
                behind=row.behind,
            )
        )
    items = tuple(
        Item(
            record=row.record_id,
            state=row.state,
            reason_code=row.reason_code,
            reason_class=row.reason_class,
            codes=tuple(row.codes),
            owner=row.owner_role,
            since=row.since,
            due_at=row.due_at,
            overdue=row.due_at is not None and row.due_at < sight.now,
            amount_cents=row.amount_cents,
            attempt=row.attempt,
        )
        for row in sight.rows(_ITEMS, **binds, limit=limit)
    )
    return Queue(
        hop=hop,
        at=sight.now,
        records=sum(pile.records for pile in piles),
        amount_cents=sum(pile.amount_cents for pile in piles),
        reasons=tuple(piles),
        items=items,
        awaited=awaited(sight) if sight.hop(hop).ladder else (),
        deliveries=tuple(delivery_piles(sight)) if sight.hop(hop).ladder else (),
    )


_WHICH = """
    entry.hop = :hop and entry.state in ('waiting', 'held')
    and (cast(:owner as text) is null or entry.owner_role = :owner)
    and (cast(:reason as text) is null or entry.reason_code = :reason)
"""

_PILES = f"""
with pile as (
    select
        entry.reason_code as code, entry.reason_class, entry.state, entry.owner_role
        , count(*) as records
        , coalesce(sum(entry.amount_cents), 0) as amount_cents
        , min(entry.since) as oldest_at
        , min(entry.due_at) as due_at
        , count(*) filter (where entry.due_at < :now) as overdue
    from ledger.entry
    where {_WHICH}
    group by 1, 2, 3, 4
)

, behind as (
    select reason.code, count(*) as records
    from ledger.entry
    inner join ledger.reason on entry.entry_id = reason.entry_id
    where
        entry.hop = :hop and entry.state in ('waiting', 'held')
        and reason.severity <> 'WARN' and reason.approval_id is null
        and reason.code <> entry.reason_code
    group by 1
)

select pile.*, coalesce(behind.records, 0) as behind
from pile
left join behind on pile.code = behind.code
order by pile.records desc, pile.code nulls last, pile.state
"""

_ITEMS = f"""
select
    entry.record_id, entry.state, entry.reason_code, entry.reason_class, entry.owner_role
    , entry.since, entry.due_at, entry.amount_cents, entry.attempt
    , array(
        select reason.code from ledger.reason
        where reason.entry_id = entry.entry_id and reason.severity <> 'WARN'
            and reason.approval_id is null
        order by reason.checkpoint, reason.code
    ) as codes
from ledger.entry
where {_WHICH}
order by entry.due_at nulls last, entry.since, entry.record_id
limit :limit
"""
