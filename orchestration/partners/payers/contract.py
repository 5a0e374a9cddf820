"""A payer's contract, once its file is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Service:
    """What one service is paid like in one version.

    Args:
        name: Code and modifiers as written: ``T1019 U1``.
        also_called: The same as others write it.
        disciplines: Who may give it.
        programs: Our names of the programmes that pay it.
        terms: Everything said of it or of all services, by column.
        line: Where it stands in the file.
    """

    name: str
    also_called: tuple[str, ...]
    disciplines: tuple[str, ...]
    programs: tuple[str, ...]
    terms: Facts
    line: int


@dataclass(frozen=True)
class Version:
    """What holds from a day to a day.

    Args:
        number: Never used twice for different words.
        first_day: Its first date of service.
        last_day: Its last one; None is open.
        changed_on: When it was written.
        changed_by: By whom; somebody else approves its mappings.
        programs: Our name of a programme to those others use.
        services: What is paid.
        line: Where it begins in the file.
    """

    number: int
    first_day: date
    last_day: date | None
    changed_on: date
    changed_by: str
    programs: Mapping[str, tuple[str, ...]]
    services: tuple[Service, ...]
    line: int


@dataclass(frozen=True)
class Contract:
    """A whole file.

    Args:
        path: Where it lies.
        payer: As visits, plans and clients name it.
        also_called: What others call it.
        name: As it goes on the claim.
        edi_id: Its id at the clearinghouse.
        claim_filing_code: Its kind on the claim.
        owner: The role that answers for it.
        versions: By first day.
    """

    path: Path
    payer: str
    also_called: tuple[str, ...]
    name: str
    edi_id: str
    claim_filing_code: str
    owner: str
    versions: tuple[Version, ...]
