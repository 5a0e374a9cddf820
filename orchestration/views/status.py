"""Every hop, feed and partner on one page: what came, where it stands, how old, how fresh, whose.

How fresh something is was judged elsewhere (``orchestration.watch``) and is handed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from orchestration.flow import ledger
from orchestration.ground.contracts import Feed, Hop
from orchestration.ground.failures import ConservationFailure
from orchestration.ground.partner_profiles import Partner
from orchestration.views.awaited import Awaited, awaited
from orchestration.views.deliveries import DeliveryPile, delivery_piles
from orchestration.views.incidents import IncidentLine, incidents
from orchestration.views.received import feed_news
from orchestration.views.rungs import RungStatus, rungs
from orchestration.views.sight import Sight


@dataclass(frozen=True)
class Fresh:
    """How fresh something is, as judged elsewhere."""

    state: str
    because: tuple[str, ...] = ()


@dataclass(frozen=True)
class HopStatus:
    """One hop.

    Args:
        hop: Its name.
        owner: Role that answers for it.
        received: Records it ever got.
        moved: And so on: records by state; the six add up to ``received``.
        oldest_seconds: Age of the oldest held or waiting record, None when none is.
        at_stake_cents: Money of held and waiting records, where known.
        overdue: Open records past their due date.
        freshness: ``fresh``, ``unknown``, ``warn`` or ``stale``.
        because: Why, worst first.
        conserved: Whether received and accounted-for records agree, file by file.
        last_pass_at: When it last published.
        last_outcome: How its newest pass ended.
    """

    hop: str
    owner: str
    received: int
    moved: int
    held: int
    rejected: int
    excluded: int
    cancelled: int
    waiting: int
    oldest_seconds: int | None
    at_stake_cents: int
    overdue: int
    freshness: str
    because: tuple[str, ...]
    conserved: bool
    last_pass_at: datetime | None
    last_outcome: str | None


@dataclass(frozen=True)
class FeedStatus:
    """One feed.

    Args:
        feed: Its name.
        owner: Role that answers for it.
        last_file: Newest file that landed.
        last_at: When it did.
        newest_event_at: Newest event in what landed.
        expected_at: When the next file is normally there.
        quarantined: Files quarantined since the last one that landed.
        held_lines: Lines of it that wait at landing.
        freshness: ``fresh``, ``unknown``, ``warn`` or ``stale``.
        because: Why, worst first.
    """

    feed: str
    owner: str
    last_file: str | None
    last_at: datetime | None
    newest_event_at: datetime | None
    expected_at: datetime | None
    quarantined: tuple[str, ...]
    held_lines: int
    freshness: str
    because: tuple[str, ...]


@dataclass(frozen=True)
class PartnerStatus:
    """One of those that answer what we send.

    Args:
        partner: Its name.
        owner: Role that answers for it.
        freshness: ``fresh``, ``warn`` or ``stale``.
        because: Why, worst first.
    """

    partner: str
    owner: str
    freshness: str
    because: tuple[str, ...]


@dataclass(frozen=True)
class Watcher:
    """One of those that look after everything else.

    Args:
        name: ``pager``, ``notifier`` or ``watchdog``.
        seen_at: When it last looked, None when it never did.
        is_quiet: Whether that is too long ago.
    """

    name: str
    seen_at: datetime | None
    is_quiet: bool


@dataclass(frozen=True)
class Status:
    """The page."""

    at: datetime
    watchers: tuple[Watcher, ...]
    incidents: tuple[IncidentLine, ...]
    hops: tuple[HopStatus, ...]
    feeds: tuple[FeedStatus, ...]
    partners: tuple[PartnerStatus, ...]
    rungs: tuple[RungStatus, ...]
    awaited: tuple[Awaited, ...]
    deliveries: tuple[DeliveryPile, ...]


def status(
    sight: Sight,
    fresh: Mapping[str, Fresh],
    watchers: tuple[Watcher, ...] = (),
    partners: tuple[Partner, ...] = (),
) -> Status:
    """How everything stands.

    Args:
        sight: What we look at.
        fresh: Freshness by name of hop, feed or partner.
        watchers: Who watches, as judged elsewhere.
        partners: Those that answer what we send.
    """
    unknown = Fresh("unknown")
    return Status(
        at=sight.now,
        watchers=watchers,
        incidents=incidents(sight),
        hops=tuple(_hop(sight, hop, fresh.get(hop.name, unknown)) for hop in sight.hops),
        feeds=tuple(_feed(sight, feed, fresh.get(feed.name, unknown)) for feed in sight.feeds),
        partners=tuple(_partner(each, fresh.get(each.name, unknown)) for each in partners),
        rungs=rungs(sight),
        awaited=awaited(sight),
        deliveries=tuple(delivery_piles(sight)),
    )


def _partner(partner: Partner, fresh: Fresh) -> PartnerStatus:
    return PartnerStatus(partner.name, partner.owner, fresh.state, fresh.because)


def _hop(sight: Sight, hop: Hop, fresh: Fresh) -> HopStatus:
    totals = ledger.totals(sight.connection, hop.name)
    received = sight.rows(
        "select coalesce(sum(records), 0) as records from ledger.received where hop = :hop",
        hop=hop.name,
    )[0].records
    standing = sight.rows(_OPEN, hop=hop.name, now=sight.now)[0]
    last = next(iter(sight.rows(_LAST_RUN, hop=hop.name)), None)
    oldest = standing.oldest_at
    return HopStatus(
        hop=hop.name,
        owner=hop.owner,
        received=int(received),
        **totals,
        oldest_seconds=None if oldest is None else int((sight.now - oldest).total_seconds()),
        at_stake_cents=int(standing.amount_cents),
        overdue=standing.overdue,
        freshness=fresh.state,
        because=fresh.because,
        conserved=_conserved(sight, hop),
        last_pass_at=last.published_at if last else None,
        last_outcome=last.outcome if last else None,
    )


def _conserved(sight: Sight, hop: Hop) -> bool:
    try:
        ledger.assert_conserved(sight.connection, hop.name)
    except ConservationFailure:
        return False
    return True


_OPEN = """
select
    min(received_at) as oldest_at
    , coalesce(sum(amount_cents), 0) as amount_cents
    , count(*) filter (where due_at < :now) as overdue
from ledger.entry
where hop = :hop and state in ('waiting', 'held')
"""

_LAST_RUN = """
select
    newest.outcome
    , (
        select pass.finished_at from ledger.pass
        where pass.hop = :hop and pass.outcome = 'published'
        order by pass.pass_id desc limit 1
    ) as published_at
from ledger.pass as newest
where newest.hop = :hop
order by newest.pass_id desc limit 1
"""


def _feed(sight: Sight, feed: Feed, fresh: Fresh) -> FeedStatus:
    news = feed_news(sight, feed)
    held = sight.rows(
        "select count(*) as lines from landing.held_line where feed = :feed and ended_at is null",
        feed=feed.name,
    )[0].lines
    return FeedStatus(
        feed=feed.name,
        owner=feed.owner,
        last_file=news.last_file,
        last_at=news.last_at,
        newest_event_at=news.newest_event_at,
        expected_at=news.expected_at,
        quarantined=news.quarantined,
        held_lines=int(held),
        freshness=fresh.state,
        because=fresh.because,
    )
