"""How fresh everything stands now: facts from stored state, judged, written down, told.

Absence is derived from what is stored, never from an event one may have missed: asking twice,
or after a crash, or after a week of sleep gives the same answer. Only changes are told.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Literal

import sqlalchemy as sa

from orchestration.ground.clock import parse_instant
from orchestration.ground.contracts import Feed, Hop
from orchestration.ground.database import Database
from orchestration.watch.looking.condition_files import ConditionKind, load_kinds
from orchestration.watch.looking.facts import Rows, ask, gather
from orchestration.watch.looking.freshness import Facts, Finding, Freshness, Promise, freshness
from orchestration.watch.looking.watched import Watched

What = Literal["feed", "hop", "partner"]


@dataclass(frozen=True)
class Standing:
    """How fresh one feed, hop or partner is.

    Args:
        name: Its name: its asset key too.
        what: Which of the three it is.
        freshness: The judgement.
        watched_since: When it was first looked at.
        changed: Whether it stood differently when last looked at, or was never looked at.
        incidents: Its open incidents, one line each; known to whoever looks, not to who judges.
    """

    name: str
    what: What
    freshness: Freshness
    watched_since: datetime
    changed: bool = True
    incidents: tuple[str, ...] = ()


Tell = Callable[[Standing], None]


def watch(
    database: Database,
    watched: Watched,
    now: datetime,
    *,
    tell: Tell,
    unseen: Collection[str] = (),
) -> list[Standing]:
    """Look at everything, tell what changed, write it down.

    What is told is told before it is written down: a crash in between tells it twice, never not.
    What has lost its contract because it cannot be loaded is stale; otherwise it is gone, and
    forgotten.

    Args:
        database: Ours.
        watched: Every feed, hop and partner.
        now: The instant to judge for.
        tell: Is told each standing that changed in state or in kind of finding.
        unseen: Names to tell in any case, because whoever is told has lost them.
    """
    with database.transaction() as connection:
        # two watches at once (a run's and the sensor's) would tell the same change twice
        connection.execute(sa.text("select pg_advisory_xact_lock(hashtext('carehops:watch'))"))
        standings = look(connection, watched, now)
        if watched.some_are_broken:
            standings += orphans(connection, {standing.name for standing in standings})
        for standing in standings:
            if standing.changed or standing.name in unseen:
                tell(standing)
        for standing in standings:
            _write(connection, standing, now)
        connection.execute(
            sa.text("delete from ops.watch_state where subject <> all(:names)"),
            {"names": [standing.name for standing in standings]},
        )
    return standings


def look(connection: sa.Connection, watched: Watched, now: datetime) -> list[Standing]:
    """How everything stands, compared with what was last written down; changes nothing."""
    kinds = _kinds_of_facts()
    rows = ask(connection, kinds, watched, now)
    before, incidents = _before(connection), _incidents(connection)
    return [
        _with_incidents(standing, incidents.get(standing.name, ()), before.get(standing.name))
        for standing in stand(connection, kinds, rows, watched, now)
    ]


def _with_incidents(standing: Standing, incidents: tuple[str, ...], before: Any) -> Standing:
    told = [] if before is None else before.detail.get("incidents", [])
    changed = standing.changed or list(incidents) != told
    return replace(standing, incidents=incidents, changed=changed)


def _incidents(connection: sa.Connection) -> dict[str, tuple[str, ...]]:
    """Open incidents of each subject, as the lineage picture shows them."""
    lines: dict[str, tuple[str, ...]] = {}
    for row in connection.execute(_INCIDENTS):
        lines[row.subject] = (*lines.get(row.subject, ()), row.line)
    return lines


@cache
def _kinds_of_facts() -> tuple[ConditionKind, ...]:
    return tuple(kind for kind in load_kinds() if kind.finds or kind.name == "records_stuck")


def stand(
    connection: sa.Connection,
    kinds: tuple[ConditionKind, ...],
    rows: Rows,
    watched: Watched,
    now: datetime,
) -> Iterator[Standing]:
    """Judge every subject from what the kinds' questions were answered."""
    before, facts = _before(connection), gather(kinds, rows)
    for subject in watched.subjects:
        known = before.get(subject.name)
        since = now if known is None else parse_instant(known.detail["watched_since"])
        stored = Facts(watched_since=since, **facts.get(subject.name, {}))
        found = freshness(subject, stored, now, watched.calendar)
        yield Standing(subject.name, _what(subject), found, since, _differs(known, found))


def _what(subject: Promise) -> What:
    if isinstance(subject, Feed):
        return "feed"
    return "hop" if isinstance(subject, Hop) else "partner"


def _before(connection: sa.Connection) -> dict[str, Any]:
    rows = connection.execute(
        sa.text("select subject, state, detail, seen_at from ops.watch_state order by subject")
    )
    return {row.subject: row for row in rows}


def _differs(before: Any, found: Freshness) -> bool:
    return before is None or (before.state, before.detail["kinds"]) != (
        found.state,
        list(found.kinds),
    )


def orphans(connection: sa.Connection, names: Collection[str]) -> list[Standing]:
    """What was watched and has no contract now, because its module cannot be loaded."""
    said = "its contract cannot be loaded, so nothing runs it"
    orphans = []
    for name, before in _before(connection).items():
        if name not in names:
            since = parse_instant(before.detail["counts_from"])
            # where one module cannot be loaded, Dagster runs no hop at all: nobody may sleep on it
            lost = Finding("stale", said, since, "not_run", since, "contract", severity="P1")
            found = Freshness("stale", (said,), since, ("not_run",), (lost,))
            watched_since = parse_instant(before.detail["watched_since"])
            orphans.append(
                Standing(name, before.detail["what"], found, watched_since, _differs(before, found))
            )
    return orphans


def _write(connection: sa.Connection, standing: Standing, now: datetime) -> None:
    found = standing.freshness
    connection.execute(
        _WRITE,
        {
            "subject": standing.name,
            "state": found.state,
            "now": now,
            "detail": {
                "what": standing.what,
                "because": list(found.because),
                "kinds": list(found.kinds),
                "counts_from": found.since.isoformat(),
                "watched_since": standing.watched_since.isoformat(),
                "incidents": list(standing.incidents),
            },
        },
    )


_INCIDENTS = sa.text("""
select
    incident.subject
    , concat(
        incident.incident_id, ': ', incident.severity, ' ', incident.kind
        , ' (' || nullif(incident.cause, '') || ')'
        , case
            when incident.held_back_by is not null
                then ', held back by incident ' || incident.held_back_by
            when incident.acknowledged_at is not null then ', acknowledged'
            else ', open'
        end
    ) as line
from ops.incident as incident
where incident.closed_at is null
order by incident.incident_id
""")

_WRITE = sa.text("""
insert into ops.watch_state as known (subject, state, since, detail, seen_at)
values (:subject, :state, :now, :detail, :now)
on conflict (subject) do update set
    state = excluded.state
    , since = case when known.state = excluded.state then known.since else excluded.since end
    , detail = excluded.detail
    , seen_at = excluded.seen_at
""").bindparams(sa.bindparam("detail", type_=sa.JSON))
