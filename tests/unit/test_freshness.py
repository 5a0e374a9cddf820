"""Thanksgiving 2026 is Thursday, November 26; clocks went back on November 1."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.feeds.evv_visits import SANDATA
from orchestration.ground.business_time import WorkingTime
from orchestration.ground.contracts import Hop, Target, Timing
from orchestration.ground.durations import in_words
from orchestration.watch.looking.freshness import STATES, Facts, freshness

EASTERN = ZoneInfo("America/New_York")
CALENDAR = WorkingTime(EASTERN)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

HOURLY_FEED = replace(SANDATA, cadence=HOUR, warn_after=2 * HOUR, fail_after=4 * HOUR)
QUARTERLY_FEED = replace(SANDATA, cadence=30 * DAY, warn_after=60 * DAY, fail_after=92 * DAY)
DAILY_FEED = replace(SANDATA, cadence=DAY, warn_after=26 * HOUR, fail_after=50 * HOUR)


def hop(schedule: str = "*/15 * * * *", **timing: timedelta) -> Hop:
    limits = {"warn_after": HOUR, "fail_after": 2 * HOUR, "stuck_after": DAY} | timing
    return Hop(
        name="a_to_b",
        meaning="Moves.",
        record="visit",
        takes=("landing.evv_visit",),
        reads=(),
        targets=(Target("line", ("record_id",), "One."),),
        minimum_dataset=(),
        checkpoints=("V01",),
        timing=Timing(schedule, **limits),
        owner="EVV coordinator",
    )


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=EASTERN).astimezone(UTC)


WEDNESDAY_NOON = local("2026-11-18T12:00")


def facts(**given: object) -> Facts:
    # whatever a test names is one of its fields
    return Facts(**{"watched_since": WEDNESDAY_NOON - 30 * DAY} | given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("age", "state"),
    [(2 * HOUR - timedelta(seconds=1), "fresh"), (2 * HOUR, "warn"), (4 * HOUR, "stale")],
)
def test_a_feed_ages_from_fresh_to_stale_at_its_own_limits(age, state):
    there = facts(last_good_at=WEDNESDAY_NOON - age, newest_event_at=WEDNESDAY_NOON)
    found = freshness(HOURLY_FEED, there, WEDNESDAY_NOON, CALENDAR)
    assert found.state == state
    assert found.kinds == (() if state == "fresh" else ("not_run",))
    assert found.since == WEDNESDAY_NOON - age


def test_a_punctual_file_that_tells_of_last_week_leaves_the_feed_stale():
    there = facts(last_good_at=WEDNESDAY_NOON, newest_event_at=WEDNESDAY_NOON - 7 * DAY)
    found = freshness(HOURLY_FEED, there, WEDNESDAY_NOON, CALENDAR)
    assert (found.state, found.kinds) == ("stale", ("old",))
    assert found.because == ("the newest thing its rows tell of was 7 d ago; stale after 4 h",)


@pytest.mark.parametrize(
    ("last", "now", "state"),
    [
        ("2026-11-20T10:00", "2026-11-23T11:00", "fresh"),  # Friday's file on Monday
        ("2026-11-20T10:00", "2026-11-23T12:30", "warn"),
        ("2026-11-20T10:00", "2026-11-24T13:00", "stale"),
        ("2026-11-19T10:00", "2026-11-20T12:30", "warn"),  # Thursday's on Friday
        ("2026-11-25T10:00", "2026-11-27T11:00", "fresh"),  # over Thanksgiving
        ("2026-10-30T10:00", "2026-11-02T11:30", "fresh"),  # over the long night
    ],
)
def test_a_daily_feed_is_not_stale_because_of_a_weekend_or_a_holiday(last, now, state):
    there = facts(last_good_at=local(last), newest_event_at=local(last))
    assert freshness(DAILY_FEED, there, local(now), CALENDAR).state == state


def test_an_hourly_feed_has_no_weekends():
    there = facts(last_good_at=local("2026-11-20T20:00"))
    assert freshness(HOURLY_FEED, there, local("2026-11-21T09:00"), CALENDAR).state == "stale"


def test_a_closure_of_the_agency_counts_like_a_holiday():
    closed = WorkingTime(EASTERN, (date(2026, 11, 19),))
    there = facts(last_good_at=local("2026-11-18T10:00"))
    now = local("2026-11-20T11:00")
    assert freshness(DAILY_FEED, there, now, CALENDAR).state == "warn"
    assert freshness(DAILY_FEED, there, now, closed).state == "fresh"


def test_a_limit_of_weeks_has_its_weekends_in_it():
    there = facts(last_good_at=WEDNESDAY_NOON - 61 * DAY)
    assert freshness(QUARTERLY_FEED, there, WEDNESDAY_NOON, CALENDAR).state == "warn"


def test_what_never_happened_is_unknown_until_it_is_due():
    young = facts(watched_since=WEDNESDAY_NOON - HOUR)
    old = facts(watched_since=WEDNESDAY_NOON - 5 * HOUR)
    assert freshness(HOURLY_FEED, young, WEDNESDAY_NOON, CALENDAR).state == "unknown"
    late = freshness(HOURLY_FEED, old, WEDNESDAY_NOON, CALENDAR)
    assert late.state == "stale"
    assert late.because == ("no complete file has ever come; watched for 5 h",)
    assert freshness(hop(), old, WEDNESDAY_NOON, CALENDAR).because == (
        "no pass has ever been published; watched for 5 h",
    )


def test_a_weekday_hop_rests_on_weekends_and_a_daily_one_does_not():
    there = facts(last_good_at=local("2026-11-20T06:20"))
    sunday = local("2026-11-22T12:00")
    limits = {"warn_after": 26 * HOUR, "fail_after": 28 * HOUR}
    assert freshness(hop("15 6 * * 1-5", **limits), there, sunday, CALENDAR).state == "fresh"
    assert freshness(hop("15 6 * * *", **limits), there, sunday, CALENDAR).state == "stale"


def test_records_no_pass_takes_make_a_punctual_hop_stale():
    there = facts(last_good_at=WEDNESDAY_NOON, untaken=3, untaken_since=WEDNESDAY_NOON - 26 * HOUR)
    found = freshness(hop(), there, WEDNESDAY_NOON, CALENDAR)
    assert (found.state, found.kinds) == ("stale", ("stuck",))
    assert found.because == (
        "3 records are waiting that no pass has taken, the oldest for 1 d 2 h; the limit is 1 d",
    )


def test_work_that_is_past_due_warns():
    there = facts(last_good_at=WEDNESDAY_NOON, overdue=1, overdue_since=WEDNESDAY_NOON - HOUR)
    found = freshness(hop(), there, WEDNESDAY_NOON, CALENDAR)
    assert (found.state, found.kinds) == ("warn", ("stuck",))
    assert found.because == ("1 record is past the due date, the oldest by 1 h",)


def test_the_worst_finding_speaks_first_and_all_are_said():
    there = facts(
        last_good_at=WEDNESDAY_NOON - 3 * HOUR,
        overdue=2,
        overdue_since=WEDNESDAY_NOON - 5 * DAY,
    )
    found = freshness(hop(), there, WEDNESDAY_NOON, CALENDAR)
    assert found.state == "stale"
    assert found.kinds == ("not_run", "stuck")
    assert found.because[0].startswith("the last published pass ended 3 h ago")
    assert found.since == WEDNESDAY_NOON - 3 * HOUR


def test_a_clock_that_ran_ahead_does_not_break_anything():
    there = facts(last_good_at=WEDNESDAY_NOON + DAY, newest_event_at=WEDNESDAY_NOON + DAY)
    assert freshness(DAILY_FEED, there, WEDNESDAY_NOON, CALENDAR).state == "fresh"


INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


@given(first=INSTANTS, second=INSTANTS, third=INSTANTS)
def test_business_time_adds_up_and_never_exceeds_the_clock(first, second, third):
    early, middle, late = sorted((first, second, third))
    whole = CALENDAR.between(early, late)
    assert whole == CALENDAR.between(early, middle) + CALENDAR.between(middle, late)
    assert timedelta(0) <= whole <= late - early


@given(last=INSTANTS, now=INSTANTS, waited=st.timedeltas(timedelta(0), timedelta(days=9)))
def test_without_news_a_feed_only_gets_worse(last, now, waited):
    there = facts(last_good_at=last, newest_event_at=last)
    before = freshness(DAILY_FEED, there, now, CALENDAR)
    after = freshness(DAILY_FEED, there, now + waited, CALENDAR)
    assert STATES.index(after.state) >= STATES.index(before.state)


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=45), "45 min"),
        (timedelta(hours=2, minutes=10, seconds=59), "2 h 10 min"),
        (timedelta(days=3, minutes=5), "3 d"),
        (timedelta(days=3, hours=4, minutes=5), "3 d 4 h"),
        (-timedelta(days=3), "less than a minute"),
    ],
)
def test_lengths_of_time_are_said_as_people_say_them(length, said):
    assert in_words(length) == said
