"""The last good text of the agency's files stays in force, whatever somebody makes of them."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from orchestration import assembly
from orchestration.ground.agency import read_agency
from orchestration.ground.clock import FixedClock
from orchestration.ground.database import Database
from orchestration.ground.failures import FileRefused
from orchestration.ground.settings import Settings, read_settings
from orchestration.ground.sql import SQL_FOLDER
from orchestration.watch.agency_files import AgencyFiles, files_in_force
from orchestration.watch.evaluation import evaluate
from orchestration.watch.looking.timing import LastGood, read_watched
from orchestration.watch.looking.watched import Watched
from tests.bench_of_conditions import conditions

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
FILES = ("agency.toml", "roster.toml", "pager.toml")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    shutil.copytree(SQL_FOLDER / "agency", tmp_path / "agency")
    environ = {"CAREHOPS_HOME": str(tmp_path), "CAREHOPS_AGENCY": str(tmp_path / "agency")}
    return read_settings(environ)


@pytest.fixture
def database(module_database: Database) -> Database:
    with module_database.transaction() as connection:
        connection.execute(sa.text("truncate ops.in_force"))
    return module_database


def look(database: Database, settings: Settings, now: datetime = NOW) -> AgencyFiles:
    with database.transaction() as connection:
        return files_in_force(connection, settings, now)


def kept(database: Database, name: str) -> Any:
    with database.engine.connect() as connection:
        asked = sa.text("select * from ops.in_force where name = :name")
        return connection.execute(asked, {"name": name}).one_or_none()


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("spoiled", ["this is not TOML", "", None])
def test_a_spoiled_file_stays_as_it_was_and_says_why(
    database: Database, settings: Settings, name: str, spoiled: str | None
) -> None:
    before = look(database, settings)
    path = settings.agency_folder / name
    good = path.read_text()
    path.unlink() if spoiled is None else path.write_text(spoiled)
    after = look(database, settings, NOW + timedelta(hours=1))
    assert after.roster == before.roster
    assert after.agency == before.agency
    assert after.pager == before.pager
    (refused,) = after.refused
    assert f"{name}:1: " in str(refused)
    row = kept(database, name)
    assert (row.text, row.taken_at, row.refused_since) == (good, NOW, NOW + timedelta(hours=1))
    assert row.refused_why == str(refused)
    (found,) = conditions(database, "agency_file_refused", NOW)
    assert found.subject == path.stem
    assert found.since == NOW + timedelta(hours=1)
    look(database, settings, NOW + timedelta(hours=2))
    assert kept(database, name).refused_since == NOW + timedelta(hours=1)
    path.write_text(good)
    assert look(database, settings, NOW + timedelta(hours=3)).refused == ()
    row = kept(database, name)
    assert (row.refused_since, row.refused_why, row.taken_at) == (None, None, NOW)


def test_a_change_that_is_good_is_in_force_at_once(database: Database, settings: Settings) -> None:
    look(database, settings)
    path = settings.agency_folder / "roster.toml"
    path.write_text(path.read_text().replace("evv02", "evv03"))
    later = NOW + timedelta(hours=1)
    files = look(database, settings, later)
    assert "evv03" in files.roster.people
    assert kept(database, "roster.toml").taken_at == later


def test_a_file_that_never_was_right_is_refused(database: Database, settings: Settings) -> None:
    (settings.agency_folder / "roster.toml").write_text("spoiled")
    with pytest.raises(FileRefused, match=r"roster\.toml:1"):
        look(database, settings)
    assert kept(database, "roster.toml") is None


def test_looking_without_news_writes_nothing(database: Database, settings: Settings) -> None:
    def touched() -> Any:
        with database.engine.connect() as connection:
            asked = sa.text("select name, xmin from ops.in_force order by name")
            return connection.execute(asked).all()

    look(database, settings)
    first = touched()
    assert len(first) == len(FILES)
    look(database, settings, NOW + timedelta(hours=1))
    assert touched() == first


def watched(database: Database, settings: Settings, now: datetime = NOW) -> Watched:
    folder = settings.agency_folder
    with database.transaction() as connection:
        reading = LastGood(connection, folder, now)
        agency = read_agency(folder)
        return read_watched(folder, agency, assembly.feeds(), assembly.hops(), reading=reading)


def payers(found: Watched) -> dict[str, tuple[str, ...]]:
    return {partner.name: partner.payers for partner in found.partners}


def test_a_new_partner_that_is_wrong_is_left_out_told_of_and_stops_no_other(
    database: Database, settings: Settings
) -> None:
    before = payers(watched(database, settings))
    path = settings.agency_folder / "partners" / "acorn.toml"
    path.write_text("owner = 5")
    assert payers(watched(database, settings, NOW + timedelta(hours=1))) == before
    assert payers(watched(database, settings, NOW + timedelta(hours=2))) == before
    (found,) = conditions(database, "agency_file_refused", NOW)
    assert (found.subject, found.since) == ("acorn", NOW + timedelta(hours=1))
    good = (path.parent / "maple_care_plan.toml").read_text()
    path.write_text(good.replace("MAPLE", "ACORN"))
    assert set(payers(watched(database, settings))) == {"acorn", *before}
    assert conditions(database, "agency_file_refused", NOW) == []


def test_a_payer_claimed_twice_stays_with_whom_it_was(
    database: Database, settings: Settings
) -> None:
    folder = settings.agency_folder / "partners"
    before = payers(watched(database, settings))
    maple = (folder / "maple_care_plan.toml").read_text()
    (folder / "acorn.toml").write_text(maple)  # comes first by name, and is new
    buckeye = folder / "buckeye_medicaid.toml"
    both = buckeye.read_text().replace(
        '["BUCKEYE-FICTIVE"]', '["BUCKEYE-FICTIVE", "MAPLE-FICTIVE"]'
    )
    buckeye.write_text(both)
    assert payers(watched(database, settings)) == before
    found = {one.subject for one in conditions(database, "agency_file_refused", NOW)}
    assert found == {"acorn", "buckeye_medicaid"}


def test_a_shift_nobody_has_is_an_incident_told_to_the_last_resort(
    database: Database, settings: Settings
) -> None:
    path = settings.agency_folder / "roster.toml"
    away = 'first = 2026-11-20\nlast = 2026-11-20\nperson = "evv0'
    path.write_text(path.read_text() + f'\n[[leave]]\n{away}1"\n[[leave]]\n{away}2"\n')
    with database.transaction() as connection:
        evaluate(connection, settings, assembly.feeds(), assembly.hops(), FixedClock(NOW))
    with database.engine.connect() as connection:
        told = connection.execute(_TOLD).one()
    assert (told.subject, told.owner) == ("EVV coordinator", "Data on-call")
    assert (told.channel, told.persons) == ("pages", ["oncall01@willow-bend.example"])


_TOLD = sa.text("""
select incident.subject, incident.owner, page.channel, page.persons
from ops.incident as incident
inner join ops.page as page on incident.incident_id = page.incident_id
where incident.kind = 'nobody_on_duty'
""")
