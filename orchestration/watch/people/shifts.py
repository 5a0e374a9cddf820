"""Hours of the week as people write them: ``Mon-Fri 08:00-18:00``.

Each day is of one of eight kinds: Monday to Sunday, or Holiday, which is any public holiday and
any day the agency is closed, whatever its weekday. ``every day`` is all eight; hours that end at
or before they begin end on the next day. Hours are the clock's on the wall: a night shift has one
hour less or more when the clocks change, and no hour of it is nobody's.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from orchestration.ground.calendar import holiday_name

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Holiday")
HOLIDAY = "Holiday"
_WEEK = DAYS[:7]
_DAY = 24 * 60
_HOURS = re.compile(r"\s*(.+?)\s+(\d\d):(\d\d)-(\d\d):(\d\d)(?:\s+(\S.*))?\s*")


@dataclass(frozen=True)
class Hours:
    """Hours on some kinds of day.

    Args:
        days: Kinds of day they begin on.
        begin: Minutes after midnight.
        end: Minutes after that same midnight; over 1440 they end on the next day.
    """

    days: frozenset[str]
    begin: int
    end: int


@dataclass(frozen=True)
class LocalDays:
    """What kind of day a date is, where the agency's clock stands.

    Args:
        zone: The agency's zone.
        closures: Days the agency is closed beside public holidays.
    """

    zone: ZoneInfo
    closures: tuple[date, ...] = ()

    def kind(self, day: date) -> str:
        """One of ``DAYS``."""
        return HOLIDAY if holiday_name(day, self.closures) else _WEEK[day.weekday()]

    def began(self, hours: Hours, at: datetime) -> date | None:
        """The date on which hours that hold at an instant began, or None when they do not."""
        local = at.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        for day, since in (
            (local.date(), minute),
            (local.date() - timedelta(days=1), minute + _DAY),
        ):
            if hours.begin <= since < hours.end and self.kind(day) in hours.days:
                return day
        return None

    def instant(self, day: date, minute: int) -> datetime:
        """The instant at so many minutes after a date's midnight on the wall clock."""
        day, minute = day + timedelta(days=minute // _DAY), minute % _DAY
        wall = datetime.combine(day, time(minute // 60, minute % 60), self.zone)
        return wall.astimezone(UTC)


def parse_hours(text: str) -> tuple[Hours, str]:
    """Read hours, and whatever stands after them.

    Raises:
        ValueError: they cannot be read; the message says what is wrong.
    """
    match = _HOURS.fullmatch(text)
    if match is None:
        raise ValueError("hours are written like Mon-Fri 08:00-18:00")
    days, begin, end = _days(match[1]), _minute(match[2], match[3]), _minute(match[4], match[5])
    if begin == _DAY:
        raise ValueError("hours begin before 24:00")
    return Hours(days, begin, end if end > begin else end + _DAY), match[6] or ""


def gaps(wanted: Collection[Hours], given: Collection[Hours]) -> Iterator[str]:
    """Where hours that are wanted are not given, in words."""
    for yesterday, today in _neighbours():
        have = _spans(given, yesterday, today)
        for begin, end in _spans(wanted, yesterday, today):
            at = begin
            for since, until in have:
                if since > at:
                    break
                at = max(at, until)
            if at < end:
                until = min((since for since, _ in have if since > at), default=end)
                yield _said(today, at, min(until, end))


def overlaps(one: Hours, other: Hours) -> Iterator[str]:
    """Where two hours are both, in words."""
    for yesterday, today in _neighbours():
        for begin, end in _spans([one], yesterday, today):
            for since, until in _spans([other], yesterday, today):
                if max(begin, since) < min(end, until):
                    yield _said(today, max(begin, since), min(end, until))


def _said(day: str, begin: int, end: int) -> str:
    return f"{day} {_clock(begin)}-{_clock(end)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _spans(all_hours: Collection[Hours], yesterday: str, today: str) -> list[tuple[int, int]]:
    """Minutes of a day that the hours hold, and those that reach into it from the day before."""
    mornings = [(0, hours.end - _DAY) for hours in all_hours if yesterday in hours.days]
    own = [(hours.begin, min(hours.end, _DAY)) for hours in all_hours if today in hours.days]
    return sorted(span for span in (*mornings, *own) if span[1] > span[0])


def _neighbours() -> Iterator[tuple[str, str]]:
    """Every pair of days that can follow one another; a holiday can lie anywhere."""
    for place, day in enumerate(_WEEK):
        yield _WEEK[place - 1], day
    for day in _WEEK:
        yield HOLIDAY, day
        yield day, HOLIDAY
    yield HOLIDAY, HOLIDAY


def _days(text: str) -> frozenset[str]:
    if text == "every day":
        return frozenset(DAYS)
    found: set[str] = set()
    for part in re.split(r"[,\s]+", text):
        first, _, last = part.partition("-")
        if not {first, last or first} <= set(DAYS):
            message = f"{part} is no day; days are {', '.join(DAYS)}, or every day"
            raise ValueError(message)
        begin, end = DAYS.index(first), DAYS.index(last or first)
        if end < begin or (last == HOLIDAY):
            message = f"{part} runs backwards; write the days in the order of the week"
            raise ValueError(message)
        found.update(DAYS[begin : end + 1])
    return frozenset(found)


def _minute(hour: str, minute: str) -> int:
    answer = int(hour) * 60 + int(minute)
    if int(minute) >= 60 or answer > _DAY:  # noqa: PLR2004 - minutes of an hour
        message = f"{hour}:{minute} is no time of day"
        raise ValueError(message)
    return answer
