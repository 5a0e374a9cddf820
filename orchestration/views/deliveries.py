"""Claim files that are not known to be with their partner: where each is, why, and what to do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from orchestration.views.sentences import counted
from orchestration.views.sight import Sight

NEXT_STEP: Final = {
    "agreement_missing": "sign the trading-partner agreement, then write its agreement table",
    "agreement_not_begun": "wait for the day the agreement begins",
    "agreement_ended": "renew the agreement, then correct ended_on",
    "marked_for_production": "it is for production, the connection for tests: switch its usage",
    "marked_as_test": "it is a test, the connection for production: have its claims sent again",
    "production_not_agreed": "agree to production, then write production = true",
    "partner_gone": "give the partner its file or its [sending] table back",
    "credential_refused": "renew the secret; it is not tried before, or resume the partner",
    "host_key_changed": "ask the partner by telephone whether it changed its key; then pin it",
    "secret_missing": "set the variable, or lay the secret into its file (mode 0600)",
    "key_unreadable": "lay a readable private key into its file, and name its passphrase",
    "name_taken": "look at the partner's file of that name, then settle it",
    "size_differs": "ask the partner what it got, then settle it",
    "not_seen": "ask the partner whether it has it, then settle it",
}
"""What somebody has to do; where there is nothing here, it goes on by itself."""
_BY_STATE: Final = {
    "waiting": "nothing: it goes with the next exchange",
    "sending": "nothing: it is on its way",
    "unconfirmed": "nothing yet: the partner is asked first whether it has it",
}


@dataclass(frozen=True)
class OpenDelivery:
    """One file.

    Args:
        batch: Its batch.
        partner: Who shall have it.
        state: ``waiting``, ``sending``, ``unconfirmed``, ``failed`` or ``withheld``.
        reason: Why, in one word, where there is a reason.
        claims: How many claims are in it.
        amount_cents: Their money.
        published_at: Since when it is owed.
        tries: How often it was tried.
        next_try_at: Before when it is not tried again.
        sentence: All of this, said once.
        next_step: What somebody has to do.
    """

    batch: str
    partner: str
    state: str
    reason: str | None
    claims: int
    amount_cents: int
    published_at: datetime
    tries: int
    next_try_at: datetime | None
    sentence: str
    next_step: str


@dataclass(frozen=True)
class DeliveryPile:
    """Files that stand still for the same reason.

    Args:
        partner: Who shall have them.
        state: As of one file.
        reason: As of one file.
        files: How many.
        claims: Claims in them.
        amount_cents: Their money.
        oldest_at: Since when the oldest is owed.
        next_step: What somebody has to do.
    """

    partner: str
    state: str
    reason: str | None
    files: int
    claims: int
    amount_cents: int
    oldest_at: datetime
    next_step: str


def delivery_piles(sight: Sight) -> list[DeliveryPile]:
    """Files that are not known to be with their partner, by partner and reason."""
    return [
        DeliveryPile(**row._mapping, next_step=next_step(row.state, row.reason))
        for row in sight.rows(_PILES)
    ]


def open_deliveries(sight: Sight, partner: str | None = None) -> list[OpenDelivery]:
    """Every file that is not known to be with its partner, oldest first."""
    return _told(sight.rows(_OPEN, partner=partner))


def deliveries_of(sight: Sight, asked: str, claims: Sequence[str]) -> list[OpenDelivery]:
    """Files not known to be with their partner that some claims are in, or that are asked for."""
    batch_no = asked.upper().removesuffix(".837")
    return _told(sight.rows(_OPEN_OF, batch_no=batch_no, claims=list(claims)))


def _told(rows: Iterable[sa.Row[Any]]) -> list[OpenDelivery]:
    return [
        OpenDelivery(
            batch=row.batch_no,
            partner=row.partner,
            state=row.state,
            reason=row.reason,
            claims=row.claim_count,
            amount_cents=row.total_cents,
            published_at=row.published_at,
            tries=row.tries,
            next_try_at=row.next_try_at,
            sentence=sentence(row.batch_no, row.partner, row.state, row.reason, row.claim_count),
            next_step=next_step(row.state, row.reason),
        )
        for row in rows
    ]


def sentence(batch: str, partner: str, state: str, reason: str | None, claims: int) -> str:
    """Where a file is, and why."""
    where = {
        "waiting": f"waits to be sent to {partner}",
        "sending": f"is on its way to {partner}",
        "unconfirmed": f"may be with {partner} or not",
        "failed": f"did not get to {partner}",
        "withheld": f"may not leave for {partner}",
        "sent": f"is with {partner}",
    }[state]
    why = f" ({reason.replace('_', ' ')})" if reason else ""
    return f"{batch}, {counted(claims, 'claim')}, {where}{why}"


def next_step(state: str, reason: str | None) -> str:
    """What somebody has to do about a file."""
    return NEXT_STEP.get(reason or "", _BY_STATE.get(state, "ask the partner, then settle it"))


_ROWS = """
select
    delivery.batch_no, delivery.partner, delivery.state, delivery.reason, delivery.tries
    , delivery.next_try_at, batch.claim_count, batch.total_cents, batch.published_at
from core.delivery as delivery
inner join core.claim_batch as batch on delivery.batch_no = batch.batch_no
where delivery.state <> 'sent'
"""
_OPEN = f"""{_ROWS}
and (cast(:partner as text) is null or delivery.partner = :partner)
order by batch.published_at, delivery.batch_no
"""
_OPEN_OF = f"""{_ROWS}
and delivery.batch_no in (
    select :batch_no
    union
    select claim.batch_no from core.claim as claim where claim.claim_id = any(:claims)
)
order by batch.published_at, delivery.batch_no
"""

_PILES = """
select
    delivery.partner, delivery.state, delivery.reason, count(*) as files
    , cast(sum(batch.claim_count) as bigint) as claims
    , cast(sum(batch.total_cents) as bigint) as amount_cents, min(batch.published_at) as oldest_at
from core.delivery as delivery
inner join core.claim_batch as batch on delivery.batch_no = batch.batch_no
where delivery.state <> 'sent'
group by delivery.partner, delivery.state, delivery.reason
order by min(batch.published_at), delivery.partner, delivery.state, delivery.reason
"""
