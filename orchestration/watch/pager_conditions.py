"""What is wrong with the pager itself: a channel that fails, a shift nobody has, a spoiled file."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from orchestration.watch.conditions import Condition
from orchestration.watch.pager import Pager
from orchestration.watch.roster import Roster

FAILING_AFTER = timedelta(minutes=5)
"""How long a channel may fail before somebody is told, by another one."""


def pager_conditions(
    connection: sa.Connection, roster: Roster, pager: Pager, now: datetime
) -> Iterator[Condition]:
    """Everything that would keep a page from somebody now.

    Args:
        connection: Ours; nothing is changed.
        roster: Who is on duty; the last resort answers for all of these.
        pager: Its channels; one that was taken out fails no longer.
        now: The instant it is judged for.
    """
    asked = {"until": now - FAILING_AFTER, "channels": sorted(pager.destinations)}
    yield from _channels(connection, roster.last_resort, asked)
    yield from _files(connection, roster.last_resort)
    for gap in roster.unmanned(now):
        yield Condition(
            kind="nobody_on_duty",
            subject=gap.role,
            cause="",
            severity="P2",
            owner=roster.last_resort,
            since=gap.begin,
        )


def _channels(
    connection: sa.Connection, owner: str, asked: Mapping[str, Any]
) -> Iterator[Condition]:
    for row in connection.execute(_FAILING, asked):
        yield Condition(
            kind="notifier_failing",
            subject=row.channel,
            cause="",
            severity="P1",
            owner=owner,
            since=row.failing_since,
            count=row.pages,
            oldest=row.oldest,
        )


def _files(connection: sa.Connection, owner: str) -> Iterator[Condition]:
    for row in connection.execute(_REFUSED):
        yield Condition(
            kind="agency_file_refused",
            subject=row.name.removesuffix(".toml"),
            cause="",
            severity="P2",
            owner=owner,
            since=row.refused_since,
        )


_FAILING = sa.text("""
select state.channel, state.failing_since, count(page.page_id) as pages, min(page.due_at) as oldest
from ops.channel_state as state
left join ops.page as page
    on page.channel = state.channel and page.sent_at is null and page.dropped_at is null
where state.failing_since <= :until and state.channel = any(:channels)
group by state.channel, state.failing_since
order by state.channel
""")
_REFUSED = sa.text("""
select name, refused_since from ops.in_force where refused_since is not null order by name
""")
