"""Every time a claim went out: its numbers, what was answered on each rung, and what is late."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from orchestration.ground.partner_profiles import Partner, answering_for
from orchestration.views.awaited import sentence_of
from orchestration.views.sight import Sight


@dataclass(frozen=True)
class RungHeard:
    """One rung of one attempt.

    Args:
        rung: As the ladder calls it.
        state: ``heard``; ``waiting`` or ``late``, by the partner's clock; ``passed`` where a later
            answer came and this one did not; ``sometimes`` or ``never``, as the partner gives it;
            ``over`` where the attempt ended below it.
        heard_at: When the first answer came.
        said: What was said, in codes' words: outcomes, then codes.
        due_at: By when it must have come, where it always comes.
    """

    rung: str
    state: str
    heard_at: datetime | None
    said: tuple[str, ...]
    due_at: datetime | None


@dataclass(frozen=True)
class Attempt:
    """A claim as it went out once.

    Args:
        claim: Its id, the same in all attempts.
        attempt: Which time.
        frequency: 1, or 7 and 8 for a replacement and a void.
        payer_claim_number: The payer's own number of what it replaces or voids.
        why: Why it went out.
        made_by: Who asked.
        made_at: When it was written.
        batch: The file.
        interchange_control: ISA13.
        group_control: GS06.
        set_control: ST02.
        delivery: How far the file is.
        sent_at: When it left.
        partner: Who answers.
        rung: The highest answer heard of.
        standing: What was last said of it.
        standing_rung: Who said so.
        rungs: Every rung.
        sentence: What is waited for, or what was said, for people.
    """

    claim: str
    attempt: int
    frequency: str
    payer_claim_number: str | None
    why: str
    made_by: str
    made_at: datetime
    batch: str
    interchange_control: str
    group_control: str
    set_control: str
    delivery: str
    sent_at: datetime | None
    partner: str | None
    rung: str
    standing: str
    standing_rung: str | None
    rungs: tuple[RungHeard, ...]
    sentence: str


def attempts_of(sight: Sight, claims: tuple[str, ...]) -> tuple[Attempt, ...]:
    """Every attempt of some claims, in order."""
    if not claims:
        return ()
    heard: dict[tuple[str, int], dict[str, sa.Row[Any]]] = {}
    for row in sight.rows(_HEARD, claims=list(claims)):
        heard.setdefault((row.claim_id, row.attempt_no), {})[row.rung] = row
    return tuple(
        _attempt(sight, row, heard.get((row.claim_id, row.attempt_no), {}))
        for row in sight.rows(_ATTEMPTS, claims=list(claims))
    )


def _attempt(sight: Sight, row: sa.Row[Any], heard: dict[str, sa.Row[Any]]) -> Attempt:
    partner = answering_for(sight.partners, row.payer_id) if sight.partners else None
    rungs = () if partner is None else tuple(_rungs(sight, row, heard, partner))
    return Attempt(
        claim=row.claim_id,
        attempt=row.attempt_no,
        frequency=row.frequency,
        payer_claim_number=row.payer_claim_number,
        why=row.why,
        made_by=row.made_by,
        made_at=row.published_at,
        batch=row.batch_no,
        interchange_control=row.interchange_control,
        group_control=row.group_control,
        set_control=row.set_control,
        delivery=row.state,
        sent_at=row.sent_at,
        partner=partner.name if partner else None,
        rung=row.rung,
        standing=row.standing,
        standing_rung=row.standing_rung,
        rungs=rungs,
        sentence=_sentence(sight, row, partner),
    )


def _is_open(row: sa.Row[Any]) -> bool:
    return bool(row.is_newest and row.standing in ("none", "accepted") and row.sent_at)


def _sentence(sight: Sight, row: sa.Row[Any], partner: Partner | None) -> str:
    if row.standing != "none":
        said = f"{row.standing} by {row.standing_rung}"
        if row.standing != "accepted":
            return said
    else:
        said = f"nothing was said yet beyond {row.rung}"
    reply = partner.awaited(row.rung) if partner and _is_open(row) else None
    if partner is None or reply is None:
        return said
    return f"{said}; {sentence_of(sight, partner, reply, row.sent_at)}"


def _rungs(
    sight: Sight, row: sa.Row[Any], heard: dict[str, sa.Row[Any]], partner: Partner
) -> Iterator[RungHeard]:
    replies = {reply.rung: reply for reply in partner.replies}
    for rung in partner.rungs:
        reply, said = replies.get(rung), heard.get(rung)
        if reply is None and said is None:
            continue
        due_at = None
        if reply is not None and reply.expected == "always" and row.sent_at is not None:
            due_at = partner.overdue_at(reply, row.sent_at)
        if said is not None:
            told = (*said.outcomes, *said.codes)
            yield RungHeard(rung, "heard", said.heard_at, told, due_at)
            continue
        expected = "never" if reply is None else reply.expected
        is_below = partner.rungs.index(rung) < partner.rungs.index(row.rung)
        yield RungHeard(rung, _silence(sight, row, expected, is_below, due_at), None, (), due_at)


def _silence(
    sight: Sight, row: sa.Row[Any], expected: str, is_below: bool, due_at: datetime | None
) -> str:
    """What it means that a rung was not heard."""
    if expected != "always":
        return expected
    if is_below:
        return "passed"
    if not _is_open(row) or due_at is None:
        return "over" if row.sent_at is not None else "waiting"
    return "late" if due_at <= sight.now else "waiting"


_ATTEMPTS = """
select
    attempt.claim_id
    , attempt.attempt_no
    , attempt.frequency
    , attempt.payer_claim_number
    , attempt.why
    , attempt.made_by
    , attempt.published_at
    , attempt.batch_no
    , attempt.set_control
    , batch.interchange_control
    , batch.group_control
    , claim.payer_id
    , claim.attempt_no = attempt.attempt_no as is_newest
    , delivery.state
    , coalesce(delivery.sent_at, delivery.offered_at) as sent_at
    , coalesce(heard.rung, case
        when claim.attempt_no = attempt.attempt_no then claim.rung
        when delivery.state = 'sent' then 'sent'
        when delivery.state = 'unconfirmed' then 'sent-unconfirmed'
        else 'built'
    end) as rung
    , coalesce(heard.standing, 'none') as standing
    , heard.standing_rung
from core.claim_attempt as attempt
inner join core.claim as claim on attempt.claim_id = claim.claim_id
inner join core.claim_batch as batch on attempt.batch_no = batch.batch_no
inner join core.delivery as delivery on attempt.batch_no = delivery.batch_no
left join core.attempt_standing as heard
    on attempt.claim_id = heard.claim_id and attempt.attempt_no = heard.attempt_no
where attempt.claim_id = any(:claims)
order by attempt.claim_id, attempt.attempt_no
"""

_HEARD = """
select
    spoken.claim_id
    , spoken.attempt_no
    , answer.rung
    , min(answer.landed_at) as heard_at
    , array_agg(distinct answer.outcome) as outcomes
    , coalesce(
        array_agg(distinct code.code) filter (where code.code is not null), '{}'
    ) as codes
from core.claim_answer as spoken
inner join core.answer as answer
    on spoken.answer_id = answer.answer_id and answer.rung is not null
left join lateral unnest(string_to_array(answer.codes, ';')) as code (code) on true
where spoken.claim_id = any(:claims)
group by spoken.claim_id, spoken.attempt_no, answer.rung
"""
