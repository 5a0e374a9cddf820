"""When a schedule was last due."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from dagster._utils.schedules import schedule_execution_time_iterator
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.ground.cron import last_due
from orchestration.ground.failures import ContractFailure

NEW_YORK = ZoneInfo("America/New_York")


def due(schedule: str, now: str) -> str | None:
    found = last_due(schedule, NEW_YORK, datetime.fromisoformat(now))
    return None if found is None else found.astimezone(NEW_YORK).isoformat()


@pytest.mark.parametrize(
    ("schedule", "now", "then"),
    [
        ("*/10 * * * *", "2026-11-18T12:07:30-05:00", "2026-11-18T12:00:00-05:00"),
        ("*/10 * * * *", "2026-11-18T12:10:00-05:00", "2026-11-18T12:10:00-05:00"),
        ("30 2,12 * * *", "2026-11-18T12:29:00-05:00", "2026-11-18T02:30:00-05:00"),
        ("15 6,14 * * 1-5", "2026-11-22T12:00:00-05:00", "2026-11-20T14:15:00-05:00"),
        ("0 8 * * 0", "2026-11-18T12:00:00-05:00", "2026-11-15T08:00:00-05:00"),
        ("0 8 * * 7", "2026-11-18T12:00:00-05:00", "2026-11-15T08:00:00-05:00"),
        ("0 0 29 2 *", "2027-11-18T12:00:00-05:00", "2024-02-29T00:00:00-05:00"),
        ("0 0 13 * 5", "2026-11-18T12:00:00-05:00", "2026-11-13T00:00:00-05:00"),
        ("0 0 30 2 *", "2026-11-18T12:00:00-05:00", None),
    ],
)
def test_the_newest_instant_a_schedule_names(schedule: str, now: str, then: str | None) -> None:
    assert due(schedule, now) == then


def test_a_time_the_clocks_skip_is_not_due_and_one_they_repeat_is_due_once() -> None:
    assert due("30 2 * * *", "2026-03-08T12:00:00-04:00") == "2026-03-07T02:30:00-05:00"
    assert due("30 1 * * *", "2026-11-01T12:00:00-05:00") == "2026-11-01T01:30:00-04:00"


def test_the_day_is_the_zone_s_own() -> None:
    night = datetime(2026, 11, 17, 20, tzinfo=UTC)  # half past one on the 18th in Kolkata
    found = last_due("0 1 * * *", ZoneInfo("Asia/Kolkata"), night)
    assert found == datetime(2026, 11, 17, 19, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "schedule", ["* * * *", "61 * * * *", "x * * * *", "5-1 * * * *", "@daily"]
)
def test_what_is_no_schedule_is_refused(schedule: str) -> None:
    with pytest.raises(ContractFailure, match="no schedule"):
        due(schedule, "2026-11-18T12:00:00-05:00")


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["*/10 * * * *", "30 3,12 * * *", "15 6,14 * * 1-5", "0 4 1,15 * *"]),
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 - made aware below
)
def test_dagster_reads_it_the_same_way(schedule: str, at: datetime) -> None:
    now = at.replace(microsecond=0, tzinfo=UTC)
    found = last_due(schedule, NEW_YORK, now)
    assert found is not None
    coming = schedule_execution_time_iterator(found.timestamp(), schedule, NEW_YORK.key)
    assert next(coming).timestamp() == found.timestamp()
    assert next(coming).timestamp() > now.timestamp()
