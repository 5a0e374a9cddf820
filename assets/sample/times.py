"""Days and instants of the sample: the agency's zone, and the days the sample covers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Row = dict[str, object]

ZONE_NAME = "America/New_York"
ZONE = ZoneInfo(ZONE_NAME)


def local(day: date, hour: int, minute: int = 0) -> datetime:
    """The instant of a wall-clock time in the agency's zone."""
    return datetime.combine(day, time(hour, minute), ZONE).astimezone(UTC)


def local_date(at: datetime) -> date:
    """The agency's date at an instant."""
    return at.astimezone(ZONE).date()


def instant(row: Row, column: str) -> datetime:
    """An instant of a row that is known to be there."""
    value = row[column]
    if not isinstance(value, datetime):
        message = f"{column} holds no instant"
        raise TypeError(message)
    return value


@dataclass(frozen=True)
class Period:
    """The days the sample covers, and the instant everything is judged at."""

    start: date
    end: date

    @property
    def as_of(self) -> datetime:
        """Seven in the morning of the day after the last one."""
        return local(self.end + timedelta(days=1), 7)

    @property
    def opens(self) -> datetime:
        """When the first files arrive."""
        return local(self.start, 5)

    def days(self, first: int = 0, last: int = 0) -> Iterator[date]:
        """Every day, from ``first`` days after the start to ``last`` days after the end."""
        for number in range(first, (self.end - self.start).days + last + 1):
            yield self.start + timedelta(days=number)
