"""Answers somebody should look at: orphans, contradictions, out of order, repeated."""

from dataclasses import dataclass
from datetime import datetime

from orchestration.views.sight import Sight

KINDS = {
    "orphan": "answers nothing we sent",
    "contradiction": "one rung accepts and rejects the same claim",
    "out_of_order": "came after a later rung had answered",
    "already_there": "the partner had this interchange number before: it holds the file",
    "repeated": "came more than once",
}


@dataclass(frozen=True)
class OddAnswer:
    """One statement that is odd.

    Args:
        odd: How: ``orphan``, ``contradiction``, ``out_of_order``, ``already_there``, ``repeated``.
        reply_kind: TA1, 999, 277CA or 835.
        level: What it speaks about.
        refers_to: The number it names.
        group_control: The group it answers, where it says.
        outcome: What it says.
        codes: Its codes.
        sender: Who sent it.
        file: The file it came in first.
        landed_at: When that landed.
        times_seen: How often it came.
        claims: How many claims it speaks of.
        example: One of them.
    """

    odd: str
    reply_kind: str
    level: str
    refers_to: str | None
    group_control: str | None
    outcome: str
    codes: str | None
    sender: str | None
    file: str
    landed_at: datetime
    times_seen: int
    claims: int
    example: str | None


def odd_answers(
    sight: Sight, kind: str | None = None, since: datetime | None = None, limit: int = 100
) -> tuple[OddAnswer, ...]:
    """Odd answers, newest first.

    Args:
        sight: What we look at.
        kind: Only those that are odd in this way.
        since: Only those that landed from then on.
        limit: How many.
    """
    rows = sight.rows(_ODD, kind=kind, since=since, many=limit)
    return tuple(OddAnswer(*tuple(row)) for row in rows)


_ODD = """
select
    odd.kind
    , answer.reply_kind
    , answer.level
    , answer.refers_to
    , answer.group_control
    , answer.outcome
    , answer.codes
    , answer.sender_id
    , file.name
    , answer.landed_at
    , answer.times_seen
    , spoken.claims
    , spoken.example
from (
    select kind, answer_id from core.odd_answer
    union all
    select 'repeated', answer_id from core.answer where times_seen > 1
) as odd
inner join core.answer as answer on odd.answer_id = answer.answer_id
inner join landing.file as file on answer.file_id = file.file_id
cross join lateral (
    select cast(count(distinct of.claim_id) as integer) as claims, min(of.claim_id) as example
    from core.claim_answer as of
    where of.answer_id = answer.answer_id
) as spoken
where
    (cast(:kind as text) is null or odd.kind = :kind)
    and (cast(:since as timestamptz) is null or answer.landed_at >= :since)
order by answer.landed_at desc, answer.answer_id desc, odd.kind
limit :many
"""
