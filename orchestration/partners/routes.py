"""Partners and the ways to them, read from the agency's files, as these lie there or last held."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from orchestration.ground.agency import AGENCY
from orchestration.ground.failures import ContractFailure, FileRefused
from orchestration.ground.in_force import in_force
from orchestration.ground.toml_file import read_text
from orchestration.partners.line import Transport, transport_of
from orchestration.partners.sending import CLEARINGHOUSE, Sending, parse_sending, sending_files


@dataclass(frozen=True)
class Route:
    """A partner and the way there.

    Args:
        sending: The partner.
        transport: The way.
        refused: What is wrong with its file as it lies there now; what it said before holds.
    """

    sending: Sending
    transport: Transport
    refused: FileRefused | None = None


class RouteUnknown(ContractFailure):
    """A payer may be one of a partner whose file cannot be read, so its claims go nowhere.

    Args:
        refused: What is wrong with the file.
    """

    def __init__(self, refused: FileRefused) -> None:
        super().__init__(str(refused))
        fault = refused.faults[0]
        self.place = f"partners/{fault.path.name}:{fault.line}"


Keep = Callable[[Path], Route]
"""Answers with what a partner's file says, or once said."""


def read_route(path: Path, text: str) -> Route:
    """Read how files are exchanged with a partner.

    Raises:
        FileRefused: something in it is wrong.
    """
    sending = parse_sending(path, text)
    return Route(sending, transport_of(sending))


def as_it_lies(path: Path) -> Route:
    """What a file says now."""
    return read_route(path, read_text(path))


def last_good(connection: sa.Connection, now: datetime) -> Keep:
    """What a file says, or what it last said that was right.

    Args:
        connection: A transaction; what changed is written down in it.
        now: When that is.
    """

    def keep(path: Path) -> Route:
        kept = in_force(connection, path, read_route, now, f"{partner_of(path)}_sending.toml")
        return Route(kept.value.sending, kept.value.transport, kept.refused)

    return keep


def partner_of(path: Path) -> str:
    """What the partner is called whose file that is."""
    return CLEARINGHOUSE if path.name == AGENCY else path.stem


def route_to(folder: Path, payer_id: str, keep: Keep = as_it_lies) -> Route:
    """The way a payer's claims go.

    Raises:
        RouteUnknown: no partner names the payer, and one whose file was never right may.
        FileRefused: it is the agency's own file that says it wrongly.
    """
    *own, shared = sending_files(folder)
    unread: FileRefused | None = None
    for path in own:
        try:
            route = keep(path)
        except FileRefused as refused:
            unread = unread or refused
            continue
        if payer_id in route.sending.payers:
            return route
    if unread is not None:
        raise RouteUnknown(unread)
    return keep(shared)


def readable_routes(folder: Path) -> tuple[Route, ...]:
    """Every partner whose file can be read, as it lies there; the others are left out."""
    found = []
    for path in sending_files(folder):
        with suppress(FileRefused):
            found.append(as_it_lies(path))
    return tuple(found)
