"""How each severity is told: how often, when, and to whom when nobody answers.

The agency changes them in ``pager.toml``; what it leaves out keeps the value it has here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from orchestration.watch.incidents.office_hours import OfficeHours
from orchestration.watch.looking.conditions import Severity

SEVERITIES: tuple[Severity, ...] = ("P1", "P2", "P3")
"""From worst to least."""

EXPLAINING = (
    *("watch_blind", "credential_failing", "line_failing", "delivery_stuck", "schema_drift"),
    *("feed_quarantined", "feed_short"),
    *("feed_repeated", "feed_out_of_range", "feed_late", "hop_failing", "hop_stale"),
)
"""Kinds of condition that explain others, root causes first: on one subject, an earlier kind
explains a later one and not the other way round."""


@dataclass(frozen=True)
class Pace:
    """How one severity is told.

    Args:
        remind_every: Time between two tellings while it stands; None for no reminders.
        escalate_after: Time without acknowledgement after which the next level is told; None
            for no escalation.
        waits: Whether it is told in office hours only, and both lengths count only those.
    """

    remind_every: timedelta | None
    escalate_after: timedelta | None
    waits: bool


PACES: Mapping[Severity, Pace] = {
    "P1": Pace(timedelta(minutes=30), timedelta(minutes=30), waits=False),
    "P2": Pace(timedelta(hours=4), timedelta(hours=4), waits=True),
    "P3": Pace(None, None, waits=True),
}


@dataclass(frozen=True)
class Rules:
    """Everything that decides what is told and when.

    Args:
        hours: The agency's office hours.
        paces: By severity.
        quiet_for: How long a condition must stay away before its recovery is told; a return
            within it is the same incident.
        longest_quiet: ``quiet_for`` doubles with each incident of the same problem in the last
            day, up to this: what fails slowly, again and again, is not a new page each time.
        closed_for: How long an incident closed by hand stays closed although its condition
            still stands.
        levels: Levels of escalation above the owner.
        explaining: Kinds of condition that hold back the pages of what they explain.
    """

    hours: OfficeHours
    paces: Mapping[Severity, Pace] = field(default_factory=lambda: PACES)
    quiet_for: timedelta = timedelta(minutes=15)
    longest_quiet: timedelta = timedelta(hours=4)
    closed_for: timedelta = timedelta(hours=24)
    levels: int = 2
    explaining: tuple[str, ...] = EXPLAINING

    def elapsed(self, severity: Severity, since: datetime, now: datetime) -> timedelta:
        """Time that counts for this severity."""
        return self.hours.between(since, now) if self.paces[severity].waits else now - since

    def may_tell(self, severity: Severity, now: datetime) -> bool:
        """Whether people are told of this severity at that instant."""
        return not self.paces[severity].waits or self.hours.is_open(now)

    def tell_at(self, severity: Severity, now: datetime) -> datetime:
        """When people are next told of this severity."""
        return self.hours.next_open(now) if self.paces[severity].waits else now
