"""What is stored about feeds and hops, as ``freshness`` wants to know it.

Every question is answered by an index (``0005_watch.sql``): it is asked every half minute.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from orchestration.ground.contracts import Feed, Hop


def of_feeds(connection: sa.Connection, feeds: Sequence[Feed]) -> dict[str, dict[str, Any]]:
    """Last complete file and newest event of each feed."""
    rows = connection.execute(
        _FEEDS,
        {
            "feeds": [feed.name for feed in feeds],
            "empty_allowed": [feed.empty_allowed for feed in feeds],
        },
    )
    return {row.feed: _facts(row, "feed") for row in rows}


def of_hops(
    connection: sa.Connection, hops: Sequence[Hop], now: datetime
) -> dict[str, dict[str, Any]]:
    """Last published pass, stuck records and unanswered ones of each hop."""
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
