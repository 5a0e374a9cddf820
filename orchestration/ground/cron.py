"""When a schedule was last due: five cron fields, read in a zone.

Numbers, ``*``, lists, ranges and steps; where both days are named, either will do, as in cron.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from orchestration.ground.failures import ContractFailure

_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_SUNDAY = 7
_LONGEST_GAP = 4 * 366
"""Days after which a schedule that was never due never will be: 29 February."""


def last_due(schedule: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The newest instant, not after ``now``, a schedule names; None when there is none.

    A local time that a clock change skips is not due that day; one that it repeats is due once,
    the first time.

    Raises:
        ContractFailure: the schedule cannot be read.
    """
    minutes, hours, month_days, months, week_days = _fields(schedule)
    any_month_day, any_week_day = (field == "*" for field in schedule.split()[2::2])
    today = now.astimezone(zone).date()
    for back in range(_LONGEST_GAP):
        day = today - timedelta(days=back)
        on_month_day, on_week_day = day.day in month_days, day.isoweekday() in week_days
        either = (
            (on_month_day or on_week_day)
            if not (any_month_day or any_week_day)
            else (on_month_day and on_week_day)
        )
        if day.month in months and either:
            for instant in _instants(day, hours, minutes, zone):
                if instant <= now:
                    return instant
    return None


def _instants(day: date, hours: set[int], minutes: set[int], zone: ZoneInfo) -> Iterator[datetime]:
    """The day's due instants, newest first."""
    found = set()
    for hour in hours:
        for minute in minutes:
            local = datetime.combine(day, time(hour, minute), zone)
            instant = local.astimezone(UTC)
            if instant.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
                found.add(instant)
    return iter(sorted(found, reverse=True))


def _fields(schedule: str) -> list[set[int]]:
    words = schedule.split()
    if len(words) != len(_BOUNDS):
        message = f"{schedule!r} is no schedule: write minute, hour, day, month and weekday"
        raise ContractFailure(message)
    try:
        fields = [_field(word, *bounds) for word, bounds in zip(words, _BOUNDS, strict=True)]
    except ValueError:
        message = f"{schedule!r} is no schedule: only numbers, `*`, `,`, `-` and `/` are read"
        raise ContractFailure(message) from None
    if 0 in fields[-1]:
        fields[-1].add(_SUNDAY)
    return fields


def _field(word: str, lowest: int, highest: int) -> set[int]:
    found: set[int] = set()
    for part in word.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start = lowest if span == "*" else int(first)
        end = highest if span == "*" or (step and not last) else int(last or first)
        if not lowest <= start <= end <= highest:
            raise ValueError(word)
        found.update(range(start, end + 1, int(step or 1)))
    return found
