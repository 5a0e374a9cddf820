"""A payer's contract file on its way into its table: read, and held against what is in force."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from orchestration.ground.contracts import Column, Table
from orchestration.ground.failures import Fault, FileRefused
from orchestration.partners.payers.contract import Contract
from orchestration.partners.payers.reading import read_contract
from orchestration.partners.payers.rows import Row, as_text, clashes, rows_of

#: Columns that a file's head, versions and crosswalks fill; every other column is a term.
_NOT_TERMS = frozenset(
    {
        *("payer_id", "payer_program", "service_code", "modifiers", "valid_from", "valid_to"),
        *(
            "contract_version",
            "file_version",
            "payer_name",
            "payer_edi_id",
            "claim_filing_code",
            "mapping",
        ),
        *("maps_to_payer_id", "maps_to_program", "maps_to_service_code", "maps_to_modifiers"),
        *("source_updated_at", "updated_by", "disciplines", "contract_owner"),
    }
)


def terms_of(table: Table) -> dict[str, Column]:
    """The columns a contract may set as terms, by name."""
    return {column.name: column for column in table.columns if column.name not in _NOT_TERMS}


def read_rows(
    table: Table, path: Path, text: str, connection: sa.Connection
) -> Iterator[dict[str, str | None]]:
    """The rows of a contract file for landing.

    Args:
        table: The landing table.
        path: The file's name.
        text: What stands in it.
        connection: To see which codes exist and what is in force.

    Raises:
        FileRefused: something in it is wrong, alone or against what is in force.
    """
    contract = read_contract(terms_of(table), path, text)
    faults = against_the_books(table, contract, connection)
    if faults:
        raise FileRefused(faults)
    return map(as_text, rows_of(contract))


def against_the_books(table: Table, contract: Contract, connection: sa.Connection) -> list[Fault]:
    """What is wrong with a well-written contract: in itself, by the codes, by what is in force."""
    codes = connection.execute(_CODES).all()
    faults = [
        *clashes(
            contract,
            {row.code: row.unit for row in codes if row.unit is not None},
            frozenset(row.code for row in codes),
        ),
        *_against_in_force(table, contract, rows_of(contract), connection),
    ]
    return sorted(faults, key=lambda fault: fault.line)


def _against_in_force(
    table: Table, contract: Contract, rows: list[Row], connection: sa.Connection
) -> Iterator[Fault]:
    """What was in force keeps its words; only a newer version may end it or take its place."""
    stored = connection.execute(_IN_FORCE, {"payer": contract.payer}).mappings().all()
    newest = max((row["file_version"] for row in stored), default=0)
    last = max(contract.versions, key=lambda version: version.number)
    following = max(newest, last.number) + 1
    if last.number < newest:
        yield Fault(
            contract.path,
            last.line,
            f"version {newest} of {contract.payer} is in force, this file ends with {last.number}",
            f"Fetch the newer file; to take terms back, write them as version {following}.",
        )
        return
    kept = {version.number: version for version in contract.versions}
    fixed = ("file_version", "valid_to") if last.number > newest else ("file_version",)
    for number in sorted({row["contract_version"] for row in stored}):
        before = [row for row in stored if row["contract_version"] == number]
        now = [row for row in rows if row["contract_version"] == number]
        first = before[0]["valid_from"]
        if number in kept and _said(table, before, fixed) != _said(table, now, fixed):
            yield Fault(
                contract.path,
                kept[number].line,
                f"version {number} is in force and said something else",
                f"Give what changed a number of its own: {following}.",
            )
        if number not in kept and not _is_replaced(first, contract, newest):
            yield Fault(
                contract.path,
                last.line,
                f"version {number}, in force from {first}, is gone",
                "Put it back: what was delivered then is billed by it.",
            )


def _is_replaced(first: date, contract: Contract, newest: int) -> bool:
    """Whether a newer version speaks for the day an older one began."""
    return any(
        version.number > newest and version.first_day <= first <= (version.last_day or date.max)
        for version in contract.versions
    )


def _said(
    table: Table, rows: Sequence[Mapping[Any, Any]], left_out: Collection[str]
) -> set[tuple[object, ...]]:
    """What rows say, with the defaults of what they leave open."""
    return {
        tuple(
            column.default if row.get(column.name) is None else row[column.name]
            for column in table.columns
            if column.name not in left_out
        )
        for row in rows
    }


_CODES = sa.text("select code, unit from landing.code_now where code_kind <> 'place'")
_IN_FORCE = sa.text("select * from landing.payer_contract_now where maps_to_payer_id = :payer")
