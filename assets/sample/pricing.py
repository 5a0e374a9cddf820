"""What a visit is worth, in plain Python: lines, minutes, units, cents.

Written apart from the product's SQL on purpose: the truth must not be computed by what it tests.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from assets.sample.payers import contract_on
from assets.sample.times import Row, local, local_date
from assets.sample.world import Visit

QUARTER = 15


@dataclass(frozen=True)
class Line:
    """One billable line of a visit."""

    number: int
    day: date
    minutes: int
    units: int
    cents: int


def whole_minutes(start: datetime, end: datetime) -> int:
    """Full minutes between two instants; a started one does not count."""
    return int((end - start).total_seconds() // 60)


def units(rule: object, minutes: int, number: int = 1) -> int:
    """Units of so many minutes, on the first or a later line of a visit.

    Raises:
        ValueError: nobody agreed on such a rule.
    """
    if rule == "CMS_8MIN":
        return 0 if minutes < QUARTER // 2 + 1 else (minutes + QUARTER // 2) // QUARTER
    if rule == "NEAREST_QUARTER_VISIT":
        return (2 * minutes + QUARTER) // (2 * QUARTER)
    if rule == "FLOOR_15":
        return minutes // QUARTER
    if rule == "PER_VISIT":
        return int(number == 1)
    if rule == "PER_DIEM":
        return 1
    message = f"no unit rule is called {rule}"
    raise ValueError(message)


def lines_of(visit: Visit, contracts: list[Row]) -> list[Line]:
    """The lines of a visit under its payer's terms; a line without units is none.

    Units over its authorization are left out, the visit's last ones first.
    """
    first_day = local_date(visit.began)
    midnight = local(first_day + timedelta(days=1), 0)
    terms = contract_on(contracts, visit.row, visit.modifiers, first_day)
    splits = terms is not None and terms["splits_at_midnight"] and visit.ended > midnight
    spans = [(first_day, visit.began, visit.ended)]
    if splits:
        spans = [
            (first_day, visit.began, midnight),
            (first_day + timedelta(days=1), midnight, visit.ended),
        ]
    lines: list[Line] = []
    over = visit.units_over
    for number, (day, start, end) in reversed(list(enumerate(spans, start=1))):
        agreed = contract_on(contracts, visit.row, visit.modifiers, day)
        if agreed is not None:
            minutes = whole_minutes(start, end)
            counted = units(agreed["unit_rule"], minutes, number)
            count = max(0, counted - over)
            over -= counted - count
            if count:
                lines.append(
                    Line(number, day, minutes, count, count * int(str(agreed["rate_cents"])))
                )
    return lines[::-1]


def units_of(visit: Visit, contracts: list[Row]) -> int:
    """All units of a visit."""
    return sum(line.units for line in lines_of(visit, contracts))
