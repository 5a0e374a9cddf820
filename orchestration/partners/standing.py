"""How far each attempt came, from all that was ever answered to it.

Works on ``pg_temp.answered`` and ``pg_temp.new_answer``, which ``answers`` makes: the attempts that
new statements speak of. A rung is how high somebody was heard; the standing is the verdict of the
highest rung that gave one. Neither depends on the order in which statements came.
"""

import sqlalchemy as sa


def settle(connection: sa.Connection) -> int:
    """Write where the attempts that were answered stand, and let claims and visits climb.

    Args:
        connection: A transaction in which new statements were taken in.

    Returns:
        How many claims stand elsewhere than before.
    """
    for statement in (_STANDING, _CHANGED, _SENT, _CLIMBED, _ENTRIES):
        connection.execute(statement)
    moved = connection.scalar(sa.text("select count(*) from pg_temp.climbed"))
    connection.execute(sa.text("drop table pg_temp.climbed"))
    return int(moved or 0)


# The verdict of the highest rung that gave one; taking a file in (TA1, 999) is none. Of a payer's
# several words on money the sum counts: what it paid and did not take back.
_STANDING = sa.text("""
with touched as (
    select distinct claim_id, attempt_no from pg_temp.answered where rung is not null
)

, heard as materialized (
    select touched.claim_id, touched.attempt_no, answer.*
    from touched
    inner join core.claim_answer as spoken
        on touched.claim_id = spoken.claim_id and touched.attempt_no = spoken.attempt_no
    inner join core.answer as answer
        on spoken.answer_id = answer.answer_id and answer.rung is not null
)

-- each payment is looked up once, not once for each of its claims
, payment as materialized (
    select
        paid.payment_ref
        , coalesce(paid.payment_payer, '') as payment_payer
        , bool_or(paid.is_balanced) as is_balanced
    from core.answer as paid
    where
        paid.level = 'payment'
        and paid.payment_ref in (select payment_ref from heard where rung = '835')
    group by paid.payment_ref, coalesce(paid.payment_payer, '')
)

, said as (
    select heard.*, coalesce(payment.is_balanced, false) as is_payment_balanced
    from heard
    left join payment
        on
            heard.rung = '835' and heard.level = 'claim'
            and heard.payment_ref = payment.payment_ref
            and coalesce(heard.payment_payer, '') = payment.payment_payer
)

, of_level as (
    select
        claim_id
        , attempt_no
        , rung
        , max(landed_at) as answered_at
        , max(payer_claim_number) filter (where outcome <> 'reversed') as payer_claim_number
        , bool_or(verdict = 'rejected') as is_rejected
        , bool_or(verdict = 'accepted') as is_accepted
        , sum(amount) as paid
        , bool_or(verdict = 'paid') as is_paid
        , count(*) filter (where verdict in ('paid', 'denied')) as adjudications
        , count(*) filter (where verdict = 'reversed') as reversals
        , bool_or(
            verdict in ('paid', 'denied') and is_balanced and is_payment_balanced
        ) as is_posted
        , bool_or(verdict = 'reversed' and is_balanced and is_payment_balanced) as is_undone
    from said
    where rung <> '835' or level = 'claim'
    group by claim_id, attempt_no, rung, level
)

, of_rung as (
    select
        claim_id
        , attempt_no
        , rung
        , core.rung_height(rung) as height
        , max(answered_at) as answered_at
        , max(payer_claim_number) as payer_claim_number
        , coalesce(sum(paid) filter (where rung = '835'), 0) as paid
        , bool_or(is_posted) as is_posted
        , bool_or(is_undone) as is_undone
        , case
            when bool_or(is_rejected and is_accepted) then 'disputed'
            when bool_or(is_rejected) then 'rejected'
            when rung in ('TA1', '999') then null
            when bool_or(is_accepted) then 'accepted'
            when rung <> '835' or sum(adjudications + reversals) = 0 then null
            when sum(reversals) >= greatest(1, sum(adjudications)) then 'reversed'
            when sum(paid) > 0 or (sum(paid) is null and bool_or(is_paid)) then 'paid'
            else 'denied'
        end as verdict
    from of_level
    group by claim_id, attempt_no, rung
)

, of_attempt as (
    select
        of_rung.claim_id
        , of_rung.attempt_no
        , max(of_rung.height) as height
        , max(of_rung.answered_at) as answered_at
        , (array_agg(of_rung.verdict order by of_rung.height desc)
            filter (where of_rung.verdict is not null))[1] as verdict
        , (array_agg(of_rung.rung order by of_rung.height desc)
            filter (where of_rung.verdict is not null))[1] as verdict_rung
        , (array_agg(of_rung.payer_claim_number order by of_rung.height desc)
            filter (where of_rung.payer_claim_number is not null))[1] as payer_claim_number
        , sum(of_rung.paid) as paid
        , bool_or(of_rung.is_posted) as is_posted
        , bool_or(of_rung.is_undone) as is_undone
    from of_rung
    group by of_rung.claim_id, of_rung.attempt_no
)

insert into core.attempt_standing as known
    (claim_id, attempt_no, rung, standing, standing_rung, payer_claim_number, paid_cents
    , answered_at)
select
    of_attempt.claim_id
    , of_attempt.attempt_no
    , case
        when of_attempt.is_posted or (of_attempt.is_undone and sent.frequency = '8') then 'posted'
        else (enum.rungs)[of_attempt.height]
    end
    , coalesce(of_attempt.verdict, 'none')
    , of_attempt.verdict_rung
    , of_attempt.payer_claim_number
    , cast(round(100 * of_attempt.paid) as bigint)
    , of_attempt.answered_at
from of_attempt
inner join core.claim_attempt as sent
    on of_attempt.claim_id = sent.claim_id and of_attempt.attempt_no = sent.attempt_no
cross join (select core.rungs() as rungs) as enum
on conflict (claim_id, attempt_no) do update set
    rung = excluded.rung, standing = excluded.standing, standing_rung = excluded.standing_rung
    , payer_claim_number = excluded.payer_claim_number, paid_cents = excluded.paid_cents
    , answered_at = excluded.answered_at
where
    (known.rung, known.standing, known.standing_rung, known.payer_claim_number
    , known.paid_cents, known.answered_at)
    is distinct from (
        excluded.rung, excluded.standing, excluded.standing_rung, excluded.payer_claim_number
        , excluded.paid_cents, excluded.answered_at
    )
""")

