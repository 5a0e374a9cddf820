"""Pages are written down in the transaction of the incident they are about, and sent afterwards.

Whatever is told twice is written once: an event of an incident is one page per address. What has
not been sent yet gives way to what is newer, so a channel that comes back is not flooded.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

import sqlalchemy as sa

from orchestration.watch.incidents.incident import Incident, Telling
from orchestration.watch.paging.page import DRILL, Event, numbered, page_of
from orchestration.watch.paging.pager import Destination, Pager
from orchestration.watch.people.roster import Roster


def write(
    connection: sa.Connection,
    incident: Incident,
    telling: Telling,
    now: datetime,
    *,
    roster: Roster,
    pager: Pager,
) -> None:
    """Write down what must be sent about an incident.

    Args:
        connection: The incident's transaction.
        incident: As it is now.
        telling: What must be told: ``what``, ``number`` and ``due_at``.
        now: When that is.
        roster: Who is on duty.
        pager: Where pages go.
    """
    number = numbered(incident)
    event = Event(telling.what, telling.number, now)
    role = roster.at_level(incident.owner, incident.level)
    persons = [person.email for person in roster.who(role, telling.due_at).persons]
    if telling.what in {"recovered", "acknowledged"}:
        addresses = _told(connection, number, telling.what, now)
        to = [
            (pager.destinations[name], recipient)
            for name, recipient in addresses
            if name in pager.destinations
        ]
    else:
        names = (
            tuple(pager.destinations)
            if incident.kind == DRILL
            else pager.route(incident.severity, role).channels
        )
        to = list(addresses_on((pager.destinations[name] for name in names), persons))
        _supersede(connection, number, to, now)
    page = page_of(incident, event, role, pager.place)
    rows = [
        {
            "incident_id": number,
            "what": telling.what,
            "number": telling.number,
            "severity": incident.severity,
            "role": role,
            "channel": destination.name,
            "recipient": recipient,
            "persons": persons,
            "body": page.as_body(),
            "now": now,
            "due_at": now if _any_hour(destination, telling.what) else telling.due_at,
        }
        for destination, recipient in to
        if telling.what in destination.channel.tells
    ]
    if rows:
        connection.execute(WRITE, rows)


def addresses_on(
    destinations: Iterable[Destination], persons: Iterable[str]
) -> Iterator[tuple[Destination, str]]:
    """Each address a page goes to: each person's on a personal channel, else the channel."""
    persons = list(persons)
    for destination in destinations:
        for recipient in persons if destination.channel.is_personal else [destination.name]:
            yield destination, recipient


def _any_hour(destination: Destination, what: str) -> bool:
    return destination.channel.is_machine and what in {"recovered", "acknowledged"}


def _told(
    connection: sa.Connection, incident_id: int, what: str, now: datetime
) -> list[tuple[str, str]]:
    """Who may have heard of the incident; what they have not heard they no longer need to."""
    rows = connection.execute(_TOLD, {"incident_id": incident_id}).all()
    if what == "recovered":
        told = {"incident_id": incident_id, "now": now}
        connection.execute(_DROP_ALL, told)
    return [(row.channel, row.recipient) for row in rows]


def _supersede(
    connection: sa.Connection, incident_id: int, to: list[tuple[Destination, str]], now: datetime
) -> None:
    asked = {
        "incident_id": incident_id,
        "channels": [destination.name for destination, _ in to],
        "recipients": [recipient for _, recipient in to],
        "now": now,
    }
    connection.execute(_SUPERSEDE, asked)


WRITE = sa.text("""
insert into ops.page (
    incident_id, what, number, severity, role, channel, recipient, persons, body
    , falls_back_from, written_at, due_at, next_try_at
)
values (
    :incident_id, :what, :number, :severity, :role, :channel, :recipient, :persons, :body
    , :falls_back_from, :now, :due_at, :due_at
)
on conflict (incident_id, what, number, channel, recipient) do nothing
""").bindparams(sa.bindparam("body", type_=sa.JSON), falls_back_from=None)

_TOLD = sa.text("""
select distinct channel, recipient from ops.page
where
    incident_id = :incident_id and tries > 0
    and what in ('opened', 'reminder', 'escalation')
order by channel, recipient
""")
_DROP_ALL = sa.text("""
update ops.page set dropped_at = :now, dropped_because = 'recovered'
where incident_id = :incident_id and sent_at is null and dropped_at is null
""")
_SUPERSEDE = sa.text("""
update ops.page as page set dropped_at = :now, dropped_because = 'superseded'
from unnest(cast(:channels as text []), cast(:recipients as text []))
    as address (channel, recipient)
where
    page.incident_id = :incident_id and page.sent_at is null and page.dropped_at is null
    and page.channel = address.channel and page.recipient = address.recipient
""")
