"""Time as offices count it: business days, opening hours, slow nights, deadlines by the clock.

Every rule here turns an instant into the instant by which something is due. A rule never looks at
the present: what is due tomorrow at nine was due then whenever one asks. Wall-clock times that
daylight saving skips or repeats are read in favour of whoever must be in time: a wait begins at
the earlier reading and ends at the later one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import count
from typing import Literal
from zoneinfo import ZoneInfo

from orchestration.ground.calendar import is_business_day

Days = Literal["every", "business", "weekday"]
_DAY = timedelta(days=1)
_SATURDAY = 5
_WHOLE_DAY = (time(), time())


@dataclass(frozen=True)
class WorkingTime:
    """Time with weekends, federal holidays and closures taken out.

    Args:
        zone: Days begin and end there.
        closures: Days the office is closed besides.
        days: Which days count at all.
        opens: Beginning of opening hours.
        closes: End of opening hours.
    """

    zone: ZoneInfo
    closures: tuple[date, ...] = ()
    days: Days = "business"
    opens: time = time(8)
    closes: time = time(17)

    def is_business(self, day: date) -> bool:
        """Whether the office works on that day."""
        return self.counts(day, self.days)

    def counts(self, day: date, days: Days) -> bool:
        """Whether a day is one of those meant; a closure is none of them."""
        if days == "business":
            return is_business_day(day, self._closed)
        return (days == "every" or day.weekday() < _SATURDAY) and day not in self._closed

    def between(self, since: datetime, now: datetime) -> timedelta:
        """Length of the business days' parts between two instants."""
        counted = timedelta(0)
        for begins, ends in self._spans(since, _WHOLE_DAY):
            if begins >= now:
                break
            counted += min(ends, now) - begins
        return counted

    def after(self, since: datetime, length: timedelta, *, opening_hours: bool = False) -> datetime:
        """The instant at which so much business time has passed; closed days stand still.

        Args:
            since: When it begins.
            length: How much.
            opening_hours: Whether only the hours the office is open count, not all of its days.
        """
        left = length
        for begins, ends in self._spans(since, self._hours if opening_hours else _WHOLE_DAY):
            if left <= ends - begins:
                return begins + left
            left -= ends - begins
        raise AssertionError  # every office opens again

    def next_business_day(self, day: date, number: int = 1) -> date:
        """The n-th business day after a day; 0 is the day itself, or the next one if closed."""
        found = day if number else day - _DAY
        for _ in range(max(number, 1)):
            found += _DAY
            while not self.is_business(found):
                found += _DAY
        return found

    def local_day(self, at: datetime) -> date:
        """The day an instant falls on."""
        return at.astimezone(self.zone).date()

    def earliest(self, day: date, clock: time) -> datetime:
        """A wall-clock time as an instant, the first of two where clocks are changed."""
        return min(self._readings(day, clock))

    def latest(self, day: date, clock: time) -> datetime:
        """The same, the last of two."""
        return max(self._readings(day, clock))

    def _readings(self, day: date, clock: time) -> tuple[datetime, datetime]:
        local = datetime.combine(day, clock, self.zone)
        return local.replace(fold=0).astimezone(UTC), local.replace(fold=1).astimezone(UTC)

    @property
    def _hours(self) -> tuple[time, time]:
        return self.opens, self.closes

    @cached_property
    def _closed(self) -> frozenset[date]:
        return frozenset(self.closures)

    def _spans(
        self, since: datetime, hours: tuple[time, time]
    ) -> Iterator[tuple[datetime, datetime]]:
        """Stretches of business time from an instant on."""
        first = self.local_day(since)
        for ahead in count():
            day = first + ahead * _DAY
            if self.is_business(day):
                begins = max(since, self.earliest(day, hours[0]))
                over_midnight = hours == _WHOLE_DAY
                ends = self.latest(day + _DAY if over_midnight else day, hours[1])
                if ends > begins:
                    yield begins, ends


