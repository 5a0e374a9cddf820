"""Is it fresh? Four ways of being stale, judged by one pure function from stored facts.

| kind | a feed | a hop |
|---|---|---|
| not_run | no complete file came in time | no pass was published in time |
| old | files come, but what they say is old | |
| stuck | | records wait that no pass takes, or stand held past their due date |
| no_answer | | sent, and the partner has not answered |

Nothing here looks at a database, a clock or Dagster: the lineage picture, the pager and the
command line all ask this one function, so they cannot disagree.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from orchestration.ground.calendar import calendar_days
from orchestration.ground.contracts import Feed, Hop
from orchestration.ground.durations import in_words

State = Literal["fresh", "unknown", "warn", "stale"]
Kind = Literal["not_run", "old", "stuck", "no_answer"]

STATES: tuple[State, ...] = ("fresh", "unknown", "warn", "stale")
"""From good to bad; the worst finding is the answer."""
ANSWER_EXPECTED_AFTER = timedelta(days=3)
"""Business days a partner has to answer, where nothing more is known of it."""
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Facts:
    """What is stored about a feed or a hop.

    Args:
        watched_since: When it was first looked at, for what has never happened.
        last_good_at: Last complete file, or end of the last published pass.
        newest_event_at: Newest thing the feed's rows tell of.
        untaken: Waiting records no pass has taken within the hop's own limit.
        untaken_since: Since when the oldest of them waits.
        overdue: Open records past their due date and the hop's own limit.
        overdue_since: The oldest of those due dates.
        unanswered: Records sent without any answer.
        unanswered_since: Since when the oldest of them is out.
    """

    watched_since: datetime
    last_good_at: datetime | None = None
    newest_event_at: datetime | None = None
    untaken: int = 0
    untaken_since: datetime | None = None
    overdue: int = 0
    overdue_since: datetime | None = None
    unanswered: int = 0
    unanswered_since: datetime | None = None


@dataclass(frozen=True)
class Freshness:
    """The answer.

    Args:
        state: ``unknown`` while nothing has happened and none of it is due yet.
        because: One sentence for each finding, worst first; counts and ages only.
        since: The instant the worst finding counts from: the same whenever it is asked for.
        kinds: Kinds of the findings, sorted.
    """

    state: State
    because: tuple[str, ...]
    since: datetime
    kinds: tuple[Kind, ...] = ()


@dataclass(frozen=True)
class WorkingTime:
    """Time with weekends, federal holidays and the agency's closures taken out.

    Args:
        zone: The agency's zone: its days begin and end there.
        closures: Days the office is closed besides.
    """

    zone: ZoneInfo
    closures: tuple[date, ...] = ()

    def between(self, since: datetime, now: datetime) -> timedelta:
        """Length of the business days' parts between two instants."""
        if now <= since:
            return timedelta(0)
        first, last = since.astimezone(self.zone).date(), now.astimezone(self.zone).date()
        off = timedelta(0)
        for day, is_business, _, _ in calendar_days(first, last, self.closures):
            if not is_business:
                off += min(now, self._start(day + _DAY)) - max(since, self._start(day))
        return now - since - off

    def _start(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone).astimezone(ZoneInfo("UTC"))


@dataclass(frozen=True)
class _Finding:
    state: State
    text: str
    since: datetime
    kind: Kind


def freshness(promise: Feed | Hop, facts: Facts, now: datetime, calendar: WorkingTime) -> Freshness:
    """Judge what is stored against what was promised.

    Args:
        promise: The contract.
        facts: What is stored.
        now: The instant it is judged for.
        calendar: The agency's business days. Feeds that come daily or less often, and hops
            that run on weekdays only, are not stale because of a weekend or holiday.
    """
    judge = (
        _feed(promise, facts, now, calendar)
        if isinstance(promise, Feed)
        else _hop(promise, facts, now, calendar)
    )
    findings = sorted(judge, key=lambda found: (-STATES.index(found.state), found.since))
    if not findings:
        return Freshness("fresh", (), facts.last_good_at or facts.watched_since)
    return Freshness(
        state=findings[0].state,
        because=tuple(found.text for found in findings),
        since=findings[0].since,
        kinds=tuple(sorted({found.kind for found in findings})),
    )


