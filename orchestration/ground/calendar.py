"""Which days are business days: Monday to Friday less federal holidays and the agency's closures.

The calendar is data the database counts with (``ops.calendar_day``), filled from here.
"""

from collections.abc import Container, Iterable, Iterator
from datetime import date, timedelta
from functools import cache

import holidays
import sqlalchemy as sa

_SATURDAY = 5


def calendar_days(
    first: date, last: date, closures: Iterable[date] = ()
) -> Iterator[tuple[date, bool, int, str | None]]:
    """Every day from first to last: day, is business, running business-day number, name.

    A non-business day carries the number of the business day before it, so that "two business
    days after Saturday" is Tuesday.
    """
    closed = frozenset(closures)
    number = 0
    day = first
    while day <= last:
        name = holiday_name(day, closed)
        business = is_business_day(day, closed)
        number += business
        yield day, business, number, name
        day += timedelta(days=1)


def holiday_name(day: date, closures: Iterable[date] = ()) -> str | None:
    """Why nobody works on that day beside its weekday, or None."""
    return federal_holidays(day.year).get(day) or ("agency closed" if day in closures else None)


def is_business_day(day: date, closures: Container[date] = ()) -> bool:
    """Whether it is Monday to Friday, no federal holiday and no closure."""
    open_for_all = day.weekday() < _SATURDAY and day not in federal_holidays(day.year)
    return open_for_all and day not in closures


@cache
def federal_holidays(year: int) -> dict[date, str]:
    """Days of that year on which federal offices are closed, observed ones included."""
    return dict(holidays.country_holidays("US", years=year))


def fill_calendar(connection: sa.Connection, today: date, closures: Iterable[date] = ()) -> None:
    """Write three years back and four ahead of ``today``; repeat as often as you like."""
    first, last = date(today.year - 3, 1, 1), date(today.year + 4, 12, 31)
    columns = zip(*calendar_days(first, last, closures), strict=True)
    names = ("days", "business", "numbers", "names")
    connection.execute(_WRITE, dict(zip(names, map(list, columns), strict=True)))


_WRITE = sa.text("""
insert into ops.calendar_day as known (day, is_business, business_no, name)
select * from unnest(
    cast(:days as date[]), cast(:business as boolean[]), cast(:numbers as integer[])
    , cast(:names as text[])
)
on conflict (day) do update set
    is_business = excluded.is_business, business_no = excluded.business_no, name = excluded.name
where (known.is_business, known.business_no, known.name)
    is distinct from (excluded.is_business, excluded.business_no, excluded.name)
""")
