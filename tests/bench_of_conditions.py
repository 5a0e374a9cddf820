"""What is found of one kind among what is stored, with the sample agency's timing."""

from datetime import datetime
from functools import cache

from orchestration import assembly
from orchestration.ground.agency import read_agency
from orchestration.ground.database import Database
from orchestration.ground.sql import SQL_FOLDER
from orchestration.watch.looking.conditions import Condition
from orchestration.watch.looking.finding import find_conditions
from orchestration.watch.looking.timing import read_watched
from orchestration.watch.looking.watched import Watched


def conditions(database: Database, kind: str, now: datetime) -> list[Condition]:
    """Everything of that kind that is wrong."""
    with database.engine.connect() as connection:
        found = find_conditions(connection, _watched(), now)
    return [each for each in found if each.kind == kind]


@cache
def _watched() -> Watched:
    folder = SQL_FOLDER / "agency"
    return read_watched(folder, read_agency(folder), assembly.feeds(), assembly.hops())
