"""Payments of payers, kept whole: what was paid, what was kept outside claims, what taken back.

Works on ``pg_temp.fresh_reply``, the statements of files that came since, which ``answers`` makes.
A payment that is sent again is the same payment.
"""

import sqlalchemy as sa


def keep_remittances(connection: sa.Connection) -> int:
    """Keep the payments among new statements, and pair what was taken back with what stands.

    Args:
        connection: A transaction with ``pg_temp.fresh_reply``; the caller commits it.

    Returns:
        How many payments are new.
    """
    for statement in (_REMITTED, _PAID, _ANALYZE):
        connection.execute(statement)
    kept = connection.execute(_KEPT).rowcount
    for statement in (_SEEN_AGAIN, _ADJUSTMENTS, _REVERSALS, _CORRECTED, _AWAY):
        connection.execute(statement)
    return kept


# A payment's own row is the last of its set, so that those before it count the sets of a file.
_REMITTED = sa.text("""
create temporary table remitted on commit drop as
select
    reply.*
    , count(*) filter (where reply.level = 'payment') over (
        partition by reply.file_id order by reply.line_no
        rows between unbounded preceding and 1 preceding
    ) as set_no
from pg_temp.fresh_reply as reply
where reply.reply_kind = '835' and reply.level in ('claim', 'adjustment', 'payment')
""")

_PAID = sa.text("""
create temporary table paid on commit drop as
with summed as (
    select
        file_id
        , set_no
        , coalesce(sum(amount) filter (where level = 'claim'), 0) as claims_paid
        , coalesce(sum(amount) filter (where level = 'adjustment'), 0) as kept
        , coalesce(sum(charge) filter (where level = 'claim'), 0) as charged
        , count(*) filter (where level = 'claim') as claim_count
        , count(*) filter (where level = 'claim' and outcome = 'reversed') as reversal_count
        , count(*) filter (where level = 'claim' and not is_balanced) as unbalanced_count
    from pg_temp.remitted
    group by file_id, set_no
)

select
    payment.payment_payer
    , coalesce(payment.payment_ref, '') as payment_ref
    , payment.payment_method
    , payment.stated_on as paid_on
    , payment.provider_id as payee_id
    , cast(round(100 * payment.amount) as bigint) as amount_cents
    , cast(round(100 * summed.claims_paid) as bigint) as claims_paid_cents
    , cast(round(100 * summed.kept) as bigint) as kept_cents
    , cast(round(100 * summed.charged) as bigint) as charged_cents
    , cast(summed.claim_count as integer) as claim_count
    , cast(summed.reversal_count as integer) as reversal_count
    , cast(summed.unbalanced_count as integer) as unbalanced_count
    , payment.is_balanced and payment.amount = summed.claims_paid - summed.kept as is_balanced
    , payment.usage
    , payment.sender_id
    , payment.file_id
    , payment.reply_interchange
    , payment.reply_set
    , payment.landed_at
    , payment.line_no
    , payment.set_no
from pg_temp.remitted as payment
inner join summed on payment.file_id = summed.file_id and payment.set_no = summed.set_no
where payment.level = 'payment' and payment.is_balanced is not null
""")

_KEPT = sa.text("""
insert into core.remittance
    (payment_payer, payment_ref, payment_method, paid_on, payee_id, amount_cents
    , claims_paid_cents, kept_cents, charged_cents, claim_count, reversal_count
    , unbalanced_count, is_balanced, usage, sender_id, file_id, line_no
    , reply_interchange, reply_set
    , landed_at, times_seen)
select distinct on (
    payment_payer, payment_ref, paid_on, amount_cents, claims_paid_cents, kept_cents
    , charged_cents, claim_count
)
    payment_payer, payment_ref, payment_method, paid_on, payee_id, amount_cents
    , claims_paid_cents, kept_cents, charged_cents, claim_count, reversal_count
    , unbalanced_count, is_balanced, usage, sender_id, file_id, line_no
    , reply_interchange, reply_set
    , landed_at, 1
from pg_temp.paid
order by
    payment_payer, payment_ref, paid_on, amount_cents, claims_paid_cents, kept_cents
    , charged_cents, claim_count, file_id, line_no
on conflict do nothing
""")

