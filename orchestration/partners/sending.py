"""Whom we exchange files with: ``[sending]`` of a partner's file, or the agency's clearinghouse.

A payer goes to the partner whose file names it, when that file has a ``[sending]``; every other
payer goes to ``[clearinghouse]`` of ``agency.toml``. Both tables say the same things:

    [sending]
    receiver_id = "BUCKEYE01"       # ISA08, GS03, NM1*40
    name = "Buckeye Fictive Medicaid"
    usage = "T"                     # what this connection is for: tests, or P for production
    transport = "sftp"              # or "folder"

    [sending.agreement]             # without it the partner gets nothing
    signed_on = 2026-10-01
    production = false              # whether both sides agreed to live claims

    [sending.sftp]                  # what that transport wants to know
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

from orchestration.ground.agency import AGENCY
from orchestration.ground.failures import FileRefused
from orchestration.ground.toml_file import parse_toml, read_text
from orchestration.ground.toml_table import TomlTable

Usage = Literal["T", "P"]
CLEARINGHOUSE = "clearinghouse"
PARTNERS = "partners"
_OURS = (
    *("receiver_id", "name", "submitter_id", "receiver_qualifier", "submitter_qualifier"),
    *("wants_ta1", "usage", "transport", "agreement", "owner"),
)
_HAS_SENDING = re.compile(r"^\s*\[\s*sending\b", re.M)
_OWNER = "EDI analyst"
_ID = re.compile(r"[A-Z0-9][A-Z0-9 ._-]{0,14}")
_QUALIFIER = re.compile(r"[A-Z0-9]{2}")
_AN_ID = "1 to 15 of A-Z, 0-9, blank, dot, dash, underscore"
_TWO = "two of A-Z and 0-9"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .,&'()/-]{0,59}")


@dataclass(frozen=True)
class Agreement:
    """What both sides have signed.

    Args:
        signed_on: Day of the signature.
        production: Whether it covers claims that shall be paid, not tests only.
        ended_on: First day it no longer holds, when it ended.
    """

    signed_on: date
    production: bool = False
    ended_on: date | None = None

    def holds(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.signed_on <= day and (self.ended_on is None or day < self.ended_on)


@dataclass(frozen=True)
class Sending:
    """One partner, as far as files go to it and come from it.

    Args:
        partner: File stem, or ``clearinghouse``.
        receiver_id: Its id on envelopes; control numbers are counted for it.
        receiver_name: Its name on envelopes.
        submitter_id: Ours with this partner, where it is not the agency's usual one.
        receiver_qualifier: What kind of id its is: ISA07.
        submitter_qualifier: What kind of id ours is: ISA05.
        wants_ta1: Whether we ask for a TA1: ISA14.
        usage: What the connection is for.
        agreement: What was signed, or None.
        transport: Which of the transports carries files.
        options: What that transport is told.
        payers: Whose claims go there; empty for all that go nowhere else.
        owner: Role that answers for what does not get there.
        table: Where all of it stands, for messages.
    """

    partner: str
    receiver_id: str
    receiver_name: str
    submitter_id: str | None
    receiver_qualifier: str
    submitter_qualifier: str
    wants_ta1: bool
    usage: Usage
    agreement: Agreement | None
    transport: str
    options: Mapping[str, Any]
    payers: tuple[str, ...]
    owner: str
    table: TomlTable = field(repr=False, compare=False)

    @property
    def marks(self) -> Usage:
        """How its files are marked: for production only what is switched on and agreed to."""
        agreed = self.agreement is not None and self.agreement.production
        return "P" if self.usage == "P" and agreed else "T"


def sending_files(folder: Path) -> Iterator[Path]:
    """Every file that says how files are exchanged with a partner."""
    for path in _files(folder):
        if _HAS_SENDING.search(read_text(path)):
            yield path
    yield folder / AGENCY


def parse_sending(path: Path, text: str) -> Sending:
    """Read a partner's ``[sending]``, or the agency's ``[clearinghouse]``.

    Raises:
        FileRefused: it lacks something.
    """
    if path.name == AGENCY:
        return parse_clearinghouse(path, text)
    toml = parse_toml(path, text)
    whole = TomlTable(toml, toml.facts)
    table = whole.within("sending", whole.get("sending", dict), "sending")
    payers = tuple(map(str, whole.get("payers", list, [])))
    return _sending(path.stem, table, payers, whole.get("owner", str, _OWNER))


def parse_clearinghouse(path: Path, text: str) -> Sending:
    """Read ``[clearinghouse]`` of the agency's own file.

    Raises:
        FileRefused: it lacks something.
    """
    toml = parse_toml(path, text)
    whole = TomlTable(toml, toml.facts)
    table = whole.within(CLEARINGHOUSE, whole.get(CLEARINGHOUSE, dict, {}), CLEARINGHOUSE)
    return _sending(CLEARINGHOUSE, table, (), _OWNER)


def _files(folder: Path) -> list[Path]:
    return sorted((folder / PARTNERS).glob("*.toml"))


def _sending(partner: str, table: TomlTable, payers: tuple[str, ...], owner: str) -> Sending:
    transport = table.get("transport", str, "folder")
    table.only(*_OURS, transport)
    usage = table.choose("usage", get_args(Usage), "T")
    return Sending(
        partner=partner,
        receiver_id=_spelled(table, "receiver_id", _ID, _AN_ID),
        receiver_name=_spelled(table, "name", _NAME, "1 to 60 letters, digits and plain signs"),
        submitter_id=_spelled(table, "submitter_id", _ID, _AN_ID, None),
        receiver_qualifier=_spelled(table, "receiver_qualifier", _QUALIFIER, _TWO, "ZZ"),
        submitter_qualifier=_spelled(table, "submitter_qualifier", _QUALIFIER, _TWO, "ZZ"),
        wants_ta1=table.get("wants_ta1", bool, True),
        usage=usage,
        agreement=_agreement(table),
        transport=transport,
        options=table.get(transport, dict, {}),
        payers=payers,
        owner=table.get("owner", str, owner),
        table=table,
    )


def _spelled(
    table: TomlTable, key: str, form: re.Pattern[str], said: str, *default: str | None
) -> Any:
    """A text an envelope can hold; one that is wrong would stop every claim."""
    if default and key not in table.facts:
        return default[0]
    text = table.get(key, str, "")
    if not text:
        what = f"[{table.section}] {key} is missing; no claim can be written"
        raise FileRefused([table.file.fault(what, "Add it.", table.section)])
    if not form.fullmatch(text):
        table.refuse(key, f"{key} cannot stand in an envelope", f"Write {said}.")
    return text


def _agreement(table: TomlTable) -> Agreement | None:
    if "agreement" not in table.facts:
        return None
    said = table.within("agreement", table.facts["agreement"], f"{table.section}.agreement")
    said.only("signed_on", "production", "ended_on")
    return Agreement(
        signed_on=said.get("signed_on", date),
        production=said.get("production", bool, False),
        ended_on=said.get("ended_on", date, None),
    )
