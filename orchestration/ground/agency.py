"""The agency's own facts: who it is, where its clock stands, who answers for what.

They live in ``agency.toml`` in a folder the agency owns (``CAREHOPS_AGENCY``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from orchestration.ground.failures import FileRefused
from orchestration.ground.toml_file import parse_toml, read_text

AGENCY = "agency.toml"


@dataclass(frozen=True)
class Agency:
    """What rules and pages need to know of the agency.

    Args:
        name: As it goes on claims and pages.
        zone: IANA zone its local times are in.
        owners: Role to the address that answers for it.
        closures: Days the office is closed beside weekends and federal holidays.
        facts: The whole file, for those that write claims.
    """

    name: str
    zone: str
    owners: Mapping[str, str]
    closures: tuple[date, ...]
    facts: Mapping[str, Any]

    @property
    def zone_info(self) -> ZoneInfo:
        """The zone, for arithmetic on local time."""
        return ZoneInfo(self.zone)


def read_agency(folder: Path) -> Agency:
    """Read ``agency.toml``.

    Raises:
        FileRefused: it is missing or lacks something; the message names file, line and key.
    """
    path = folder / AGENCY
    return parse_agency(path, read_text(path))


def parse_agency(path: Path, text: str) -> Agency:
    """Read the text of ``agency.toml``.

    Raises:
        FileRefused: it lacks something.
    """
    file = parse_toml(path, text)
    try:
        agency = file.facts["agency"]
        zone = str(agency["time_zone"])
        ZoneInfo(zone)
        return Agency(
            name=str(agency["name"]),
            zone=zone,
            owners={str(role): str(who) for role, who in file.facts["owners"].items()},
            closures=tuple(agency.get("closures", ())),
            facts=file.facts,
        )
    except (ZoneInfoNotFoundError, ValueError):  # the first is a KeyError too
        what = "time_zone is no IANA zone like America/New_York"
        fault = file.fault(what, "Mend it.", "agency", "time_zone")
    except KeyError as error:
        fault = file.fault(f"{error.args[0]} is missing", "Add it.", "agency")
    raise FileRefused([fault])
