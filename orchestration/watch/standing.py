"""How fresh everything stands now: facts from stored state, judged, written down, told.

Absence is derived from what is stored, never from an event one may have missed: asking twice,
or after a crash, or after a week of sleep gives the same answer. Only changes are told.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from orchestration.ground.clock import parse_instant
from orchestration.ground.contracts import Feed, Hop
from orchestration.ground.database import Database
from orchestration.watch.facts import of_feeds, of_hops
from orchestration.watch.freshness import Facts, Freshness, WorkingTime, freshness


@dataclass(frozen=True)
class Standing:
    """How fresh one feed or hop is.

    Args:
        name: Name of the feed or hop: its asset key too.
        what: Which of the two it is.
        freshness: The judgement.
        watched_since: When it was first looked at.
        changed: Whether it stood differently when last looked at, or was never looked at.
    """

    name: str
    what: str
    freshness: Freshness
    watched_since: datetime
    changed: bool = True


Tell = Callable[[Standing], None]


def watch(
    database: Database,
    subjects: Sequence[Feed | Hop],
    now: datetime,
    calendar: WorkingTime,
    *,
    tell: Tell,
    unseen: Collection[str] = (),
    some_are_broken: bool = False,
) -> list[Standing]:
    """Look at everything, tell what changed, write it down.

    What is told is told before it is written down: a crash in between tells it twice, never not.

    Args:
        database: Ours.
        subjects: Every feed and hop.
        now: The instant to judge for.
        calendar: The agency's business days.
        tell: Is told each standing that changed in state or in kind of finding.
        unseen: Names to tell in any case, because whoever is told has lost them.
        some_are_broken: Whether contracts are missing only because they cannot be loaded; what
            was watched before is then stale. Otherwise it is gone, and forgotten.
    """
    with database.transaction() as connection:
        # two watches at once (a run's and the sensor's) would tell the same change twice
        connection.execute(sa.text("select pg_advisory_xact_lock(hashtext('carehops:watch'))"))
        standings = look(connection, subjects, now, calendar)
        if some_are_broken:
            standings += _orphans(connection, {standing.name for standing in standings})
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


def look(
    connection: sa.Connection,
    subjects: Sequence[Feed | Hop],
    now: datetime,
    calendar: WorkingTime,
) -> list[Standing]:
    """How everything stands, compared with what was last written down; changes nothing."""
    feeds = [subject for subject in subjects if isinstance(subject, Feed)]
    hops = [subject for subject in subjects if isinstance(subject, Hop)]
    before = _before(connection)
    stored = of_feeds(connection, feeds) | of_hops(connection, hops, now)
    return [
        _stand(subject, stored, before.get(subject.name), now, calendar) for subject in subjects
    ]


def _before(connection: sa.Connection) -> dict[str, Any]:
    rows = connection.execute(
        sa.text("select subject, state, detail, seen_at from ops.watch_state order by subject")
    )
    return {row.subject: row for row in rows}


def _stand(
    subject: Feed | Hop,
    stored: Mapping[str, Mapping[str, Any]],
    before: Any,
    now: datetime,
    calendar: WorkingTime,
) -> Standing:
    watched_since = now if before is None else parse_instant(before.detail["watched_since"])
    facts = Facts(watched_since=watched_since, **stored.get(subject.name, {}))
    found = freshness(subject, facts, now, calendar)
    what = "feed" if isinstance(subject, Feed) else "hop"
    return Standing(subject.name, what, found, watched_since, _differs(before, found))


def _differs(before: Any, found: Freshness) -> bool:
    return before is None or (before.state, before.detail["kinds"]) != (
        found.state,
        list(found.kinds),
    )


def _orphans(connection: sa.Connection, names: Collection[str]) -> list[Standing]:
    """What was watched and has no contract now, because its module cannot be loaded."""
    said = "its contract cannot be loaded, so nothing runs it"
    orphans = []
    for name, before in _before(connection).items():
        if name not in names:
            since = parse_instant(before.detail["counts_from"])
            found = Freshness("stale", (said,), since, ("not_run",))
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
            },
        },
    )


_WRITE = sa.text("""
insert into ops.watch_state as known (subject, state, since, detail, seen_at)
values (:subject, :state, :now, :detail, :now)
on conflict (subject) do update set
    state = excluded.state
    , since = case when known.state = excluded.state then known.since else excluded.since end
    , detail = excluded.detail
    , seen_at = excluded.seen_at
""").bindparams(sa.bindparam("detail", type_=sa.JSON))
