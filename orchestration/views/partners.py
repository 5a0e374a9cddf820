"""What partners promise beside what they do: rungs they keep silent on, give late, or early."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from orchestration.ground.durations import in_words
from orchestration.ground.partner_profiles import Partner, Reply, answering_for
from orchestration.views.sight import Sight

ENOUGH = 20
"""Claims a rung must have been owed for before anything is said about the partner's habits."""
_NEARLY_ALL, _HALF = 0.98, 0.5
_EARLY = 4


@dataclass(frozen=True)
class Habit:
    """One rung of one partner: promised and seen.

    Args:
        partner: Whose.
        reply: The rung.
        promised: ``always``, ``sometimes`` or ``never``, by its profile.
        within: By when, where it always comes.
        sent: Claims sent that it could have answered by now.
        answered: Those it answered.
        late: Those it answered after its deadline, or not at all though that is past.
        usual_seconds: After how long half of the answers were there.
        differs: What does not fit, None where all does.
    """

    partner: str
    reply: str
    promised: str
    within: str | None
    sent: int
    answered: int
    late: int
    usual_seconds: int | None
    differs: str | None


@dataclass
class _Seen:
    sent: int = 0
    answered: int = 0
    late: int = 0
    waits: list[tuple[float, int]] = field(default_factory=list)

    def usual(self) -> float | None:
        """The wait within which half of the answers came."""
        passed = 0
        for seconds, claims in sorted(self.waits):
            passed += claims
            if passed * 2 >= self.answered:
                return seconds
        return None


def habits(sight: Sight, since: datetime) -> tuple[Habit, ...]:
    """Every rung of every partner that was sent something since, as promised and as seen."""
    seen: dict[tuple[Partner, Reply], _Seen] = defaultdict(_Seen)
    for row in sight.rows(_SEEN, since=since, now=sight.now):
        partner = answering_for(sight.partners, row.payer_id)
        reply = next((each for each in partner.replies if each.rung == row.rung), None)
        if reply is None:
            continue
        due_at = partner.overdue_at(reply, row.sent_at)
        is_due = reply.expected != "always" or due_at <= sight.now
        if row.heard_at is None and not is_due:
            continue
        counts = seen[partner, reply]
        counts.sent += row.claims
        if row.heard_at is not None:
            counts.answered += row.claims
            counts.waits.append(((row.heard_at - row.sent_at).total_seconds(), row.claims))
        if reply.expected == "always" and (row.heard_at is None or row.heard_at > due_at):
            counts.late += row.claims
    return tuple(sorted(_habits(seen), key=lambda habit: (habit.partner, habit.reply)))


def _habits(seen: dict[tuple[Partner, Reply], _Seen]) -> Iterator[Habit]:
    for (partner, reply), counts in seen.items():
        usual = counts.usual()
        yield Habit(
            partner=partner.name,
            reply=reply.rung,
            promised=reply.expected,
            within=reply.fail.text if reply.expected == "always" else None,
            sent=counts.sent,
            answered=counts.answered,
            late=counts.late,
            usual_seconds=None if usual is None else int(usual),
            differs=_differs(reply, counts, usual),
        )


def _differs(reply: Reply, seen: _Seen, usual: float | None) -> str | None:
    """What a profile should say otherwise."""
    if reply.expected == "never":
        return "its profile says never, and it answers" if seen.answered else None
    if seen.sent < ENOUGH:
        return None
    if reply.expected == "sometimes":
        always = seen.answered / seen.sent >= _NEARLY_ALL
        return "its profile says sometimes, and it always answers" if always else None
    return _kept_otherwise(reply, seen, usual)


def _kept_otherwise(reply: Reply, seen: _Seen, usual: float | None) -> str | None:
    """How a promise to answer always is kept, where not as it says."""
    if not seen.answered:
        return "its profile says always, and it never answers"
    if seen.late / seen.sent > _HALF:
        return "it usually answers after its clock"
    if usual is not None and _is_early(reply, usual):
        there = in_words(timedelta(seconds=usual))
        return f"it usually answers within {there}: its clock of {reply.fail.text} is long"
    return None


def _is_early(reply: Reply, usual: float) -> bool:
    return usual * _EARLY < reply.fail.length.total_seconds()


# a row for each file, rung and answer to it: claims answered at one instant are counted together
_SEEN = """
select
    claim.payer_id
    , ladder.rung
    , coalesce(delivery.sent_at, delivery.offered_at) as sent_at
    , heard.heard_at
    , count(*) as claims
from core.claim_attempt as attempt
inner join core.claim as claim on attempt.claim_id = claim.claim_id
inner join core.delivery as delivery
    on
        attempt.batch_no = delivery.batch_no
        and coalesce(delivery.sent_at, delivery.offered_at) between :since and :now
cross join unnest(core.rungs()) as ladder (rung)
left join lateral (
    select min(answer.landed_at) as heard_at
    from core.claim_answer as spoken
    inner join core.answer as answer on spoken.answer_id = answer.answer_id
    where
        spoken.claim_id = attempt.claim_id and spoken.attempt_no = attempt.attempt_no
        and answer.rung = ladder.rung
) as heard on true
left join core.attempt_standing as stood
    on attempt.claim_id = stood.claim_id and attempt.attempt_no = stood.attempt_no
where
    core.rung_height(ladder.rung) between core.rung_height('TA1') and core.rung_height('835')
    -- what was refused below is owed nothing above
    and (
        heard.heard_at is not null or stood.standing is distinct from 'rejected'
        or core.rung_height(ladder.rung) < core.rung_height(stood.standing_rung)
    )
group by claim.payer_id, ladder.rung, coalesce(delivery.sent_at, delivery.offered_at)
    , heard.heard_at
"""
