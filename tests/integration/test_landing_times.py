"""Wall-clock times become instants, and those the clock change made doubtful wait."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from orchestration.ground.database import Database
from tests.bench_of_files import Files


@pytest.fixture
def files(database: Database, tmp_path: Path) -> Files:
    return Files(database, tmp_path)


def call_in(files: Files, *times: str) -> list[str | None]:
    """What each clock-in became: its instant, or the code it waits with."""
    rows = [{"visit_id": f"V{n}", "call_in_at": time} for n, time in enumerate(times)]
    files.land("evv_visits_hhax", *rows)
    landed = {
        row.visit_id: row.call_in_at and row.call_in_at.isoformat()
        for row in files.all("select visit_id, call_in_at from landing.evv_visit")
    }
    held = {line.record_id.removeprefix("hhax/"): line.reason_codes[0] for line in files.held()}
    return [{**landed, **held}[row["visit_id"]] for row in rows]


def test_local_times_are_read_in_the_agencys_zone(files: Files) -> None:
    assert call_in(files, "2026-07-01 08:00", "2026-12-01 08:00:30", "") == [
        "2026-07-01T12:00:00+00:00",
        "2026-12-01T13:00:30+00:00",
        None,
    ]


@pytest.mark.proves("S0-14")
def test_a_time_that_was_skipped_waits(files: Files) -> None:
    times = ("2026-03-08 01:59", "2026-03-08 02:00", "2026-03-08 02:59:59", "2026-03-08 03:00")
    assert call_in(files, *times) == [
        "2026-03-08T06:59:00+00:00",
        "TIME-IN-GAP",
        "TIME-IN-GAP",
        "2026-03-08T07:00:00+00:00",
    ]


def test_a_time_that_happened_twice_waits_for_the_coordinator(files: Files) -> None:
    times = ("2026-11-01 00:59", "2026-11-01 01:00", "2026-11-01 01:59", "2026-11-01 02:00")
    assert call_in(files, *times) == [
        "2026-11-01T04:59:00+00:00",
        "TIME-AMBIGUOUS",
        "TIME-AMBIGUOUS",
        "2026-11-01T07:00:00+00:00",
    ]
    assert "EVV coordinator" in files.held()[0].reasons[0]["next_step"]


def test_a_time_with_its_offset_is_never_doubtful(files: Files) -> None:
    times = ("2026-11-01 01:30-04:00", "2026-11-01 01:30-05:00", "2026-11-01T06:30:00Z")
    assert call_in(files, *times) == [
        "2026-11-01T05:30:00+00:00",
        "2026-11-01T06:30:00+00:00",
        "2026-11-01T06:30:00+00:00",
    ]


@pytest.mark.proves("S0-14")
def test_a_night_has_as_many_minutes_as_really_passed(files: Files) -> None:
    nights = (("2026-03-07 22:00", "2026-03-08 06:00"), ("2026-10-31 22:00", "2026-11-01 06:00"))
    files.land(
        "evv_visits_hhax",
        *[
            {"visit_id": f"V{n}", "call_in_at": start, "call_out_at": end}
            for n, (start, end) in enumerate(nights)
        ],
    )
    minutes = files.all(
        "select extract(epoch from call_out_at - call_in_at) / 60 as minutes"
        " from landing.evv_visit order by visit_id"
    )
    assert [int(row.minutes) for row in minutes] == [420, 540]


def test_a_zone_that_shifts_by_half_an_hour_is_understood(files: Files) -> None:
    files.landing = files.make_landing(zone="Australia/Lord_Howe")
    assert call_in(files, "2026-04-05 01:45", "2026-04-05 02:15", "2026-10-04 02:15") == [
        "TIME-AMBIGUOUS",
        "2026-04-04T15:45:00+00:00",
        "TIME-IN-GAP",
    ]


def test_a_zone_that_never_shifts_has_no_doubtful_times(files: Files) -> None:
    files.landing = files.make_landing(zone="America/Phoenix")
    assert call_in(files, "2026-03-08 02:30") == ["2026-03-08T09:30:00+00:00"]


@pytest.mark.parametrize(
    "time", ["2026-11-19 24:00", "2026-11-19 8:00", "now", "2026-02-30 08:00", "11/19/2026 08:00"]
)
def test_a_local_time_is_written_in_one_way_only(files: Files, time: str) -> None:
    assert call_in(files, "2026-11-19 08:00", time)[1] == "NOT-AN-INSTANT"


@pytest.mark.parametrize(
    ("time", "good"),
    [
        ("2026-11-20T10:00:00Z", True),
        ("2026-11-20 10:00:00Z", True),
        ("2026-11-20T10:00Z", True),
        ("2026-11-20T10:00:00.125+05:30", True),
        ("2026-11-20T10:00:00", False),
        ("2026-11-20 10:00", False),
        ("2026-11-20", False),
        ("2026-02-30T10:00:00Z", False),
        ("2026-11-20T25:00:00Z", False),
        ("infinity", False),
        ("today", False),
    ],
)
def test_an_instant_of_a_utc_feed_carries_its_offset(files: Files, time: str, good: bool) -> None:
    verdict = files.land("caregivers", {"source_updated_at": time}, {"caregiver_id": "G2"})
    assert verdict.held_lines == (not good)
    if not good:
        assert files.held_codes() == {2: ["NOT-AN-INSTANT"]}


def test_the_accounts_own_settings_do_not_matter(files: Files) -> None:
    with files.database.transaction() as connection:
        name = connection.exec_driver_sql("select current_database()").scalar()
        for setting in ("datestyle = 'SQL, DMY'", "timezone = 'Asia/Tokyo'"):
            connection.exec_driver_sql(f'alter database "{name}" set {setting}')
    plain = sa.create_engine(files.database.url)
    files.landing = files.make_landing(engine=plain)
    assert call_in(files, "2026-07-01 08:00") == ["2026-07-01T12:00:00+00:00"]
    assert files.land("caregivers", {"hired_on": "2024-01-08"}).rows == 1
    plain.dispose()
