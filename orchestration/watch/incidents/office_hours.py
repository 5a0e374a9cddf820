"""Office hours: when what can wait is told, and how much of a working day has passed.

Opening and closing are wall-clock times in the agency's zone, so a day is ten hours long whatever
daylight saving does to the night.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from orchestration.ground.calendar import calendar_days

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class OfficeHours:
    """The hours of every business day.

    Args:
        zone: The agency's zone.
        closures: Days the office is closed beside weekends and federal holidays.
        opens: When the office opens, local time.
        closes: When it closes, later on the same day.
    """

    zone: ZoneInfo
    closures: tuple[date, ...] = ()
    opens: time = time(8)
    closes: time = time(18)

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is at work at that instant."""
        return any(begins <= at < ends for begins, ends in self._days(at, at))

    def next_open(self, at: datetime) -> datetime:
        """That instant when it is in office hours, else the next opening."""
        ahead = at
        while True:
            ahead += 7 * _DAY  # no calendar closes an office for ever, but one may for a week
            for begins, ends in self._days(at, ahead):
                if at < ends:
                    return max(at, begins)

    def between(self, since: datetime, until: datetime) -> timedelta:
        """Office hours that passed between two instants; none when the second is the earlier."""
        passed = (
            min(until, ends) - max(since, begins)
            for begins, ends in self._days(since, until)
            if begins < until and since < ends
        )
        return sum(passed, timedelta(0))

    def _days(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        day, last = since.astimezone(self.zone).date(), until.astimezone(self.zone).date()
        while day <= last:
            if day in _business_days(day.year, self.closures):
                yield self._instant(day, self.opens), self._instant(day, self.closes)
            day += _DAY

    def _instant(self, day: date, clock_time: time) -> datetime:
        return datetime.combine(day, clock_time, self.zone).astimezone(UTC)


@lru_cache(maxsize=64)
def _business_days(year: int, closures: tuple[date, ...]) -> frozenset[date]:
    days = calendar_days(date(year, 1, 1), date(year, 12, 31), closures)
    return frozenset(day for day, is_business, _, _ in days if is_business)
