"""The sample's writer turns contracts around and refuses what a dialect cannot say."""

from datetime import UTC, date, datetime
from random import Random

import pytest

from assets.sample.dialects import FEEDS, as_text, texts, wall_clock, write_rows
from assets.sample.pricing import units
from assets.sample.times import Period, Row
from assets.sample.world import Sent, World
from assets.sample.write import make_world


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(seed=1, clients=12, days=7, end=date(2026, 11, 20))


def visit_of(world: World, source: str) -> Row:
    return next(visit.row for visit in world.visits if visit.row["source_system"] == source)


def test_a_new_visit_and_a_later_version_use_the_senders_own_words(world: World) -> None:
    feed = FEEDS["evv_visits_carebridge"]
    row = visit_of(world, "carebridge")
    column = feed.table.column("action")
    assert as_text(feed, column, row["action"]) == "NEW"
    assert as_text(feed, column, row["action"], again=True) == "UPDATE"
    assert as_text(feed, column, "cancel") == "DELETE"


def test_what_a_dialect_has_no_place_for_is_refused(world: World) -> None:
    row = {**visit_of(world, "sandata"), "modifier3": "U1"}
    with pytest.raises(ValueError, match="no place for modifier3"):
        texts(FEEDS["evv_visits_sandata"], Sent(row, datetime(2026, 11, 20, tzinfo=UTC)))


def test_calls_stand_in_their_own_elements(world: World) -> None:
    row = visit_of(world, "sandata")
    text = write_rows(
        FEEDS["evv_visits_sandata"], [Sent(row, datetime(2026, 11, 20, tzinfo=UTC))]
    ).decode()
    assert '"Calls":[{"CallAssignment":"Call In","CallDateTime":' in text
    assert '{"CallAssignment":"Call Out","CallDateTime":' in text
    assert '"BillVisit":true' in text


@pytest.mark.parametrize(
    ("at", "clock"),
    [
        (datetime(2026, 11, 1, 4, 59, tzinfo=UTC), "2026-11-01 00:59"),
        (datetime(2026, 11, 1, 7, 0, tzinfo=UTC), "2026-11-01 02:00"),
        (datetime(2026, 3, 8, 7, 0, tzinfo=UTC), "2026-03-08 03:00"),
    ],
)
def test_a_wall_clock_is_the_agencys(at: datetime, clock: str) -> None:
    assert wall_clock(at) == clock


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
        datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
        datetime(2026, 11, 2, 6, 30, 1, tzinfo=UTC),
    ],
)
def test_a_time_that_would_be_misread_is_refused(at: datetime) -> None:
    with pytest.raises(ValueError, match="cannot carry"):
        wall_clock(at)


@pytest.mark.parametrize(
    ("rule", "minutes", "expected"),
    [
        *[("CMS_8MIN", m, u) for m, u in [(7, 0), (8, 1), (22, 1), (23, 2), (37, 2), (38, 3)]],
        *[("CMS_8MIN", m, u) for m, u in [(52, 3), (53, 4), (60, 4), (67, 4), (68, 5)]],
        *[("FLOOR_15", m, u) for m, u in [(14, 0), (15, 1), (59, 3), (60, 4)]],
        *[("NEAREST_QUARTER_VISIT", m, u) for m, u in [(52, 3), (53, 4), (7, 0), (8, 1)]],
        ("PER_VISIT", 3, 1),
        ("PER_DIEM", 3, 1),
    ],
)
def test_minutes_become_units_as_the_rule_says(rule: str, minutes: int, expected: int) -> None:
    assert units(rule, minutes) == expected


def test_a_rule_nobody_agreed_on_is_refused() -> None:
    with pytest.raises(ValueError, match="no unit rule"):
        units("BY_THE_DOZEN", 60)


def test_everything_is_judged_at_seven_in_the_morning_after_the_last_day() -> None:
    assert Period(date(2026, 11, 1), date(2026, 11, 20)).as_of == datetime(
        2026, 11, 21, 12, tzinfo=UTC
    )
    assert Period(date(2026, 7, 1), date(2026, 7, 20)).as_of == datetime(
        2026, 7, 21, 11, tzinfo=UTC
    )


def test_a_world_is_made_of_its_seed_alone() -> None:
    one, other = (make_world(seed=9, clients=6, days=5, end=date(2026, 11, 20)) for _ in "ab")
    assert [visit.row for visit in one.visits] == [visit.row for visit in other.visits]
    assert isinstance(one.rng, Random)
    assert one.rng.random() == other.rng.random()
