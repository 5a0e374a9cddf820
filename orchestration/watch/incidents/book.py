"""Incidents as they are written down: one transaction takes them from one evaluation to the next.

Whoever evaluates takes its turn first, so two pagers at once evaluate one after the other; and
whatever is told is written down in the same transaction as the incident it is about. A crash
leaves the state before or the state after.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from orchestration.ground.failures import PermanentFailure
from orchestration.watch.incidents.deciding import closed, decide, recovered
from orchestration.watch.incidents.incident import (
    Answer,
    Event,
    Incident,
    Past,
    Silence,
    Step,
    Telling,
)
from orchestration.watch.incidents.rules import Rules
from orchestration.watch.looking.conditions import Condition

Write = Callable[[sa.Connection, Incident, Telling, datetime], None]
"""Writes down the pages of one telling, in the transaction of the incident."""

_LATELY = timedelta(days=1)


def take_turn(connection: sa.Connection) -> None:
    """Wait until nobody else evaluates or answers for incidents; holds until the commit.

    Taken before conditions are looked for, so that they are never older than the incidents.
    """
    connection.execute(sa.text("select pg_advisory_xact_lock(hashtext('carehops:incidents'))"))


def advance(
    connection: sa.Connection,
    conditions: Iterable[Condition],
    now: datetime,
    rules: Rules,
    write: Write,
    *,
    kinds: Collection[str] | None = None,
    silences: Sequence[Silence] = (),
) -> list[Step]:
    """Open, update, hold back, tell and close, all in the caller's transaction.

    Args:
        connection: In a transaction that ends with this evaluation.
        conditions: What is wrong now.
        now: The instant the conditions are of.
        rules: The agency's.
        write: Writes down the pages of one telling.
        kinds: Kinds that were looked for; None for all.
        silences: Planned downtimes that last now.

    Returns:
        What became of every open incident.
    """
    take_turn(connection)
    conditions = list(conditions)
    past = _past(connection, {condition.key for condition in conditions}, now)
    before = open_incidents(connection)
    steps = decide(before, past, conditions, rules, now, kinds=kinds, silences=silences)
    same = _only_seen_again(before, steps)
    connection.execute(_SEEN, {"numbers": sorted(same), "now": now})
    changed = [step for step in steps if step.incident.incident_id not in same]
    return [
        *(step for step in steps if step.incident.incident_id in same),
        *_save(connection, changed, now, write),
    ]


def _only_seen_again(before: Iterable[Incident], steps: Iterable[Step]) -> set[int]:
    """Numbers of incidents of which there is nothing new but that they were looked for."""
    known = {incident.incident_id: incident for incident in before}
    return {
        number
        for step in steps
        for number in [step.incident.incident_id]
        if number is not None
        and step.incident.judged_at > known[number].judged_at
        and _but_for_times(step.incident) == _but_for_times(known[number])
    }


def _but_for_times(incident: Incident) -> Incident:
    return replace(incident, judged_at=incident.opened_at, last_seen_at=incident.opened_at)


def open_incidents(connection: sa.Connection) -> list[Incident]:
    """All that are open, oldest first."""
    return [_incident(row) for row in connection.execute(_OPEN)]


def incident_of(connection: sa.Connection, incident_id: int) -> Incident:
    """The incident of that number.

    Raises:
        PermanentFailure: there is none.
    """
    row = connection.execute(_ONE, {"incident_id": incident_id}).one_or_none()
    if row is None:
        message = f"there is no incident {incident_id}; `carehops incidents` lists the open ones"
        raise PermanentFailure(message)
    return _incident(row)


def acknowledge(
    connection: sa.Connection, incident_id: int, answer: Answer, write: Write
) -> Incident:
    """Somebody takes it on: it escalates no further, and whoever was told of it is told so.

    Raises:
        PermanentFailure: it is not open.
    """
    incident = _answered_for(connection, incident_id)
    taken = replace(
        incident,
        acknowledged_at=answer.at,
        acknowledged_by=answer.by,
        acknowledged_why=answer.why,
    )
    event = Event("acknowledged", answer.why, answer.by)
    telling = Telling("acknowledged", incident.reminders, answer.at)
    step = Step(taken, (event,), None if incident.told_at is None else telling)
    return _save(connection, [step], answer.at, write)[0].incident


def snooze(
    connection: sa.Connection, incident_id: int, until: datetime, answer: Answer
) -> Incident:
    """Somebody asks for quiet: no reminder and no escalation until that instant.

    Raises:
        PermanentFailure: it is not open, or the instant is past.
    """
    incident = _answered_for(connection, incident_id)
    if until <= answer.at:
        message = f"{until.isoformat()} is past; snooze until an instant to come"
        raise PermanentFailure(message)
    quiet = replace(incident, snoozed_until=until, snoozed_by=answer.by, snoozed_why=answer.why)
    event = Event("snoozed", f"until {until.isoformat()}: {answer.why}", answer.by)
    return _save(connection, [Step(quiet, (event,))], answer.at)[0].incident


def close(
    connection: sa.Connection, incident_id: int, answer: Answer, rules: Rules, write: Write
) -> Incident:
    """Somebody calls it over; whoever was told of it is told so.

    If its condition still stands a day later, that is a new incident.

    Raises:
        PermanentFailure: it is not open.
    """
    incident = _answered_for(connection, incident_id)
    step = closed(incident, answer.at, answer.by, answer.why)
    return _save(connection, [recovered(step, rules, answer.at)], answer.at, write)[0].incident


def _answered_for(connection: sa.Connection, incident_id: int) -> Incident:
    take_turn(connection)
    incident = incident_of(connection, incident_id)
    if incident.closed_at is not None:
        message = f"incident {incident_id} was closed at {incident.closed_at.isoformat()}"
        raise PermanentFailure(message)
    return incident


def _past(connection: sa.Connection, keys: Collection[str], now: datetime) -> dict[str, Past]:
    rows = connection.execute(_PAST, {"keys": sorted(keys), "lately": now - _LATELY})
    return {row.key: Past(row.closed_at, row.by_hand, row.lately) for row in rows}


def _incident(row: sa.Row[Any]) -> Incident:
    return Incident(**{**row._mapping, "caused_by": tuple(row.caused_by)})


def _save(
    connection: sa.Connection, steps: Sequence[Step], now: datetime, write: Write | None = None
) -> list[Step]:
    """Write incidents, their history, and what must be told of them."""
    saved = [_numbered(connection, step) for step in steps]
    if not saved:
        return saved
    connection.execute(_UPDATE, [_columns(step.incident) for step in saved])
    events = [
        {"incident_id": step.incident.incident_id, "at": now, **asdict(event)}
        for step in saved
        for event in step.events
    ]
    if events:
        connection.execute(_EVENT, events)
    for step in saved:
        if step.telling is not None and write is not None:
            write(connection, step.incident, step.telling, now)
    return saved


def _numbered(connection: sa.Connection, step: Step) -> Step:
    if step.incident.incident_id is not None:
        return step
    number = connection.execute(_INSERT, _columns(step.incident)).scalar_one()
    return replace(step, incident=replace(step.incident, incident_id=number))


def _columns(incident: Incident) -> dict[str, Any]:
    return {**vars(incident), "caused_by": list(incident.caused_by)}


_ALL = """
select
    incident.key, incident.kind, incident.subject, incident.cause, incident.severity
    , incident.owner, incident.since, incident.opened_at, incident.judged_at
    , incident.last_seen_at, incident.quiet_for, incident.count, incident.oldest, incident.money
    , incident.visits, incident.run_id, incident.caused_by, incident.incident_id
    , incident.absent_since, incident.returns, cause.key as held_back_by
    , incident.silenced_until, incident.told_at, incident.last_told_at
    , incident.unanswered_since, incident.reminders, incident.level
    , incident.acknowledged_at, incident.acknowledged_by, incident.acknowledged_why
    , incident.snoozed_until, incident.snoozed_by, incident.snoozed_why
    , incident.closed_at, incident.closed_by, incident.closed_because
