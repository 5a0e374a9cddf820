"""What the agency's contracts let it bill, whenever that was."""

from pathlib import Path

from orchestration.ground.contracts import Table
from orchestration.ground.toml_file import read_text
from orchestration.partners.payers.landing import terms_of
from orchestration.partners.payers.reading import read_contract


def billed_codes(table: Table, folder: Path) -> frozenset[str]:
    """Every service code of every version of every contract.

    Raises:
        FileRefused: a contract cannot be read.
    """
    terms = terms_of(table)
    contracts = (read_contract(terms, path, read_text(path)) for path in folder.glob("*.toml"))
    return frozenset(
        service.name.split()[0]
        for contract in contracts
        for version in contract.versions
        for service in version.services
    )
