"""What is odd about new answers: listed for people, once each; it moves nothing.

Works on ``pg_temp.answered`` and ``pg_temp.new_answer``, which ``answers`` makes.
"""

from datetime import datetime

import sqlalchemy as sa


def list_oddities(connection: sa.Connection, now: datetime) -> None:
    """List what answers nothing we sent, contradicts, or came out of its order.

    Args:
        connection: A transaction in which new statements were taken in.
        now: The instant.
    """
    for statement in (_ORPHANS, _ALREADY_THERE, _CONTRADICTIONS, _OUT_OF_ORDER):
        connection.execute(statement, {"now": now})


# One statement is one line of the list: of an answer to a file, the file's; of one to a set, the
# set's only where its file is ours; lines and receipts go with what they belong to.
_ORPHANS = sa.text("""
insert into core.odd_answer (kind, answer_id, found_at)
select 'orphan', new.answer_id, :now
from pg_temp.new_answer as new
where
    not exists (
        select 1 from pg_temp.answered as known where known.answer_id = new.answer_id
    )
    and case
        when new.reply_kind = '999' and new.level <> 'group' then exists (
            select 1 from core.claim_batch as batch
            where batch.group_control = new.group_control
        )
        when new.level in ('batch', 'provider') then new.outcome = 'rejected'
        else new.level in ('interchange', 'group', 'claim')
    end
""")

_ALREADY_THERE = sa.text("""
insert into core.odd_answer (kind, answer_id, found_at)
select 'already_there', new.answer_id, :now
from pg_temp.new_answer as new
where new.reply_kind = 'TA1' and new.codes = '025'
""")

# accepted and rejected by the same rung, about the same thing
_CONTRADICTIONS = sa.text("""
insert into core.odd_answer (kind, answer_id, found_at)
select distinct 'contradiction', said.answer_id, cast(:now as timestamptz)
from (
    select
        answer.answer_id
        , answer.verdict
        , bool_or(answer.verdict = 'accepted') over one_thing
        and bool_or(answer.verdict = 'rejected') over one_thing as is_torn
    from (
        select distinct claim_id, attempt_no from pg_temp.answered where rung is not null
    ) as touched
    inner join core.claim_answer as spoken
        on touched.claim_id = spoken.claim_id and touched.attempt_no = spoken.attempt_no
    inner join core.answer as answer on spoken.answer_id = answer.answer_id
    window one_thing as (
        partition by spoken.claim_id, spoken.attempt_no, answer.rung, answer.level
    )
) as said
where said.is_torn and said.verdict in ('accepted', 'rejected')
on conflict (kind, answer_id) do nothing
""")

# a lower rung that answered after a higher one had
_OUT_OF_ORDER = sa.text("""
insert into core.odd_answer (kind, answer_id, found_at)
select distinct 'out_of_order', told.answer_id, cast(:now as timestamptz)
from (
    select
        answer.answer_id
        , answer.landed_at
        , min(answer.landed_at) over (
            partition by spoken.claim_id, spoken.attempt_no
            order by core.rung_height(answer.rung) desc
            groups between unbounded preceding and 1 preceding
        ) as higher_at
    from (
        select distinct claim_id, attempt_no from pg_temp.answered where rung is not null
    ) as touched
    inner join core.claim_answer as spoken
        on touched.claim_id = spoken.claim_id and touched.attempt_no = spoken.attempt_no
    inner join core.answer as answer
        on spoken.answer_id = answer.answer_id and answer.rung is not null
) as told
where told.landed_at > told.higher_at
on conflict (kind, answer_id) do nothing
""")
