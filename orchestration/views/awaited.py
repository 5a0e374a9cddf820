"""Which answers are waited for, from whom, since when and until when; and which are late.

Judged by the partner's profile: a rung it never gives, or gives only sometimes, is never late.
Before its deadline an answer is waited for, after it it is late, with the partner's owner.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from orchestration.ground.partner_profiles import Partner, Reply, answering_for
from orchestration.views.sight import Sight

State = Literal["waiting", "late"]


@dataclass(frozen=True)
class Awaited:
    """Claims that wait for the same answer of the same partner.

    Args:
        partner: Who owes it.
        reply: The rung it is.
        state: ``waiting`` or ``late``.
        claims: How many claims.
        amount_cents: What they charge.
        sent_at: When the oldest of them was sent.
        due_at: By when the first answer must come, or must have come.
        owner: Role that asks for it.
        sentence: The same for people.
    """

    partner: str
    reply: str
    state: State
    claims: int
    amount_cents: int
    sent_at: datetime
    due_at: datetime
    owner: str
    sentence: str


@dataclass(frozen=True)
class _Pile:
    """Claims of one file that stand on one rung."""

    partner: Partner
    reply: Reply
    claims: int
    amount_cents: int
    sent_at: datetime

    @property
    def due_at(self) -> datetime:
        return self.partner.overdue_at(self.reply, self.sent_at)

    def state(self, now: datetime) -> State:
        return "late" if self.due_at <= now else "waiting"


def awaited(sight: Sight) -> tuple[Awaited, ...]:
    """Everything that is waited for: late first, then by when it is due."""
    found: dict[tuple[str, str, State], list[_Pile]] = defaultdict(list)
    for pile in _piles(sight) if sight.partners else ():
        found[pile.partner.name, pile.reply.rung, pile.state(sight.now)].append(pile)
    made = (_made(sight, state, piles) for (_, _, state), piles in found.items())
    return tuple(sorted(made, key=lambda one: (one.state, one.due_at, one.partner)))


def sentence_of(sight: Sight, partner: Partner, reply: Reply, sent_at: datetime) -> str:
    """``waiting for 999 from X since T, due D``, or ``999 from X is late since D, sent T``."""
    since = sight.local(sent_at)
    due_at = partner.overdue_at(reply, sent_at)
    if due_at <= sight.now:
        return f"{reply.rung} from {partner.name} is late since {sight.local(due_at)}, sent {since}"
    return f"waiting for {reply.rung} from {partner.name} since {since}, due {sight.local(due_at)}"


def _piles(sight: Sight) -> Iterator[_Pile]:
    for row in sight.rows(_SENT):
        partner = answering_for(sight.partners, row.payer_id)
        reply = partner.awaited(row.rung)
        if reply is not None:
            yield _Pile(partner, reply, row.claims, int(row.amount_cents), row.sent_at)


def _made(sight: Sight, state: State, piles: list[_Pile]) -> Awaited:
    first = min(piles, key=lambda pile: pile.due_at)
    return Awaited(
        partner=first.partner.name,
        reply=first.reply.rung,
        state=state,
        claims=sum(pile.claims for pile in piles),
        amount_cents=sum(pile.amount_cents for pile in piles),
        sent_at=min(pile.sent_at for pile in piles),
        due_at=first.due_at,
        owner=first.partner.owner,
        sentence=sentence_of(sight, first.partner, first.reply, first.sent_at),
    )


# what nobody has finally answered: open claims only, a row for each file and rung
_SENT = """
select
    claim.payer_id
    , claim.rung
    , coalesce(delivery.sent_at, delivery.offered_at) as sent_at
    , claim.claims
    , claim.amount_cents
from (
    select
        batch_no, payer_id, rung, count(*) as claims, sum(total_cents) as amount_cents
    from core.claim
    where rung not in ('835', 'posted') and reply_standing in ('none', 'accepted')
    group by batch_no, payer_id, rung
) as claim
inner join core.delivery as delivery on claim.batch_no = delivery.batch_no
where coalesce(delivery.sent_at, delivery.offered_at) is not null
"""
