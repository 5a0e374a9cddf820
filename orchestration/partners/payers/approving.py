"""Approving the crosswalks of a contract's version: what would change, and who said it is right."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from orchestration.ground.contracts import Table
from orchestration.ground.failures import ContractFailure
from orchestration.ground.toml_file import read_text
from orchestration.partners.payers.contract import Contract, Version
from orchestration.partners.payers.landing import terms_of
from orchestration.partners.payers.reading import read_contract
from orchestration.partners.payers.rows import mapping_of, rows_of

APPROVALS = "approvals.csv"
_COLUMNS = ("payer_id", "contract_version", "mapping", "approved_by", "approved_on")


@dataclass(frozen=True)
class Approved:
    """What was approved.

    Args:
        payer: Whose contract.
        version: Which version.
        mapping: Fingerprint of its crosswalks.
        added: What they say that the version before did not.
        removed: What the version before said and they do not.
    """

    payer: str
    version: int
    mapping: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


def approve(table: Table, folder: Path, payer: str, number: int, *, by: str, on: date) -> Approved:
    """Write down that somebody looked at a version's crosswalks and found them right.

    Args:
        table: The landing table of contracts.
        folder: Where contracts and approvals are.
        payer: Whose.
        number: Which version.
        by: Who; not whoever wrote it.
        on: The day, in the agency's zone.

    Raises:
        ContractFailure: there is no such payer or version, or the same person wrote it.
        FileRefused: the contract is wrong.
    """
    path = folder / f"{payer.lower()}.toml"
    if not path.exists():
        there = ", ".join(sorted(found.stem.upper() for found in folder.glob("*.toml")))
        message = (
            f"no contract file is called {path.name}; there are contracts of {there or 'nobody'}"
        )
        raise ContractFailure(message)
    contract = read_contract(terms_of(table), path, read_text(path))
    version = _version(contract, number)
    if by == version.changed_by:
        message = f"{by} wrote version {number} of {payer}; somebody else must approve it"
        raise ContractFailure(message)
    mapping = mapping_of(contract, version)
    before = next((one for one in reversed(contract.versions) if one.number < number), None)
    now, then = (set(_crosswalks(contract, one)) if one else set() for one in (version, before))
    approved = Approved(
        contract.payer, number, mapping, tuple(sorted(now - then)), tuple(sorted(then - now))
    )
    register = folder / APPROVALS
    if (contract.payer, number, mapping) not in written_approvals(register):
        _add(register, (contract.payer, number, mapping, by, on))
    return approved


def as_if_approved(connection: sa.Connection, table: Table, file_id: int) -> None:
    """Take a file's crosswalks for approved, in a transaction that is taken back: to try them."""
    connection.execute(
        sa.text(f'update landing."{table.name}" set mapping = null where file_id = :file_id'),
        {"file_id": file_id},
    )


def _version(contract: Contract, number: int) -> Version:
    for version in contract.versions:
        if version.number == number:
            return version
    there = ", ".join(str(version.number) for version in contract.versions)
    message = f"{contract.payer} has no version {number}; there are {there}"
    raise ContractFailure(message)


def _crosswalks(contract: Contract, version: Version) -> Iterator[str]:
    """Each line of a version's crosswalks, as people read it."""
    for row in rows_of(contract):
        if row["contract_version"] != version.number:
            continue
        sent = [row[name] for name in ("payer_id", "payer_program", "service_code", "modifiers")]
        ours = [
            row[f"maps_to_{name}"] for name in ("payer_id", "program", "service_code", "modifiers")
        ]
        yield f"{' '.join(sent)} is {' '.join(ours)}, given by {row['disciplines']}"


def written_approvals(register: Path) -> dict[tuple[str, int, str], str]:
    """Payer, version and fingerprint to who approved, as the file says now."""
    if not register.exists():
        return {}
    with register.open(newline="") as lines:
        return {
            (row["payer_id"], int(row["contract_version"]), row["mapping"]): row["approved_by"]
            for row in csv.DictReader(lines)
            if str(row.get("contract_version")).isdecimal()
        }


def _add(register: Path, line: tuple[object, ...]) -> None:
    is_new = not register.exists()
    with register.open("a", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        if is_new:
            writer.writerow(_COLUMNS)
        writer.writerow(line)
