"""A home that never landed anything gets the sample agency's files, and only such a home."""

import os
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from orchestration import assembly
from orchestration.commands import first_run
from orchestration.commands.first_run import answer_sample, lay_out_sample, yesterday
from orchestration.ground.clock import FixedClock
from orchestration.ground.database import Database
from orchestration.ground.settings import read_settings

MORNING = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)  # still the 20th in New York
LATER = datetime(2026, 12, 21, 3, 0, tzinfo=UTC)
ARRIVED = 1_700_000_000


def tiny_sample(out: Path, seed: int, end: date) -> None:
    (out / "feeds").mkdir(parents=True)
    for name in ("clients_1.csv", "clients_1.csv.manifest.json"):
        path = out / "feeds" / name
        path.write_text(f"{seed} {end}")
        os.utime(path, (ARRIVED, ARRIVED))


@pytest.fixture
def house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> assembly.House:
    monkeypatch.setattr(first_run, "write_sample", tiny_sample)
    settings = read_settings({"CAREHOPS_HOME": str(tmp_path / "home")})
    settings.home.mkdir()
    return assembly.assemble(settings, FixedClock(MORNING), database=database)


def test_a_new_home_gets_files_that_end_yesterday_where_the_agency_is(
    house: assembly.House,
) -> None:
    said: list[str] = []
    assert lay_out_sample(house, said.append)
    drop = house.settings.drop
    assert sorted(path.name for path in drop.iterdir()) == [
        "clients_1.csv",
        "clients_1.csv.manifest.json",
    ]
    assert (drop / "clients_1.csv").read_text() == "1 2026-11-19"
    assert "2026-11-19" in said[0]


def test_files_keep_the_time_they_arrived_and_are_not_for_others(house: assembly.House) -> None:
    lay_out_sample(house, lambda _: None)
    drop = house.settings.drop
    assert (drop / "clients_1.csv").stat().st_mtime == ARRIVED
    assert drop.stat().st_mode & 0o077 == 0
    assert (house.settings.home / "sample").stat().st_mode & 0o077 == 0


def test_files_that_wait_are_left_alone(house: assembly.House) -> None:
    house.settings.drop.mkdir()
    (house.settings.drop / "mine.csv").write_text("x")
    assert not lay_out_sample(house, lambda _: None)


def test_a_home_that_landed_something_gets_none(house: assembly.House) -> None:
    with house.database.transaction() as connection:
        connection.execute(
            sa.text(
                "insert into landing.arrival (name, verdict, at) values ('x.csv', 'refused', :now)"
            ),
            {"now": MORNING},
        )
    assert not lay_out_sample(house, lambda _: None)
    assert not house.settings.drop.exists()


def test_an_agency_of_one_s_own_gets_none(house: assembly.House, tmp_path: Path) -> None:
    own = tmp_path / "agency"
    shutil.copytree(house.settings.agency_folder, own)
    settings = replace(house.settings, agency_folder=own)
    assert not lay_out_sample(replace(house, settings=settings), lambda _: None)


def test_yesterday_is_the_agency_s_yesterday() -> None:
    assert yesterday(FixedClock(MORNING), "America/New_York") == date(2026, 11, 19)
    assert yesterday(FixedClock(MORNING), "UTC") == date(2026, 11, 20)


CLAIMS = Path(__file__).parents[1] / "data" / "x12" / "claim_ok.837"


def leave_claims(house: assembly.House) -> None:
    house.settings.outbox.mkdir(parents=True)
    shutil.copy(CLAIMS, house.settings.outbox / "B000000001.837")


def test_the_sample_s_claims_are_answered_once(house: assembly.House) -> None:
    lay_out_sample(house, lambda _: None)
    leave_claims(house)
    said: list[str] = []
    assert answer_sample(house, said.append)
    assert "invented clearinghouse" in said[0]
    answers = sorted(path.name for path in house.settings.drop.glob("*.x12"))
    assert answers
    assert not answer_sample(replace(house, clock=FixedClock(LATER)), said.append)
    assert sorted(path.name for path in house.settings.drop.glob("*.x12")) == answers


def test_claims_of_nobody_s_sample_are_answered_by_nobody_invented(house: assembly.House) -> None:
    leave_claims(house)
    assert not answer_sample(house, lambda _: None)
    assert not house.settings.drop.exists()
