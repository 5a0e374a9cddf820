"""Hours as people write them: what they cover, where they leave a hole, where they meet."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from orchestration.watch.people.shifts import Hours, LocalDays, gaps, overlaps, parse_hours

DAYS = LocalDays(ZoneInfo("America/New_York"))
WEEK = date(2026, 3, 2)  # a Monday; clocks go forward on Sunday


def hours(text: str) -> Hours:
    return parse_hours(text)[0]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=DAYS.zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "instant", "began"),
    [
        ("Mon-Fri 08:00-18:00", "2026-03-02T08:00", date(2026, 3, 2)),
        ("Mon-Fri 08:00-18:00", "2026-03-02T07:59", None),
        ("Mon-Fri 08:00-18:00", "2026-03-02T18:00", None),
        ("Mon-Fri 08:00-18:00", "2026-03-07T12:00", None),
        ("Fri 22:00-06:00", "2026-03-07T05:59", date(2026, 3, 6)),
        ("Fri 22:00-06:00", "2026-03-07T06:00", None),
        ("Mon-Fri 08:00-18:00", "2026-11-26T12:00", None),  # Thanksgiving, a Thursday
        ("Holiday 08:00-18:00", "2026-11-26T12:00", date(2026, 11, 26)),
        ("every day 00:00-24:00", "2026-11-26T12:00", date(2026, 11, 26)),
        ("Sat 06:00-06:00", "2026-03-08T05:30", date(2026, 3, 7)),
    ],
)
def test_hours_hold_on_their_days_and_into_the_next_morning(
    text: str, instant: str, began: date | None
) -> None:
    assert DAYS.began(hours(text), at(instant)) == began


@pytest.mark.parametrize(("sunday", "length"), [("2026-03-08", 7), ("2026-11-01", 9)])
def test_a_night_shift_over_a_change_of_clocks_has_no_hole_and_its_true_length(
    sunday: str, length: int
) -> None:
    day = date.fromisoformat(sunday) - timedelta(days=1)
    night = hours("Sat 22:00-06:00")
    begin, end = DAYS.instant(day, night.begin), DAYS.instant(day, night.end)
    assert end - begin == timedelta(hours=length)
    minutes = (begin + timedelta(minutes=n) for n in range(length * 60))
    assert all(DAYS.began(night, minute) == day for minute in minutes)
    assert DAYS.began(night, end) is None


@pytest.mark.parametrize(
    "text",
    [
        "", "whenever", "Mon-Fri", "Mon-Fri 8:00-17:00", "Mon-Fri 08:00-17:60", "Mon 08:00-25:00",
        "Moonday 08:00-17:00", "Fri-Mon 08:00-17:00", "Mon-Holiday 08:00-17:00",
        "Mon 24:00-08:00", "08:00-17:00", "everyday 08:00-17:00",
    ],
)  # fmt: skip
def test_hours_that_cannot_be_meant_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_hours(text)


@pytest.mark.parametrize(
    ("given", "hole"),
    [
        (["every day 00:00-24:00"], None),
        (["every day 08:00-20:00", "every day 20:00-08:00"], None),
        (["every day 08:00-20:00"], "Mon 00:00-08:00"),
        (["Mon-Fri 00:00-24:00", "Sat,Sun 00:00-24:00"], "Holiday 00:00-24:00"),
        (["Mon-Fri 00:00-24:00", "Sat,Sun,Holiday 00:00-24:00"], None),
        (["every day 08:00-20:00", "Mon-Sun 20:00-08:00"], "Mon 00:00-08:00"),
        (["every day 08:00-20:00", "every day 20:01-08:00"], "Mon 20:00-20:01"),
    ],
)
def test_a_hole_in_the_hours_is_found_also_beside_a_holiday(
    given: list[str], hole: str | None
) -> None:
    found = list(gaps([hours("every day 00:00-24:00")], [hours(text) for text in given]))
    assert (found[0] if found else None) == hole


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("Mon-Fri 08:00-16:00", "Mon-Fri 16:00-22:00", False),
        ("Mon-Fri 08:00-16:00", "Fri 15:59-22:00", True),
        ("Fri 22:00-06:00", "Sat 00:00-08:00", True),
        ("Fri 22:00-06:00", "Sat 06:00-08:00", False),
        ("Mon-Fri 08:00-16:00", "Sat,Sun,Holiday 08:00-16:00", False),
    ],
)
def test_two_hours_at_once_are_found(one: str, other: str, *, meet: bool) -> None:
    assert bool(list(overlaps(hours(one), hours(other)))) is meet


def test_what_stands_after_the_hours_is_handed_back() -> None:
    assert parse_hours("Mon-Fri 08:00-16:00  anna, ben")[1] == "anna, ben"
