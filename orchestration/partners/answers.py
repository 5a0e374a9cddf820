"""What partners answered is taken in: each statement once, and every attempt it speaks of moves.

Statements are kept by what they say, so one that comes again says nothing new. Which attempts each
speaks of is asked once, of new ones only; how far those came is ``standing``. Reading every reply
twice, or in any order, ends in the same state.
"""

from datetime import datetime

import sqlalchemy as sa

from orchestration.ground.contracts import Examination
from orchestration.partners.escapes import attribute
from orchestration.partners.oddities import list_oddities
from orchestration.partners.remittances import keep_remittances
from orchestration.partners.standing import settle


def listen(examination: Examination) -> None:
    """Take in what came back, at the start of a pass and after it has sent something."""
    take_answers(examination.connection, examination.clock.now())


def take_answers(connection: sa.Connection, now: datetime) -> int:
    """Take in every reply that landed since, and let claims and their visits climb.

    Args:
        connection: A transaction; the caller commits it. Safe to repeat.
        now: The instant.

    Returns:
        How many claims stand elsewhere than before.
    """
    binds = {"now": now}
    for statement in (_ALONE, _FRESH, _NEW, _REPEATED, _NAMED, _SPEAKS, _AGAIN, _SEEN):
        connection.execute(statement, binds)
    keep_remittances(connection)
    connection.execute(_ANALYZE)
    list_oddities(connection, now)
    moved = settle(connection)
    attribute(connection, now)
    connection.execute(_AWAY)
    return moved


_ALONE = sa.text("select pg_advisory_xact_lock(hashtext('carehops:answers'))")

# Numbers of files rise with time, but a file may get its number long before its rows can be seen.
# Equal statements of one file are told apart by their order: two lines may be paid the same.
_FRESH = sa.text("""
create temporary table fresh_reply on commit drop as
select
    reply.*
    , md5(concat_ws(
        '|', reply.reply_kind, reply.level, coalesce(reply.refers_to, '-')
        , coalesce(reply.group_control, '-'), coalesce(reply.set_control, '-')
        , coalesce(reply.batch_ref, '-'), coalesce(reply.line_key, '-')
        , reply.outcome, coalesce(reply.codes, '-')
        , coalesce(reply.payer_claim_number, '-'), coalesce(cast(reply.amount as text), '-')
        , coalesce(cast(reply.charge as text), '-'), coalesce(reply.adjustments, '-')
        , coalesce(reply.payment_ref, '-'), coalesce(reply.source_entity, '-')
        , coalesce(reply.sender_id, '-'), row_number() over (
            partition by
                reply.file_id, reply.reply_kind, reply.level, reply.refers_to
                , reply.group_control, reply.set_control, reply.batch_ref, reply.line_key
                , reply.outcome, reply.codes, reply.payer_claim_number, reply.amount
                , reply.charge, reply.adjustments, reply.payment_ref, reply.source_entity
                , reply.sender_id
            order by reply.line_no
        )
    )) as digest
from landing.file as file
inner join landing.clearinghouse_reply as reply on file.file_id = reply.file_id
where
    file.verdict = 'landed'
    and file.file_id > coalesce((select max(file_id) from core.answered_file), 0) - 10000
    and not exists (
        select 1 from core.answered_file as taken where taken.file_id = file.file_id
    )
""")

