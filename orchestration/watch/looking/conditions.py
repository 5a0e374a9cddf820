"""What is wrong now: one condition for each problem, named so that asking twice is asking once."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from orchestration.ground.contracts import Severity

__all__ = ["Condition", "Severity"]


@dataclass(frozen=True)
class Condition:
    """One thing that is wrong now. Nothing in it can identify a person.

    Args:
        kind: What kind of thing: the stem of its file in ``dbt_like_sql/conditions``.
        subject: A hop, feed, partner, payer code or role: a name of ours.
        cause: What tells two problems of one kind on one subject apart (an edit's code, a
            check's name, a partner); empty where there is only one.
        severity: ``P1`` wakes people, ``P2`` waits for the day, ``P3`` is for the list.
        owner: The role that answers for it.
        since: The missed deadline, or the instant it counts from: the same whenever asked.
        count: Records at stake.
        oldest: Since when the oldest of them stands.
        money: US dollars at stake, where known.
        visits: Visits at stake, where known.
        run_id: Dagster's run it was seen in, where there is one.
        caused_by: Upstream subjects whose own open condition explains this one, nearest first.
    """

    kind: str
    subject: str
    cause: str
    severity: Severity
    owner: str
    since: datetime
    count: int = 0
    oldest: datetime | None = None
    money: Decimal | None = None
    visits: int | None = None
    run_id: str | None = None
    caused_by: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Names the problem: the same for as long as it lasts."""
        return f"{self.kind}:{self.subject}:{self.cause}"
