"""The agency's own facts: who it is, where its clock stands, who answers for what.

They live in ``agency.toml`` in a folder the agency owns (``CAREHOPS_AGENCY``).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from orchestration.ground.failures import ContractFailure


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
        ContractFailure: it is missing or lacks something; the message names file and key.
    """
    path = folder / "agency.toml"
    try:
        facts = tomllib.loads(path.read_text())
    except OSError:
        message = f"{path} cannot be read; CAREHOPS_AGENCY must name the agency's folder"
        raise ContractFailure(message) from None
    except tomllib.TOMLDecodeError as error:
        message = f"{path}: {error}"
        raise ContractFailure(message) from None
    try:
        agency = facts["agency"]
        zone = str(agency["time_zone"])
        ZoneInfo(zone)
        return Agency(
            name=str(agency["name"]),
            zone=zone,
            owners={str(role): str(who) for role, who in facts["owners"].items()},
            closures=tuple(agency.get("closures", ())),
            facts=facts,
        )
    except (ZoneInfoNotFoundError, ValueError):  # the first is a KeyError too
        message = f"{path}: time_zone is no IANA zone like America/New_York"
        raise ContractFailure(message) from None
    except KeyError as error:
        message = f"{path}: {error.args[0]} is missing"
        raise ContractFailure(message) from None
