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
from orchestration.watch.freshness import Facts, Freshness, WorkingTime, freshness


@dataclass(frozen=True)
class Standing:
    """How fresh one feed or hop is.

    Args:
        subject: Its contract.
        facts: What is stored about it.
        freshness: The judgement.
        changed: Whether it stood differently when last looked at, or was never looked at.
    """

    subject: Feed | Hop
    facts: Facts
    freshness: Freshness
    changed: bool = True

    @property
    def name(self) -> str:
        """Name of the feed or hop: its asset key too."""
        return self.subject.name


Tell = Callable[[Standing], None]


def watch(
    database: Database,
    subjects: Sequence[Feed | Hop],
    now: datetime,
    calendar: WorkingTime,
    *,
    tell: Tell,
    unseen: Collection[str] = (),
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
    """
    with database.transaction() as connection:
        # two watches at once (a run's and the sensor's) would tell the same change twice
        connection.execute(sa.text("select pg_advisory_xact_lock(hashtext('carehops:watch'))"))
        standings = look(connection, subjects, now, calendar)
        for standing in standings:
            if standing.changed or standing.name in unseen:
                tell(standing)
        for standing in standings:
            _write(connection, standing, now)
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
    before: dict[str, Any] = {
        row.subject: row
        for row in connection.execute(sa.text("select subject, state, detail from ops.watch_state"))
    }
    stored = _of_feeds(connection, feeds) | _of_hops(connection, hops, now)
    return [
        _stand(subject, stored, before.get(subject.name), now, calendar) for subject in subjects
    ]


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
    changed = before is None or (before.state, before.detail["kinds"]) != (
        found.state,
        list(found.kinds),
    )
    return Standing(subject, facts, found, changed)


def _of_feeds(connection: sa.Connection, feeds: Sequence[Feed]) -> dict[str, dict[str, Any]]:
    rows = connection.execute(
        _FEEDS,
        {
            "feeds": [feed.name for feed in feeds],
            "empty_allowed": [feed.empty_allowed for feed in feeds],
        },
    )
    return {row.feed: _facts(row, "feed") for row in rows}


def _of_hops(
    connection: sa.Connection, hops: Sequence[Hop], now: datetime
) -> dict[str, dict[str, Any]]:
    rows = connection.execute(
        _HOPS,
        {
            "hops": [hop.name for hop in hops],
            "stuck_after": [hop.timing.stuck_after for hop in hops],
            "now": now,
        },
    )
    return {row.hop: _facts(row, "hop") for row in rows}


def _facts(row: sa.Row[Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in row._mapping.items() if key != name}


# A complete file brought rows, or brought none where none is a good answer: then the data is as
# new as the file. An event from the future is no newer than the file that told of it.
_FEEDS = sa.text("""
select
    feed.name as feed
    , good.landed_at as last_good_at
    , greatest(newest.at, nothing.landed_at) as newest_event_at
from unnest(cast(:feeds as text []), cast(:empty_allowed as boolean []))
    as feed (name, empty_allowed)
left join lateral (
    select file.landed_at
    from landing.file as file
    where
        file.feed = feed.name and file.verdict = 'landed'
        and (file.row_count > 0 or (feed.empty_allowed and file.held_count = 0))
    order by file.landed_at desc limit 1
) as good on true
left join lateral (
    select file.landed_at
    from landing.file as file
    where
        file.feed = feed.name and file.verdict = 'landed' and feed.empty_allowed
        and file.row_count = 0 and file.held_count = 0
    order by file.landed_at desc limit 1
) as nothing on true
left join lateral (
    select max(least(file.newest_event_at, file.landed_at)) as at
    from landing.file as file
    where
        file.feed = feed.name and file.verdict = 'landed' and file.newest_event_at is not null
) as newest on true
""")

_HOPS = sa.text("""
select
    hop.name as hop
    , good.finished_at as last_good_at
    , coalesce(open.untaken, 0) as untaken
    , open.untaken_since
    , coalesce(open.overdue, 0) as overdue
    , open.overdue_since
    , coalesce(out.records, 0) as unanswered
    , out.since as unanswered_since
from unnest(cast(:hops as text []), cast(:stuck_after as interval [])) as hop (name, stuck_after)
left join lateral (
    select pass.finished_at
    from ledger.pass as pass
    where pass.hop = hop.name and pass.outcome = 'published'
    order by pass.pass_id desc limit 1
) as good on true
left join lateral (
    select
        count(*) filter (where is_untaken) as untaken
        , min(since) filter (where is_untaken) as untaken_since
        , count(*) filter (where due_at < :now) as overdue
        , min(due_at) filter (where due_at < :now) as overdue_since
    from (
        select
            entry.since, entry.due_at
            , entry.reason_code is null and entry.since <= :now - hop.stuck_after as is_untaken
        from ledger.entry as entry
        where entry.hop = hop.name and entry.state in ('waiting', 'held')
    ) as entry
) as open on true
left join lateral (
    select count(*) as records, min(entry.since) as since
    from ledger.entry as entry
    where
        entry.hop = hop.name and entry.state = 'moved'
        and entry.rung in ('sent', 'sent-unconfirmed')
) as out on true
""")


def _write(connection: sa.Connection, standing: Standing, now: datetime) -> None:
    found = standing.freshness
    connection.execute(
        _WRITE,
        {
            "subject": standing.name,
            "state": found.state,
            "now": now,
            "detail": {
                "what": "feed" if isinstance(standing.subject, Feed) else "hop",
                "because": list(found.because),
                "kinds": list(found.kinds),
                "counts_from": found.since.isoformat(),
                "watched_since": standing.facts.watched_since.isoformat(),
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
