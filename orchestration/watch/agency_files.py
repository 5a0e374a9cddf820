"""Everything the agency says of its people and its pager, as it is in force now.

Each file is read by itself: one that somebody has spoiled stays as it last was, and holds up no
other.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

import sqlalchemy as sa

from orchestration.ground.agency import AGENCY, Agency, parse_agency
from orchestration.ground.failures import FileRefused
from orchestration.ground.in_force import InForce, in_force
from orchestration.ground.settings import Settings
from orchestration.watch.incidents.book import Write
from orchestration.watch.paging.pager import Pager
from orchestration.watch.paging.pager_file import PAGER, pager_reader
from orchestration.watch.paging.pages import write
from orchestration.watch.people.roster import Roster
from orchestration.watch.people.roster_file import ROSTER, roster_reader


@dataclass(frozen=True)
class AgencyFiles:
    """What is in force.

    Args:
        agency: Who the agency is and where its clock stands.
        roster: Who is on duty.
        pager: Where pages go, and how often.
        refused: What is wrong with the files as they lie there now.
    """

    agency: Agency
    roster: Roster
    pager: Pager
    refused: tuple[FileRefused, ...] = ()

    @property
    def write(self) -> Write:
        """What writes the pages of an incident down."""
        return partial(write, roster=self.roster, pager=self.pager)


def files_in_force(connection: sa.Connection, settings: Settings, now: datetime) -> AgencyFiles:
    """Read what is in force, and write down what was taken or refused.

    Raises:
        FileRefused: a file is wrong, and was never right.
    """
    folder = settings.agency_folder
    agency = in_force(connection, folder / AGENCY, parse_agency, now)
    roster = in_force(connection, folder / ROSTER, roster_reader(agency.value), now)
    reader = pager_reader(agency.value, settings.home)
    pager = in_force(connection, folder / PAGER, reader, now)
    read: tuple[InForce[Agency] | InForce[Roster] | InForce[Pager], ...] = (agency, roster, pager)
    refused = tuple(each.refused for each in read if each.refused is not None)
    return AgencyFiles(agency.value, roster.value, pager.value, refused)