from ops.incident as incident
left join ops.incident as cause on incident.held_back_by = cause.incident_id
"""
_OPEN = sa.text(f"{_ALL} where incident.closed_at is null order by incident.incident_id")
_ONE = sa.text(f"{_ALL} where incident.incident_id = :incident_id")

_PAST = sa.text("""
select
    asked.key
    , newest.closed_at
    , newest.closed_by <> 'carehops' as by_hand
    , (
        select count(*) from ops.incident as before
        where before.key = asked.key and before.closed_at > :lately
    ) as lately
from unnest(cast(:keys as text [])) as asked (key)
inner join lateral (
    select incident.closed_at, incident.closed_by
    from ops.incident as incident
    where incident.key = asked.key and incident.closed_at is not null
    order by incident.closed_at desc limit 1
) as newest on true
""")

_INSERT = sa.text("""
insert into ops.incident (
    key, kind, subject, cause, severity, owner, opened_at, since, judged_at, last_seen_at
    , quiet_for
)
values (
    :key, :kind, :subject, :cause, :severity, :owner, :opened_at, :since, :judged_at
    , :last_seen_at, :quiet_for
)
returning incident_id
""")

_UPDATE = sa.text("""
update ops.incident set
    severity = :severity, owner = :owner, since = :since, judged_at = :judged_at
    , last_seen_at = :last_seen_at, absent_since = :absent_since, returns = :returns
    , count = :count, oldest = :oldest, money = :money, visits = :visits, run_id = :run_id
    , caused_by = :caused_by
    , held_back_by = (
        select cause.incident_id from ops.incident as cause
        where cause.key = :held_back_by and cause.closed_at is null
    )
    , silenced_until = :silenced_until, told_at = :told_at, last_told_at = :last_told_at
    , unanswered_since = :unanswered_since, reminders = :reminders, level = :level
    , acknowledged_at = :acknowledged_at, acknowledged_by = :acknowledged_by
    , acknowledged_why = :acknowledged_why, snoozed_until = :snoozed_until
    , snoozed_by = :snoozed_by, snoozed_why = :snoozed_why
    , closed_at = :closed_at, closed_by = :closed_by, closed_because = :closed_because
where incident_id = :incident_id
""")

_SEEN = sa.text("""
update ops.incident set
    judged_at = :now
    , last_seen_at = case when absent_since is null then :now else last_seen_at end
where incident_id = any(:numbers)
""")

_EVENT = sa.text("""
insert into ops.incident_event (incident_id, at, what, who, why)
values (:incident_id, :at, :what, :who, :why)
""")