# What a 999 finds in a segment is a detail of the verdict on its set; adjustments outside claims
# are kept with their payment.
_NEW = sa.text("""
create temporary table new_answer on commit drop as
with said as (
    select
        fresh.*
        , case
            when fresh.reply_kind in ('TA1', '999') then fresh.reply_kind
            when fresh.reply_kind = '277CA' then case
                -- a receipt for a batch answers none of its claims; a refusal refuses them all
                when fresh.level in ('batch', 'provider') and fresh.outcome <> 'rejected' then null
                when fresh.source_entity = 'payer' then 'payer 277CA'
                else 'clearinghouse 277CA'
            end
            when fresh.level in ('claim', 'line') and fresh.outcome <> 'predetermined' then '835'
        end as rung
        , case
            when fresh.reply_kind = '835' then case
                when fresh.level <> 'claim' then null
                when fresh.outcome = 'reversed' then 'reversed'
                when fresh.outcome in ('paid', 'forwarded') and coalesce(fresh.amount, 1) > 0
                    then 'paid'
                when fresh.outcome in ('paid', 'forwarded', 'unpaid', 'denied', 'not_theirs')
                    then 'denied'
            end
            -- a number the partner has had before: it holds the file, and refuses a second copy
            when fresh.reply_kind = 'TA1' and fresh.codes = '025' then null
            when fresh.outcome = 'rejected' then 'rejected'
            when fresh.outcome in ('accepted', 'accepted_with_errors') then 'accepted'
        end as verdict
    from pg_temp.fresh_reply as fresh
    where fresh.level not in ('segment', 'adjustment')
)

, first_seen as (
    select distinct on (said.digest) said.*
    from said
    order by said.digest, said.landed_at, said.file_id, said.line_no
)

, kept as (
    insert into core.answer
        (digest, reply_id, file_id, reply_kind, level, refers_to, group_control, set_control
        , batch_ref, line_key, outcome, codes, payer_claim_number, amount, payment_ref
        , payment_payer, is_balanced, source_entity, sender_id, rung, verdict, landed_at
        , times_seen)
    select
        digest, reply_id, file_id, reply_kind, level, refers_to, group_control, set_control
        , batch_ref, line_key, outcome, codes, payer_claim_number, amount, payment_ref
        , payment_payer, is_balanced, source_entity, sender_id, rung, verdict, landed_at, 1
    from first_seen
    on conflict (digest) do nothing
    returning *
)

select * from kept
""")

# a remittance that did not add up may come again and add up
_REPEATED = sa.text("""
update core.answer as answer
set
    times_seen = answer.times_seen + again.times - case when new.answer_id is null then 0 else 1 end
    , is_balanced = answer.is_balanced or again.is_balanced
from (
    select digest, cast(count(*) as integer) as times, bool_or(is_balanced) as is_balanced
    from pg_temp.fresh_reply group by digest
) as again
left join pg_temp.new_answer as new on again.digest = new.digest
where answer.digest = again.digest and (again.times > 1 or new.answer_id is null)
""")

# What a payer takes back behind a replacement is what it had adjudicated before; a void is
# answered by taking back.
_NAMED = sa.text("""
create temporary table answered on commit drop as
select distinct
    new.answer_id
    , new.rung
    , named.claim_id
    , coalesce(replaced.attempt_no, named.attempt_no) as attempt_no
from pg_temp.new_answer as new
cross join lateral core.claims_answered(
    new.reply_kind, new.level, new.refers_to, new.group_control, new.set_control
    , new.batch_ref, new.sender_id, new.landed_at
) as named
left join lateral (
    select max(earlier.attempt_no) as attempt_no
    from core.claim_attempt as sent
    inner join core.claim_attempt as earlier
        on sent.claim_id = earlier.claim_id and sent.attempt_no > earlier.attempt_no
    inner join core.attempt_standing as stood
        on
            earlier.claim_id = stood.claim_id and earlier.attempt_no = stood.attempt_no
            and stood.standing not in ('none', 'rejected', 'reversed')
    where
        new.outcome = 'reversed' and sent.frequency = '7'
        and sent.claim_id = named.claim_id and sent.attempt_no = named.attempt_no
) as replaced on true
""")

_SPEAKS = sa.text("""
insert into core.claim_answer (claim_id, attempt_no, answer_id)
select claim_id, attempt_no, answer_id from pg_temp.answered
""")

_AGAIN = sa.text("""
insert into pg_temp.answered (answer_id, rung, claim_id, attempt_no)
select answer.answer_id, answer.rung, spoken.claim_id, spoken.attempt_no
from (select distinct digest from pg_temp.fresh_reply where reply_kind = '835') as again
inner join core.answer as answer on again.digest = answer.digest
inner join core.claim_answer as spoken on answer.answer_id = spoken.answer_id
where not exists (
    select 1 from pg_temp.new_answer as new where new.answer_id = answer.answer_id
)
""")

_SEEN = sa.text("""
insert into core.answered_file (file_id, taken_at)
select distinct file_id, cast(:now as timestamptz) from pg_temp.fresh_reply
""")

_ANALYZE = sa.text("analyze pg_temp.answered")

_AWAY = sa.text("""
drop table pg_temp.fresh_reply, pg_temp.new_answer, pg_temp.answered
""")
