"""Who sends claims and to whom: the agency's own facts as the claim writer wants them.

Read from ``agency.toml``: ``[agency]`` is the billing provider and submitter, ``[clearinghouse]``
the receiver. Files are marked as tests unless ``[claims] production = true`` says otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from orchestration.ground.agency import read_agency
from orchestration.ground.failures import ContractFailure
from orchestration.partners.x12.claim import (
    Address,
    BillingProvider,
    Contact,
    Receiver,
    Submitter,
    Usage,
)


@dataclass(frozen=True)
class Sender:
    """Both ends of a claim file.

    Args:
        submitter: Who sends the file.
        receiver: Who takes it in.
        billing: Who is paid.
        usage: ``T`` for a test, ``P`` for a claim that shall be paid.
        zone: The agency's zone, for the file's own date and time.
    """

    submitter: Submitter
    receiver: Receiver
    billing: BillingProvider
    usage: Usage
    zone: ZoneInfo


def read_sender(folder: Path) -> Sender:
    """Read the agency's facts.

    Raises:
        ContractFailure: something a claim needs is missing; the message names it.
    """
    agency = read_agency(folder)
    own = _Facts(agency.facts, "agency")
    clearinghouse = _Facts(agency.facts, "clearinghouse")
    contact = Contact(own["contact_name"], own["contact_phone"])
    address = Address(own["address"], own["city"], own["state"], own["zip"])
    production = agency.facts.get("claims", {}).get("production") is True
    return Sender(
        submitter=Submitter(agency.name, own["submitter_id"], contact),
        receiver=Receiver(clearinghouse["name"], clearinghouse["receiver_id"]),
        billing=BillingProvider(
            agency.name, own["npi"] or None, own["taxonomy"], own["tax_id"], address
        ),
        usage="P" if production else "T",
        zone=agency.zone_info,
    )


class _Facts:
    """One table of the file, whose keys must be there."""

    def __init__(self, facts: Mapping[str, Any], table: str) -> None:
        self._table = table
        self._facts = facts.get(table, {})

    def __getitem__(self, key: str) -> str:
        if key not in self._facts:
            message = f"agency.toml: [{self._table}] {key} is missing; no claim can be written"
            raise ContractFailure(message)
        return str(self._facts[key])
