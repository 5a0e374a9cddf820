"""What is quiet becomes outages: one page when it begins, one when it ends, none in between.

Pure: what was found, what is remembered and the instant go in, what to remember and to tell
comes out.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

STEADY = timedelta(minutes=1)
"""What has been well for so long is well again; a shorter breath is part of the outage."""

LONGEST_PAUSE = timedelta(minutes=5)
"""Looks further apart than this say nothing of the time between them."""


@dataclass(frozen=True)
class Quiet:
    """One thing that is not as it must be.

    Args:
        subject: What: ``database``, ``webserver``, ``daemon``, ``pager``, ...: a name of ours.
        cause: In which way; empty where there is only one.
        since: Since when, as far as is known.
        patience: How long it may last before anybody is told.
        count: How many of them.
        explained_by: Subjects or keys of others that make this one no news.
    """

    subject: str
    cause: str
    since: datetime
    patience: timedelta = timedelta(0)
    count: int = 1
    explained_by: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Names the problem: the same for as long as it lasts."""
        return f"{self.subject}:{self.cause}"


@dataclass(frozen=True)
class Outage:
    """A problem somebody is told of.

    Args:
        subject: What is quiet.
        cause: In which way.
        since: Since when.
        seen_at: When it was first found.
        count: How many of them.
        is_told: Whether its page was written; before that it may pass unseen.
        well_since: Since when it is no longer found.
    """

    subject: str
    cause: str
    since: datetime
    seen_at: datetime
    count: int = 1
    is_told: bool = False
    well_since: datetime | None = None

    @property
    def key(self) -> str:
        """As of what was found."""
        return f"{self.subject}:{self.cause}"


@dataclass(frozen=True)
class Notice:
    """One page of the watchdog.

    Args:
        what: Whether it begins or ends.
        subject: What is quiet.
        cause: In which way.
        since: Since when.
        at: When this was decided.
        count: How many of them.
        sent: Channels that have taken it.
    """

    what: Literal["opened", "recovered"]
    subject: str
    cause: str
    since: datetime
    at: datetime
    count: int = 1
    sent: tuple[str, ...] = ()

    @property
    def dedup_key(self) -> str:
        """The same for both pages of an outage, different for the next outage."""
        return f"watchdog:{self.subject}:{self.cause}:{self.since.isoformat()}"


@dataclass(frozen=True)
class Remembered:
    """Everything the watchdog knows between two looks.

    Args:
        outages: What is or may become an outage, by key.
        unsent: Pages some channel has not yet taken, oldest first.
        looked_at: Wall clock of the last look.
        ran_for: Seconds this machine had been up then, by the clock nobody sets.
        boot: Which start of the machine that counts from.
        shown_blind: Whether the lineage picture was told that nobody looks.
    """

    outages: Mapping[str, Outage] = field(default_factory=dict)
    unsent: tuple[Notice, ...] = ()
    looked_at: datetime | None = None
    ran_for: float = 0.0
    boot: str = ""
    shown_blind: bool = False


def begun_anew(before: Remembered, now: datetime) -> Remembered:
    """What still counts of what was remembered long ago: only what was told.

    What was first found before a long pause was not found all the while, so its patience begins
    anew: a house that was shut down overnight is given time to start.
    """
    if before.looked_at is not None and now - before.looked_at <= LONGEST_PAUSE:
        return before
    told = {key: outage for key, outage in before.outages.items() if outage.is_told}
    return replace(before, outages=told)


def after(
    before: Remembered, found: Sequence[Quiet], now: datetime, hidden: Collection[str] = ()
) -> Remembered:
    """What to remember and to tell after a look.

    Args:
        before: What was remembered.
        found: What is quiet now.
        now: The instant.
        hidden: Subjects nobody could look at: what is open on them stays as it is.
    """
    outages: dict[str, Outage] = {}
    notices: list[Notice] = []
    by_key = {quiet.key: quiet for quiet in found}
    down = {quiet.subject for quiet in found} | set(by_key)
    for key, quiet in by_key.items():
        known = before.outages.get(key)
        explained = any(name in down for name in quiet.explained_by)
        if known is None and not explained:
            known = Outage(quiet.subject, quiet.cause, min(quiet.since, now), now)
        if known is None or (explained and not known.is_told):
            continue
        known = replace(known, count=quiet.count, well_since=None)
        if not known.is_told and now - known.seen_at >= quiet.patience:
            known = replace(known, is_told=True)
            notices.append(_notice("opened", known, now))
        outages[key] = known
    for key, known in before.outages.items():
        if key in by_key:
            continue
        if known.subject in hidden:
            outages[key] = known
        elif known.is_told:
            well_since = known.well_since or now
            if now - well_since >= STEADY:
                notices.append(_notice("recovered", known, now))
            else:
                outages[key] = replace(known, well_since=well_since)
    return replace(before, outages=outages, unsent=(*before.unsent, *notices))


def _notice(what: Literal["opened", "recovered"], outage: Outage, now: datetime) -> Notice:
    return Notice(what, outage.subject, outage.cause, outage.since, now, outage.count)
