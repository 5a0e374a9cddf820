"""A home that has never landed anything gets something to look at: the sample agency's files.

The sample ends yesterday, so that the clock on the wall agrees with what is in it. An agency of
one's own (``CAREHOPS_AGENCY``), or a single file in the drop folder, and no sample is written.
"""

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from assets.sample.write import write_sample
from orchestration.assembly import House
from orchestration.ground.clock import Clock
from orchestration.ground.sql import SQL_FOLDER
from orchestration.partners.simulator.behaviour import read_behaviours
from orchestration.partners.simulator.folder import Folders, answer, has_new
from orchestration.views.sentences import counted

SEED = 1
ANSWERS = timedelta(days=20)


def yesterday(clock: Clock, zone: str) -> date:
    """The last whole day, where the agency is."""
    return clock.now().astimezone(ZoneInfo(zone)).date() - timedelta(days=1)


def lay_out_sample(house: House, say: Callable[[str], None]) -> bool:
    """Write the sample and leave its files in the drop folder, if this home is new.

    Returns:
        Whether it did.
    """
    if not _is_new(house):
        return False
    end = yesterday(house.clock, house.agency.zone)
    say(f"A new home: writing a fictional agency's files of the four weeks up to {end}.")
    folder = house.settings.home / "sample"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_sample(folder, seed=SEED, end=end)
    house.settings.drop.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in sorted((folder / "feeds").iterdir()):
        _leave(path, house.settings.drop)
    return True


def answer_sample(house: House, say: Callable[[str], None]) -> bool:
    """Let an invented clearinghouse answer what the sample's claims made of themselves.

    It answers as far as it would have got in some weeks, so that there is something to see; what
    it has answered once it does not answer again.

    Returns:
        Whether it left anything to land.
    """
    settings = house.settings
    if not (settings.home / "sample").is_dir():
        return False
    folders = Folders(settings.outbox, settings.drop, settings.home / "clearinghouse")
    if not has_new(folders):
        return False
    now = house.clock.now()
    until = now + ANSWERS
    done = answer(read_behaviours(), SEED, folders, now=now, until=until)
    say(
        f"An invented clearinghouse took {counted(done.received, 'claim file')} in and leaves "
        f"{counted(done.answered, 'answer')}, as it would by {until:%Y-%m-%d}."
    )
    return done.answered > 0


def _is_new(house: House) -> bool:
    if house.settings.agency_folder != SQL_FOLDER / "agency":
        return False
    drop = house.settings.drop
    if drop.is_dir() and any(drop.iterdir()):
        return False
    with house.database.engine.connect() as connection:
        return connection.scalar(sa.text("select 1 from landing.arrival limit 1")) is None


def _leave(path: Path, drop: Path) -> None:
    """Copy a file with its time of arrival, whole or not at all."""
    part = drop / f".{path.name}.part"
    shutil.copy2(path, part)
    part.replace(drop / path.name)
