"""Incidents as people see them: what is wrong, since when, who knows, and what happened to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orchestration.ground.durations import in_words
from orchestration.ground.failures import PermanentFailure
from orchestration.views.sentences import counted, money
from orchestration.views.sight import Sight


@dataclass(frozen=True)
class IncidentLine:
    """One incident.

    Args:
        incident: Its number.
        severity: ``P1``, ``P2`` or ``P3``.
        state: ``open``, ``waiting`` (for office hours), ``acknowledged``, ``snoozed``,
            ``held back``, ``silenced``, ``recovering`` (away, but not for long enough) or
            ``closed``.
        kind: What kind of thing is wrong.
        subject: The hop, feed, partner, payer or role it is about.
        cause: The code, check or partner that tells it apart, or empty.
        owner: Role that answers for it.
        since: The missed deadline, or the instant it counts from.
        opened_at: When it was first seen.
        records: Records at stake.
        oldest_at: Since when the oldest of them stands.
        amount_cents: Money at stake, where known.
        visits: Visits at stake, where known.
        run: Dagster's run, where there is one.
        held_back_by: Number of the incident that explains it, whose page speaks for it.
        told_at: When it was first told, None while nobody was.
        level: How far up it was told: 0 the owner.
        reminders: How many reminders were told.
        returns: How often it came back before it was closed.
        acknowledged_by: Who took it on.
        snoozed_until: Until when somebody asked for quiet.
        closed_at: When it ended.
        closed_by: Who closed it; ``carehops`` when it ended by itself.
        closed_because: Why.
        sentence: All of this, said once.
    """

    incident: int
    severity: str
    state: str
    kind: str
    subject: str
    cause: str
    owner: str
    since: datetime
    opened_at: datetime
    records: int
    oldest_at: datetime | None
    amount_cents: int | None
    visits: int | None
    run: str | None
    held_back_by: int | None
    told_at: datetime | None
    level: int
    reminders: int
    returns: int
    acknowledged_by: str | None
    snoozed_until: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    closed_because: str | None
    sentence: str


@dataclass(frozen=True)
class Happening:
    """One thing that happened to an incident: when, what, who did it, and why."""

    at: datetime
    what: str
    who: str
    why: str


@dataclass(frozen=True)
class IncidentPage:
    """An incident and its history."""

    about: IncidentLine
    history: tuple[Happening, ...]


def incidents(sight: Sight, closed: int = 0) -> tuple[IncidentLine, ...]:
    """All open incidents, worst and oldest first; then the newest closed ones.

    Args:
        sight: What we look at.
        closed: How many closed ones.
    """
    found = sight.rows(f"{_LINES} {_OPEN}")
    if closed:
        found += sight.rows(f"{_LINES} {_CLOSED}", limit=closed)
    return tuple(_line(sight, row) for row in found)


def incident(sight: Sight, number: int) -> IncidentPage:
    """One incident, and everything that happened to it.

    Raises:
        PermanentFailure: there is none of that number.
    """
    found = sight.rows(f"{_LINES} where incident.incident_id = :number", number=number)
    if not found:
        message = f"there is no incident {number}; `carehops incidents` lists the open ones"
        raise PermanentFailure(message)
    history = sight.rows(_HISTORY, number=number)
    return IncidentPage(_line(sight, found[0]), tuple(Happening(**row._mapping) for row in history))


def _line(sight: Sight, row: Any) -> IncidentLine:
    known = dict(row._mapping)
    absent_since, silenced_until = known.pop("absent_since"), known.pop("silenced_until")
    state = _state(sight, row)
    about = _about(sight, row, absent_since, silenced_until)
    return IncidentLine(**known, state=state, sentence=about)


def _state(sight: Sight, row: Any) -> str:
    """The one word that matters most now."""
    snoozed = row.snoozed_until is not None and sight.now < row.snoozed_until
    holds = {
        "closed": row.closed_at is not None,
        "recovering": row.absent_since is not None,
        "held back": row.held_back_by is not None,
        "silenced": row.silenced_until is not None,
        "waiting": row.told_at is None,
        "snoozed": snoozed,
        "acknowledged": row.acknowledged_by is not None,
    }
    return next((state for state, is_so in holds.items() if is_so), "open")


def _about(
    sight: Sight, row: Any, absent_since: datetime | None, silenced_until: datetime | None
) -> str:
    cause = f" ({row.cause})" if row.cause else ""
    said = [f"{row.kind} at {row.subject}{cause} since {sight.local(row.since)}"]
    if row.records:
        said.append(counted(row.records, "record"))
    if row.oldest_at is not None:
        said.append(f"the oldest {in_words(sight.now - row.oldest_at)} old")
    if row.amount_cents:
        said.append(f"{money(row.amount_cents)} at stake")
    said += [f"owner {row.owner}", _who_knows(row)]
    if row.closed_at is not None:
        said.append(f"closed by {row.closed_by} at {sight.local(row.closed_at)}")
    elif absent_since is not None:
        said.append(f"away since {sight.local(absent_since)}")
    elif silenced_until is not None:
        said.append(f"silent during a planned downtime until {sight.local(silenced_until)}")
    elif row.snoozed_until is not None and sight.now < row.snoozed_until:
        said.append(f"snoozed until {sight.local(row.snoozed_until)}")
    return f"{row.severity} {'; '.join(said)}."


def _who_knows(row: Any) -> str:
    if row.held_back_by is not None and row.closed_at is None:
        return f"held back by incident {row.held_back_by}, which explains it"
    if row.told_at is None:
        return "nobody was told"
    if row.acknowledged_by is not None:
        return f"acknowledged by {row.acknowledged_by}"
    up = f" up to level {row.level}" if row.level else ""
    return f"told{up}, not acknowledged"


_LINES = """
select
    incident.incident_id as incident, incident.severity, incident.kind, incident.subject
    , incident.cause, incident.owner, incident.since, incident.opened_at
    , incident.count as records, incident.oldest as oldest_at
    , cast(round(incident.money * 100) as bigint) as amount_cents, incident.visits
    , incident.run_id as run, incident.held_back_by, incident.told_at, incident.level
    , incident.reminders, incident.returns, incident.acknowledged_by, incident.snoozed_until
    , incident.closed_at, incident.closed_by, incident.closed_because
    , incident.absent_since, incident.silenced_until
from ops.incident as incident
"""
_OPEN = "where incident.closed_at is null order by incident.severity, incident.incident_id"
_CLOSED = "where incident.closed_at is not null order by incident.closed_at desc limit :limit"
_HISTORY = """
select event.at, event.what, event.who, event.why
from ops.incident_event as event
where event.incident_id = :number
order by event.event_id
"""