_CHANGED = sa.text("""
create temporary table climbed on commit drop as
select
    claim.claim_id
    , case
        when core.rung_height(standing.rung) > core.rung_height(claim.rung) then standing.rung
        else claim.rung
    end as rung
    , standing.standing
    , standing.standing_rung
from (select distinct claim_id, attempt_no from pg_temp.answered) as touched
inner join core.claim as claim
    on touched.claim_id = claim.claim_id and touched.attempt_no = claim.attempt_no
inner join core.attempt_standing as standing
    on touched.claim_id = standing.claim_id and touched.attempt_no = standing.attempt_no
where
    (standing.standing, standing.standing_rung)
    is distinct from (claim.reply_standing, claim.standing_rung)
    or core.rung_height(standing.rung) > core.rung_height(claim.rung)
""")

_SENT = sa.text("""
insert into pg_temp.climbed (claim_id, rung, standing, standing_rung)
select
    claim.claim_id
    , case delivery.state when 'sent' then 'sent' else 'sent-unconfirmed' end
    , claim.reply_standing
    , claim.standing_rung
from core.claim as claim
inner join core.delivery as delivery on claim.batch_no = delivery.batch_no
where
    claim.rung in ('built', 'sent-unconfirmed')
    and delivery.state in ('sent', 'unconfirmed')
    and claim.rung <> case delivery.state when 'sent' then 'sent' else 'sent-unconfirmed' end
    and not exists (select 1 from pg_temp.climbed as known where known.claim_id = claim.claim_id)
""")

_CLIMBED = sa.text("""
update core.claim as claim
set rung = climbed.rung, reply_standing = climbed.standing
    , standing_rung = climbed.standing_rung
from pg_temp.climbed as climbed
where claim.claim_id = climbed.claim_id
""")

_ENTRIES = sa.text("""
update ledger.entry as entry
set rung = climbed.rung
from pg_temp.climbed as climbed
inner join core.claim_line as line on climbed.claim_id = line.claim_id and line.line_no = 1
inner join ledger.hop as hop on cardinality(hop.ladder) > 0
where
    entry.record_id = line.record_id and entry.hop = hop.hop
    and entry.rung is distinct from climbed.rung
""")
