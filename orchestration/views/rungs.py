"""How far claims came on the ladder of answers, and what was last said of them."""

from dataclasses import dataclass

from orchestration.views.sight import Sight


@dataclass(frozen=True)
class RungStatus:
    """Claims that stand alike.

    Args:
        rung: The highest rung an answer spoke for.
        standing: What was last said: ``none``, ``accepted``, ``rejected``, ``disputed``, ``paid``,
            ``denied`` or ``reversed``. A file that was taken in says nothing of its claims.
        claims: How many stand there.
        amount_cents: What they charge.
    """

    rung: str
    standing: str
    claims: int
    amount_cents: int


def rungs(sight: Sight) -> tuple[RungStatus, ...]:
    """All claims, by rung and what was said, lowest rung first."""
    ladder = [rung for hop in sight.hops for rung in hop.ladder]
    found = [
        RungStatus(row.rung, row.reply_standing, row.claims, int(row.amount_cents))
        for row in sight.rows(_STANDING)
    ]
    return tuple(sorted(found, key=lambda one: (ladder.index(one.rung), one.standing)))


_STANDING = """
select rung, reply_standing, count(*) as claims, sum(total_cents) as amount_cents
from core.claim group by rung, reply_standing
"""
