"""Payments payers made, as their remittances explain them; what does not add up comes first."""

from dataclasses import dataclass
from datetime import date, datetime

from orchestration.views.sight import Sight


@dataclass(frozen=True)
class PaymentLine:
    """One payment.

    Args:
        number: What the bank's transfer or the check carries.
        payer: Who pays, as the number's origin says.
        method: ACH, CHK, NON.
        paid_on: Day of payment.
        amount_cents: What was paid.
        claims: Claims on it.
        claims_paid_cents: What they were paid.
        kept_cents: What was kept outside claims; negative when it was added.
        kept: The same by kind.
        is_balanced: Whether the two explain the payment.
        unbalanced: Claims on it that do not add up.
        reversals: Claims on it that were taken back, and nothing stands in their place.
        times_seen: How often it came.
        landed_at: When it came first.
        file: The file it came in.
    """

    number: str
    payer: str | None
    method: str | None
    paid_on: date | None
    amount_cents: int
    claims: int
    claims_paid_cents: int
    kept_cents: int
    kept: dict[str, int]
    is_balanced: bool
    unbalanced: int
    reversals: int
    times_seen: int
    landed_at: datetime
    file: str | None


def payments(sight: Sight, held_only: bool, limit: int) -> tuple[PaymentLine, ...]:
    """The newest payments, those that wait first.

    Args:
        sight: What is looked at.
        held_only: Whether only those that do not add up are asked for.
        limit: How many at most.
    """
    return tuple(
        PaymentLine(
            row.payment_ref,
            row.payment_payer,
            row.payment_method,
            row.paid_on,
            row.amount_cents,
            row.claim_count,
            row.claims_paid_cents,
            row.kept_cents,
            dict(row.kept or {}),
            row.is_balanced,
            row.unbalanced_count,
            row.reversals,
            row.times_seen,
            row.landed_at,
            row.file,
        )
        for row in sight.rows(_PAYMENTS, held_only=held_only, many=limit)
    )


_PAYMENTS = """
with shown as (
    select remittance.*
    from core.remittance as remittance
    where not :held_only or not remittance.is_balanced or remittance.unbalanced_count > 0
    order by
        (not remittance.is_balanced or remittance.unbalanced_count > 0) desc
        , remittance.remittance_id desc
    limit :many
)

select
    shown.*
    , file.name as file
    , kept.by_kind as kept
    , coalesce(back.reversals, 0) as reversals
from shown
left join landing.file as file on shown.file_id = file.file_id
left join lateral (
    select jsonb_object_agg(of_kind.kind, of_kind.cents) as by_kind
    from (
        select adjustment.kind, sum(adjustment.kept_cents) as cents
        from core.provider_adjustment as adjustment
        where adjustment.remittance_id = shown.remittance_id
        group by adjustment.kind
    ) as of_kind
) as kept on true
left join lateral (
    select count(*) as reversals
    from core.reversal as reversal
    where reversal.remittance_id = shown.remittance_id and reversal.corrected_by is null
) as back on true
order by
    (not shown.is_balanced or shown.unbalanced_count > 0) desc, shown.remittance_id desc
"""
