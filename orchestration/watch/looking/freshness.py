"""Is it fresh? Four ways of being stale, judged by one pure function from stored facts.

| kind | a feed | a hop | a partner |
|---|---|---|---|
| not_run | no complete file came in time | no pass was published in time | |
| old | files come, but what they say is old | | |
| stuck | | records wait that no pass takes, or stand past their due date | |
| no_answer | | | sent, and the reply it always sends is overdue |

Each finding says by when it should not have come to that, so it is the same whenever one asks.
Nothing here looks at a database, a clock or Dagster: the lineage picture, the pager and the
command line all ask this one function, so they cannot disagree.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Literal

from orchestration.ground.business_time import WorkingTime
from orchestration.ground.contracts import Feed, Hop, Severity, Timing
from orchestration.ground.durations import in_words
from orchestration.ground.partner_profiles import Partner

State = Literal["fresh", "unknown", "warn", "stale"]
Kind = Literal["not_run", "old", "stuck", "no_answer"]
Promise = Feed | Hop | Partner

STATES: tuple[State, ...] = ("fresh", "unknown", "warn", "stale")
"""From good to bad; the worst finding is the answer."""
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Sent:
    """What was sent to a partner at one time and stands on one rung.

    Args:
        rung: The highest answer heard of.
        sent_at: When it left.
        records: How many.
        cents: Their money.
    """

    rung: str
    sent_at: datetime
    records: int
    cents: int = 0


@dataclass(frozen=True)
class Facts:
    """What is stored about a feed, a hop or a partner.

    Args:
        watched_since: When it was first looked at, for what has never happened.
        last_good_at: Last complete file, or end of the last published pass.
        newest_event_at: Newest thing the feed's rows tell of.
        untaken: Waiting records no pass has taken within the hop's own limit.
        untaken_since: Since when the oldest of them waits.
        overdue: Open records past their due date.
        overdue_since: The oldest of those due dates.
        sent: What a partner has not finally answered.
    """

    watched_since: datetime
    last_good_at: datetime | None = None
    newest_event_at: datetime | None = None
    untaken: int = 0
    untaken_since: datetime | None = None
    overdue: int = 0
    overdue_since: datetime | None = None
    sent: tuple[Sent, ...] = ()


@dataclass(frozen=True)
class Finding:
    """One way in which something is not as promised.

    Args:
        state: How bad.
        text: The sentence; counts and ages only.
        since: The instant it counts from.
        kind: Which of the four.
        due_at: The deadline that was missed.
        cause: For a reply, its rung.
        severity: What it is to people.
        records: How many are concerned.
        cents: Their money.
    """

    state: State
    text: str
    since: datetime
    kind: Kind
    due_at: datetime
    cause: str = ""
    severity: Severity = "P2"
    records: int = 0
    cents: int = 0


@dataclass(frozen=True)
class Freshness:
    """The answer.

    Args:
        state: ``unknown`` while nothing has happened and none of it is due yet.
        because: One sentence for each finding, worst first; counts and ages only.
        since: The instant the worst finding counts from: the same whenever it is asked for.
        kinds: Kinds of the findings, sorted.
        findings: All of them, worst first.
    """

    state: State
    because: tuple[str, ...]
    since: datetime
    kinds: tuple[Kind, ...] = ()
    findings: tuple[Finding, ...] = ()


def freshness(promise: Promise, facts: Facts, now: datetime, calendar: WorkingTime) -> Freshness:
    """Judge what is stored against what was promised.

    Args:
        promise: The contract, or the partner's profile.
        facts: What is stored.
        now: The instant it is judged for.
        calendar: The agency's business days. Feeds that come daily or less often, and hops
            that run on weekdays only, are not stale because of a weekend or holiday.
    """
    judged = _judge(promise, facts, now, calendar)
    findings = sorted(judged, key=lambda found: (-STATES.index(found.state), found.since))
    if not findings:
        return Freshness("fresh", (), facts.last_good_at or facts.watched_since)
    return Freshness(
        state=findings[0].state,
        because=tuple(found.text for found in findings),
        since=findings[0].since,
        kinds=tuple(sorted({found.kind for found in findings})),
        findings=tuple(findings),
    )


def rests_on_weekends(promise: Feed | Hop) -> bool:
    """Whether nobody expects it to move on days that are no business days."""
    if isinstance(promise, Feed):
        return promise.cadence >= _DAY if promise.rests is None else promise.rests
    timing = promise.timing
    return timing.schedule.split()[-1] != "*" if timing.rests is None else timing.rests


def _judge(
    promise: Promise, facts: Facts, now: datetime, calendar: WorkingTime
) -> Iterator[Finding]:
    if isinstance(promise, Partner):
        return _partner(promise, facts, now)
    rule = _Rule(promise, promise if isinstance(promise, Feed) else promise.timing, calendar)
    if isinstance(promise, Feed):
        return _feed(promise, rule, facts, now)
    return _hop(promise, rule, facts, now)


def _feed(feed: Feed, rule: "_Rule", facts: Facts, now: datetime) -> Iterator[Finding]:
    if facts.last_good_at is None:
        yield rule.never("no complete file has ever come", facts.watched_since, now)
    else:
        yield from rule.late("the last complete file came", facts.last_good_at, now)
    if facts.newest_event_at is not None:
        yield from rule.old(feed, facts, facts.newest_event_at, now)


def _hop(hop: Hop, rule: "_Rule", facts: Facts, now: datetime) -> Iterator[Finding]:
    if facts.last_good_at is None:
        yield rule.never("no pass has ever been published", facts.watched_since, now)
    else:
        yield from rule.late("the last published pass ended", facts.last_good_at, now)
    if facts.untaken and facts.untaken_since is not None:
        text = (
            f"{_records(facts.untaken)} waiting that no pass has taken, the oldest for "
            f"{in_words(now - facts.untaken_since)}; the limit is "
            f"{in_words(hop.timing.stuck_after)}"
        )
        due_at = facts.untaken_since + hop.timing.stuck_after
        yield Finding("stale", text, facts.untaken_since, "stuck", due_at)
    if facts.overdue and facts.overdue_since is not None:
        text = (
            f"{_records(facts.overdue)} past the due date, the oldest by "
            f"{in_words(now - facts.overdue_since)}"
        )
        # somebody's work is late; the hop itself does what it promised
        yield Finding("warn", text, facts.overdue_since, "stuck", facts.overdue_since)


def _partner(partner: Partner, facts: Facts, now: datetime) -> Iterator[Finding]:
    awaits = {sent.rung: partner.awaited(sent.rung) for sent in facts.sent}
    for reply in partner.replies:
        awaited = [sent for sent in facts.sent if awaits[sent.rung] is reply]
        for state, due_of in (("stale", partner.overdue_at), ("warn", partner.looked_at)):
            due = {sent: due_of(reply, sent.sent_at) for sent in awaited}
            late = [sent for sent in awaited if due[sent] <= now]
            if not late:
                continue
            oldest = min(late, key=lambda sent: due[sent])
            records = sum(sent.records for sent in late)
            yield Finding(
                state="stale" if state == "stale" else "warn",
                text=f"{_records(records)} sent without a {reply.rung}, the oldest for "
                f"{in_words(now - oldest.sent_at)}; one is due within {reply.fail.text}",
                since=oldest.sent_at,
                kind="no_answer",
                due_at=due[oldest],
                cause=reply.rung,
                severity=reply.severity,
                records=records,
                cents=sum(sent.cents for sent in late),
            )
            break


def _records(count: int) -> str:
    return "1 record is" if count == 1 else f"{count} records are"


@dataclass(frozen=True)
class _Rule:
    """By when something is due again after it last happened: by age, and by the clock."""

    promise: Feed | Hop
    terms: Feed | Timing
    calendar: WorkingTime

    def late(self, said: str, last: datetime, now: datetime) -> Iterator[Finding]:
        """What to say about something that has not happened since ``last``."""
        missed = list(islice(self._deadlines(last), 2))
        fail_at = min([self._by_age(self.terms.fail_after, last), *(f for f, _ in missed[:1])])
        warn_at = min([self._by_age(self.terms.warn_after, last), *(w for _, w in missed[:1])])
        if now < min(warn_at, fail_at):
            return
        limit = f"stale after {in_words(self.terms.fail_after)}{self._rest(self.terms.fail_after)}"
        if missed and fail_at == missed[0][0]:
            due = fail_at.astimezone(self.calendar.zone)
            limit = f"one is due by {due:%H:%M} at the latest"
        again = len(missed) > 1 and now >= missed[1][0]
        yield Finding(
            state="stale" if now >= fail_at else "warn",
            text=f"{said} {in_words(now - last)} ago; {limit}",
            since=last,
            kind="not_run",
            due_at=fail_at if now >= fail_at else warn_at,
            severity="P1" if again else self.terms.severity,
        )

    def old(self, feed: Feed, facts: Facts, newest: datetime, now: datetime) -> Iterator[Finding]:
        """What to say about rows that tell of nothing newer than ``newest``.

        Only when a file has come since it should have told of something newer: where no file
        comes, that is the problem, and one is enough.
        """
        limit = feed.old_after or feed.fail_after
        fail_at = self._by_age(limit, newest)
        warn_at = min(fail_at, self._by_age(feed.old_after or feed.warn_after, newest))
        came_at = facts.last_good_at or now
        if min(now, came_at) < warn_at:
            return
        yield Finding(
            state="stale" if came_at >= fail_at else "warn",
            text=f"the newest thing its rows tell of was {in_words(now - newest)} ago; stale "
            f"after {in_words(limit)}{self._rest(limit)}",
            since=newest,
            kind="old",
            due_at=fail_at if came_at >= fail_at else warn_at,
            severity=feed.severity,
        )

    def never(self, said: str, watched_since: datetime, now: datetime) -> Finding:
        """What to say about something that never happened."""
        due_at = self._by_age(self.terms.fail_after, watched_since)
        return Finding(
            state="stale" if now >= due_at else "unknown",
            text=f"{said}; watched for {in_words(now - watched_since)}",
            since=watched_since,
            kind="not_run",
            due_at=due_at,
            severity=self.terms.severity,
        )

    def _by_age(self, limit: timedelta, since: datetime) -> datetime:
        if self._rests(limit):
            return self.calendar.after(since, limit)
        if self.terms.night is not None:
            return self.terms.night.after(since, limit, self.calendar.zone)
        return since + limit

    def _deadlines(self, last: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Every missed one as fail and warn instants, earliest first."""
        each = [deadline.after(last, self.calendar) for deadline in self.terms.deadlines]
        return merge(*([(fail, warn) for warn, fail in islice(one, 2)] for one in each))

    def _rests(self, limit: timedelta) -> bool:
        # a limit of a week or more has its weekends in it already
        return rests_on_weekends(self.promise) and limit < _WEEK

    def _rest(self, limit: timedelta) -> str:
        return " of business time" if self._rests(limit) else ""