_SAME = """
    remittance.payment_ref = paid.payment_ref
    and remittance.payment_payer is not distinct from paid.payment_payer
    and remittance.paid_on is not distinct from paid.paid_on
    and remittance.amount_cents = paid.amount_cents
    and remittance.claims_paid_cents = paid.claims_paid_cents
    and remittance.kept_cents = paid.kept_cents
    and remittance.charged_cents = paid.charged_cents
    and remittance.claim_count = paid.claim_count
"""

_SEEN_AGAIN = sa.text(f"""
update core.remittance as known
set times_seen = known.times_seen + again.times
from (
    select remittance.remittance_id, cast(count(*) as integer) as times
    from pg_temp.paid as paid
    inner join core.remittance as remittance on {_SAME}
    where (remittance.file_id, remittance.line_no) <> (paid.file_id, paid.line_no)
    group by remittance.remittance_id
) as again
where known.remittance_id = again.remittance_id
""")

# what belongs to payments seen for the first time
_ROWS_OF_NEW = f"""
(
    select
        remittance.remittance_id
        , reply.*
        , row_number() over (
            partition by remittance.remittance_id, reply.level, reply.outcome
            order by reply.line_no
        ) as place
    from pg_temp.paid as paid
    inner join core.remittance as remittance
        on {_SAME}
        and remittance.file_id = paid.file_id and remittance.line_no = paid.line_no
    inner join pg_temp.remitted as reply
        on paid.file_id = reply.file_id and paid.set_no = reply.set_no
) as reply
"""

_ADJUSTMENTS = sa.text(f"""
insert into core.provider_adjustment
    (remittance_id, adjustment_no, provider_id, reason, kind, refers_to, kept_cents)
select
    reply.remittance_id, reply.place, reply.provider_id, split_part(reply.codes, ':', 2)
    , reply.adjustment_kind, reply.refers_to, cast(round(100 * reply.amount) as bigint)
from {_ROWS_OF_NEW}
where reply.level = 'adjustment'
on conflict do nothing
""")

_REVERSALS = sa.text(f"""
insert into core.reversal
    (remittance_id, reversal_no, claim_id, payer_claim_number, taken_back_cents)
select
    reply.remittance_id, reply.place, reply.refers_to, reply.payer_claim_number
    , cast(round(-100 * reply.amount) as bigint)
from {_ROWS_OF_NEW}
where reply.level = 'claim' and reply.outcome = 'reversed'
on conflict do nothing
""")

# whichever came first: a correction stands in the same payment, or in one of a later day
_CORRECTED = sa.text("""
update core.reversal as reversal
set corrected_by = later.remittance_id
from core.remittance as earlier, landing.clearinghouse_reply_now as reply
    , core.remittance as later
where
    reversal.corrected_by is null
    and reversal.claim_id in (
        select fresh.refers_to from pg_temp.remitted as fresh where fresh.level = 'claim'
    )
    and reversal.remittance_id = earlier.remittance_id
    and reply.refers_to = reversal.claim_id and reply.reply_kind = '835'
    and reply.level = 'claim' and reply.outcome <> 'reversed'
    and later.payment_ref = coalesce(reply.payment_ref, '')
    and later.payment_payer is not distinct from reply.payment_payer
    and later.paid_on is not distinct from reply.stated_on
    and case
        when later.remittance_id = earlier.remittance_id then reply.is_correction
        else later.paid_on > earlier.paid_on
    end
""")

_ANALYZE = sa.text("analyze pg_temp.remitted, pg_temp.paid")

_AWAY = sa.text("drop table pg_temp.remitted, pg_temp.paid")