@dataclass(frozen=True)
class Night:
    """Hours in which an hour counts for less, because little is expected to happen.

    Args:
        begins: Wall-clock time, in the evening.
        ends: Wall-clock time, in the morning.
        slower: How many times as long anything may take.
    """

    begins: time
    ends: time
    slower: int

    def after(self, since: datetime, length: timedelta, zone: ZoneInfo) -> datetime:
        """The instant at which so much has passed, nights counting for less."""
        calendar, left, at = WorkingTime(zone), length, since
        while True:
            local = at.astimezone(zone)
            is_night = local.time() >= self.begins or local.time() < self.ends
            ends = self.ends if is_night else self.begins
            day = local.date() + (_DAY if is_night and local.time() >= self.begins else timedelta())
            changes = calendar.latest(day, ends)
            slower = self.slower if is_night else 1
            if left * slower <= changes - at:
                return at + left * slower
            left -= (changes - at) / slower
            at = changes


@dataclass(frozen=True)
class Deadline:
    """What must have happened by a time of day.

    Args:
        days: On which days.
        begins: From when on it counts as this deadline's.
        warn: By when it should have happened.
        fail: By when it must have happened.
    """

    days: Days
    begins: time
    warn: time
    fail: time

    def after(self, last: datetime, calendar: WorkingTime) -> Iterator[tuple[datetime, datetime]]:
        """Both instants of every deadline that something at ``last`` does not meet, in order."""
        day = calendar.local_day(last)
        while True:
            if calendar.counts(day, self.days) and calendar.earliest(day, self.begins) > last:
                yield self._by(day, self.warn, calendar), self._by(day, self.fail, calendar)
            day += _DAY

    def _by(self, day: date, clock: time, calendar: WorkingTime) -> datetime:
        return calendar.latest(day + _DAY if clock < self.begins else day, clock)


_LENGTH = re.compile(r"(\d+) (business )?(minute|hour|day)s?")
_BY_CLOCK = re.compile(r"(next|\d+) business days? (\d{2}:\d{2})")
_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}


@dataclass(frozen=True)
class Limit:
    """How long something may take, as an agreement says it.

    Args:
        text: ``4 hours``, ``30 days``, ``4 business hours`` (of opening hours), ``3 business
            days``, ``next business day 12:00``.
        length: How long.
        counts: Which time counts.
        at: For a business day named with a time of day.
    """

    text: str
    length: timedelta
    counts: Literal["clock", "business", "opening hours"]
    at: time | None = None

    def due(self, since: datetime, calendar: WorkingTime) -> datetime:
        """By when, for something that began then."""
        if self.at is not None:
            day = calendar.next_business_day(calendar.local_day(since), self.length.days)
            return calendar.latest(day, self.at)
        if self.counts == "clock":
            return since + self.length
        return calendar.after(since, self.length, opening_hours=self.counts == "opening hours")


def parse_limit(text: str) -> Limit:
    """Read a limit.

    Raises:
        ValueError: it is none; the message shows how one is written.
    """
    if found := _BY_CLOCK.fullmatch(text):
        number = 1 if found[1] == "next" else int(found[1])
        return Limit(text, number * _DAY, "business", parse_clock(found[2]))
    if found := _LENGTH.fullmatch(text):
        length = int(found[1]) * _UNITS[found[3]]
        if not found[2]:
            return Limit(text, length, "clock")
        return Limit(text, length, "business" if found[3] == "day" else "opening hours")
    message = (
        f"{text!r} is no length of time; write '4 hours', '4 business hours', '3 business days', "
        "'30 days' or 'next business day 12:00'"
    )
    raise ValueError(message)


def parse_clock(text: str) -> time:
    """Read a time of day.

    Raises:
        ValueError: it is none; the message shows how one is written.
    """
    try:
        return time.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no time of day; write '16:00'"
        raise ValueError(message) from None
