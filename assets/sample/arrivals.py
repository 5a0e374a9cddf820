"""When what is sent arrives: every feed has its hours, and a row travels in the next file.

The first files of all feeds arrive on the sample's first morning, in an order in which each finds
what it refers to.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from assets.sample.dialects import FEEDS
from assets.sample.plans import Batch
from assets.sample.times import ZONE, Period, local
from assets.sample.world import Sent

#: Minutes after five at which a feed's first file arrives.
FIRST = {
    "role_rights": 5,
    "inpatient_stays": 6,
    "live_ins": 7,
    "caregivers": 10,
    "caregiver_restrictions": 12,
    "clients": 15,
    "provider_enrolments": 17,
    "eligibility_rosters": 18,
    "service_auths": 20,
    "schedules": 30,
    "care_plans": 40,
    "acknowledgements": 50,
    "documentation": 55,
}
#: Hours and minutes at which further files arrive every day.
DAILY: dict[str, tuple[tuple[int, int], ...]] = {
    "clients": ((6, 0),),
    "role_rights": ((6, 2),),
    "caregivers": ((6, 5),),
    "caregiver_restrictions": ((6, 7),),
    "provider_enrolments": ((6, 10),),
    "eligibility_rosters": ((6, 12),),
    "primary_answers": ((6, 14),),
    "funding_shares": ((6, 16),),
    "service_auths": ((6, 15),),
    "incidents": ((6, 20),),
    "inpatient_stays": ((6, 22),),
    "schedules": ((6, 30),),
    "documentation": ((6, 40),),
    "acknowledgements": ((6, 42), (18, 10)),
    "evv_visits_sandata": ((6, 45),),
    "evv_visits_hhax": ((6, 45),),
    "evv_visits_carebridge": ((6, 45),),
    "care_plans": ((6, 55), (18, 0)),
}
HHAX_TAX_ID = "999999999"


def stamps(period: Period, feed: str) -> list[datetime]:
    """Every moment a file of the feed may arrive."""
    found = []
    if feed in FIRST:
        found.append(period.opens + timedelta(minutes=FIRST[feed]))
    for day in period.days(last=1):
        for hour, minute in DAILY.get(feed, ()):
            at = local(day, hour, minute)
            if period.opens < at < period.as_of and (not found or at > found[-1]):
                found.append(at)
    return found


@dataclass(frozen=True)
class Load:
    """What travels together: one feed, one moment, its rows in order."""

    feed: str
    at: datetime
    rows: tuple[Sent, ...]

    @property
    def name(self) -> str:
        """The file's name, as that sender names files."""
        return file_name(self.feed, self.at)


def file_name(feed: str, at: datetime) -> str:
    """How a sender calls a file it makes at a moment."""
    utc = at.strftime("%Y%m%dT%H%M%SZ")
    if feed == "evv_visits_hhax":
        return f"VISITS_{HHAX_TAX_ID}_{at.astimezone(ZONE):%Y%m%d%H%M%S}.CSV"
    if feed == "evv_visits_carebridge":
        return f"CB_APPOINTMENTS_{utc}.txt"
    return f"{feed}_{utc}.{'json' if feed == 'evv_visits_sandata' else 'csv'}"


def loads(period: Period, feed: str, rows: Iterable[Sent]) -> Iterator[Load]:
    """Rows of a feed by the file they travel in; a moment without rows has no file.

    Raises:
        ValueError: a row would travel after everything is judged.
    """
    moments = stamps(period, feed)
    waiting = sorted(rows, key=lambda sent: sent.at)
    place = 0
    for moment in moments:
        first = place
        while place < len(waiting) and waiting[place].at <= moment:
            place += 1
        if place > first:
            yield Load(feed, moment, tuple(waiting[first:place]))
    if place < len(waiting):
        message = f"{feed}: {len(waiting) - place} rows are later than its last file"
        raise ValueError(message)


def in_order(found: Iterable[Load]) -> list[Load]:
    """Loads as they arrive."""
    return sorted(found, key=lambda load: (load.at, load.name))


def replayed(found: Iterable[Load]) -> Iterator[Batch]:
    """Plans and planned visits as they land, without the lines that are held."""
    for load in in_order(found):
        if load.feed in ("schedules", "care_plans"):
            rows = tuple(sent.row for sent in load.rows if not sent.codes)
            yield Batch(load.at, load.feed, rows)


def record_id(feed: str, sent: Sent) -> str | None:
    """The key of a row, as the ledger of lines calls it; None when part of it cannot be read."""
    table = FEEDS[feed].table
    parts = [sent.raw.get(column, sent.row[column]) for column in table.key]
    return "/".join(str(part) for part in parts) if all(parts) and not sent.extra else None