def rests_on_weekends(promise: Feed | Hop) -> bool:
    """Whether nobody expects it to move on days that are no business days."""
    if isinstance(promise, Feed):
        return promise.cadence >= _DAY
    return promise.timing.schedule.split()[-1] != "*"


def _feed(feed: Feed, facts: Facts, now: datetime, calendar: WorkingTime) -> Iterator[_Finding]:
    resting = calendar if rests_on_weekends(feed) else None
    limits = _Limits(feed.warn_after, feed.fail_after, resting)
    if facts.last_good_at is None:
        yield limits.never("no complete file has ever come", facts.watched_since, now)
    else:
        said = "the last complete file came"
        yield from limits.late("not_run", said, facts.last_good_at, now)
    if facts.newest_event_at is not None:
        said = "the newest thing its rows tell of was"
        yield from limits.late("old", said, facts.newest_event_at, now)


def _hop(hop: Hop, facts: Facts, now: datetime, calendar: WorkingTime) -> Iterator[_Finding]:
    resting = calendar if rests_on_weekends(hop) else None
    limits = _Limits(hop.timing.warn_after, hop.timing.fail_after, resting)
    if facts.last_good_at is None:
        yield limits.never("no pass has ever been published", facts.watched_since, now)
    else:
        yield from limits.late("not_run", "the last published pass ended", facts.last_good_at, now)
    yield from _stuck(hop, facts, now)
    if facts.unanswered and facts.unanswered_since is not None:
        out = calendar.between(facts.unanswered_since, now)
        if out >= ANSWER_EXPECTED_AFTER:
            text = (
                f"{_records(facts.unanswered)} sent without an answer, the oldest for "
                f"{in_words(out)} of business time; one is due within "
                f"{in_words(ANSWER_EXPECTED_AFTER)}"
            )
            yield _Finding("stale", text, facts.unanswered_since, "no_answer")


def _stuck(hop: Hop, facts: Facts, now: datetime) -> Iterator[_Finding]:
    if facts.untaken and facts.untaken_since is not None:
        text = (
            f"{_records(facts.untaken)} waiting that no pass has taken, the oldest for "
            f"{in_words(now - facts.untaken_since)}; the limit is "
            f"{in_words(hop.timing.stuck_after)}"
        )
        yield _Finding("stale", text, facts.untaken_since, "stuck")
    if facts.overdue and facts.overdue_since is not None:
        text = (
            f"{_records(facts.overdue)} past the due date, the oldest by "
            f"{in_words(now - facts.overdue_since)}"
        )
        # somebody's work is late; the hop itself does what it promised
        yield _Finding("warn", text, facts.overdue_since, "stuck")


def _records(count: int) -> str:
    return "1 record is" if count == 1 else f"{count} records are"


@dataclass(frozen=True)
class _Limits:
    """Two ages, counted in business time where a calendar is given."""

    warn_after: timedelta
    fail_after: timedelta
    calendar: WorkingTime | None

    def late(self, kind: Kind, said: str, at: datetime, now: datetime) -> Iterator[_Finding]:
        """What to say about something that happened too long ago."""
        if not self._passed(self.warn_after, at, now):
            return
        rest = " of business time" if self._counts_business_time(self.fail_after) else ""
        text = f"{said} {in_words(now - at)} ago; stale after {in_words(self.fail_after)}{rest}"
        state: State = "stale" if self._passed(self.fail_after, at, now) else "warn"
        yield _Finding(state, text, at, kind)

    def never(self, said: str, watched_since: datetime, now: datetime) -> _Finding:
        """What to say about something that never happened."""
        late = self._passed(self.fail_after, watched_since, now)
        text = f"{said}; watched for {in_words(now - watched_since)}"
        return _Finding("stale" if late else "unknown", text, watched_since, "not_run")

    def _passed(self, limit: timedelta, since: datetime, now: datetime) -> bool:
        if self.calendar is not None and self._counts_business_time(limit):
            return self.calendar.between(since, now) >= limit
        return now - since >= limit

    def _counts_business_time(self, limit: timedelta) -> bool:
        # a limit of a week or more has its weekends in it already
        return self.calendar is not None and limit < _WEEK
