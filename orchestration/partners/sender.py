"""Who sends claims and to whom: the agency's own facts as the claim writer wants them.

``[agency]`` of ``agency.toml`` is the billing provider and submitter; the receiver is whoever takes
the payer's files (see ``sending``). Files are marked as tests unless that partner's connection is
switched to production and its agreement covers it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from orchestration.ground.agency import read_agency
from orchestration.ground.contracts import Examination
from orchestration.ground.failures import ContractFailure
from orchestration.partners.routes import Keep, as_it_lies, last_good, route_to
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
        partner: Who takes the file, as the agency's folder calls it.
        receiver_qualifier: What kind of id the receiver's is.
        submitter_qualifier: What kind of id ours is.
        wants_ta1: Whether we ask for a TA1.
    """

    submitter: Submitter
    receiver: Receiver
    billing: BillingProvider
    usage: Usage
    zone: ZoneInfo
    partner: str
    receiver_qualifier: str = "ZZ"
    submitter_qualifier: str = "ZZ"
    wants_ta1: bool = True


def read_sender(folder: Path, payer_id: str, keep: Keep = as_it_lies) -> Sender:
    """Read the agency's facts for files to one payer.

    Args:
        folder: The agency's folder.
        payer_id: The payer.
        keep: Reads a partner's file; ``last_good`` outlives one that is wrong.

    Raises:
        ContractFailure: something a claim needs is missing; the message names it.
    """
    agency = read_agency(folder)
    own = _Facts(agency.facts, "agency")
    sending = route_to(folder, payer_id, keep).sending
    contact = Contact(own["contact_name"], own["contact_phone"])
    address = Address(own["address"], own["city"], own["state"], own["zip"])
    return Sender(
        submitter=Submitter(agency.name, sending.submitter_id or own["submitter_id"], contact),
        receiver=Receiver(sending.receiver_name, sending.receiver_id),
        billing=BillingProvider(
            agency.name, own["npi"] or None, own["taxonomy"], own["tax_id"], address
        ),
        usage=sending.marks,
        zone=agency.zone_info,
        partner=sending.partner,
        receiver_qualifier=sending.receiver_qualifier,
        submitter_qualifier=sending.submitter_qualifier,
        wants_ta1=sending.wants_ta1,
    )


def sender_in_force(examination: Examination, payer_id: str) -> Sender:
    """As partners' files say, or last said: one that was spoiled today stops no claim."""
    keep = last_good(examination.connection, examination.clock.now())
    return read_sender(examination.settings.agency_folder, payer_id, keep)


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
