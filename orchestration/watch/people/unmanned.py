"""Shifts that hold now and have nobody: the one kind of condition no query finds.

It comes from the roster alone.
"""

from collections.abc import Iterator
from datetime import datetime

from orchestration.watch.looking.conditions import Condition
from orchestration.watch.people.roster import Roster

KIND = "nobody_on_duty"


def nobody_on_duty(roster: Roster, now: datetime) -> Iterator[Condition]:
    """A condition for each such shift; the last resort answers for it."""
    for gap in roster.unmanned(now):
        yield Condition(
            kind=KIND,
            subject=gap.role,
            cause="",
            severity="P2",
            owner=roster.last_resort,
            since=gap.begin,
        )
