"""An incident: one problem from its first sight to its close, and what is told about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from orchestration.watch.looking.conditions import Severity

EventName = Literal[
    "opened",
    "told",
    "reminded",
    "escalated",
    "raised",
    "acknowledged",
    "snoozed",
    "held_back",
    "released",
    "silenced",
    "closed",
]
PageName = Literal["opened", "reminder", "escalation", "acknowledged", "recovered"]

CAREHOPS = "carehops"
"""Who did what no person did."""


@dataclass(frozen=True)
class Incident:
    """One problem. Nothing in it can identify a person it is about.

    Args:
        key: The problem's name; at most one open incident has it.
        kind: And so on to ``caused_by``: as the condition said when it was last seen.
        severity: The worst it ever had, or that anything it explains ever had.
        opened_at: When it was first seen.
        judged_at: When it was last looked for.
        last_seen_at: When it was last there.
        quiet_for: How long it must stay away before it is closed.
        incident_id: Its number, None before it is written down.
        absent_since: Since when it is away, None while it stands.
        returns: How often it came back within ``quiet_for``.
        held_back_by: Key of the open incident that explains it; nothing is told meanwhile.
        silenced_until: End of the planned downtime that explains it.
        told_at: When it was first told.
        last_told_at: When it was last told.
        unanswered_since: Since when its present level knows and nobody acknowledged.
        reminders: How many reminders were told.
        level: 0 the owner, 1 the deputy or manager, 2 the last resort.
        acknowledged_at: When somebody took it on.
        snoozed_until: Until when somebody asked for quiet.
        closed_at: When it ended.
        closed_by: A person, or ``carehops`` when the condition stayed away.
        closed_because: Why.
    """

    key: str
    kind: str
    subject: str
    cause: str
    severity: Severity
    owner: str
    since: datetime
    opened_at: datetime
    judged_at: datetime
    last_seen_at: datetime
    quiet_for: timedelta
    count: int = 0
    oldest: datetime | None = None
    money: Decimal | None = None
    visits: int | None = None
    run_id: str | None = None
    caused_by: tuple[str, ...] = ()
    incident_id: int | None = None
    absent_since: datetime | None = None
    returns: int = 0
    held_back_by: str | None = None
    silenced_until: datetime | None = None
    told_at: datetime | None = None
    last_told_at: datetime | None = None
    unanswered_since: datetime | None = None
    reminders: int = 0
    level: int = 0
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    acknowledged_why: str | None = None
    snoozed_until: datetime | None = None
    snoozed_by: str | None = None
    snoozed_why: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    closed_because: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still may need somebody."""
        return self.closed_at is None

    @property
    def stands(self) -> bool:
        """Whether its condition was there when last looked for."""
        return self.is_open and self.absent_since is None


@dataclass(frozen=True)
class Event:
    """One thing that happened to an incident, for its history."""

    what: EventName
    why: str
    who: str = CAREHOPS


@dataclass(frozen=True)
class Telling:
    """That people must be told of an incident now, or at a better hour.

    Args:
        what: Which page.
        number: Which of its kind: the reminder's number, the level escalated to, the reminders
            before an acknowledgement, else 0. Each number of each kind is told once.
        due_at: When people may be told; machines need not wait for it.
    """

    what: PageName
    number: int
    due_at: datetime


@dataclass(frozen=True)
class Step:
    """What one evaluation made of one incident.

    Args:
        incident: As it is afterwards.
        events: What happened to it.
        telling: What must be told of it, if anything: never two things at once.
    """

    incident: Incident
    events: tuple[Event, ...] = ()
    telling: Telling | None = None


@dataclass(frozen=True)
class Past:
    """What came before under one key.

    Args:
        closed_at: When the newest closed incident ended.
        by_hand: Whether a person closed it.
        lately: Incidents of this key closed in the last day.
    """

    closed_at: datetime
    by_hand: bool
    lately: int


@dataclass(frozen=True)
class Silence:
    """A planned downtime.

    Args:
        subject: The partner, hop or feed that is down on purpose.
        until: When it is over.
        why: For the history.
    """

    subject: str
    until: datetime
    why: str


@dataclass(frozen=True)
class Answer:
    """What a person said of an incident.

    Args:
        by: Who.
        why: In their own words; it stays in the history and never goes on a page.
        at: When.
    """

    by: str
    why: str
    at: datetime
