"""What is wrong, missing, unapproved or due with the agency's contracts: one answer for all askers.

``carehops contracts check`` prints it, Dagster shows it as a check of the contracts' asset.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import sqlalchemy as sa

from orchestration.ground.contracts import Remark, Table
from orchestration.ground.failures import Fault, FileRefused
from orchestration.ground.toml_file import read_text
from orchestration.partners.payers.approving import APPROVALS, written_approvals
from orchestration.partners.payers.contract import Contract, Version
from orchestration.partners.payers.landing import against_the_books, terms_of
from orchestration.partners.payers.reading import read_contract
from orchestration.partners.payers.rows import mapping_of

SOON = timedelta(days=30)
"""How long before a review, or the last day of terms, people are told."""
LATE = timedelta(days=30)
"""How long after it an overdue review is an error."""


def inspect_contracts(
    table: Table, connection: sa.Connection, folder: Path, today: date
) -> Iterator[Remark]:
    """Everything somebody should know about the contract files, file by file.

    Args:
        table: The landing table of contracts.
        connection: To see what is in force, approved, and which codes exist.
        folder: Where the files are.
        today: In the agency's zone.
    """
    found = sorted(folder.glob("*.toml"))
    if not found:
        yield Remark("ERROR", str(folder), "there is no contract file", "Add a file per payer.")
    # a line just written comes into force when it lands, as the contract beside it does
    approvals = {**_approvals(connection), **written_approvals(folder / APPROVALS)}
    for path in found:
        try:
            contract = read_contract(terms_of(table), path, read_text(path))
        except FileRefused as refused:
            yield from map(_of_fault, refused.faults)
            continue
        yield from map(_of_fault, against_the_books(table, contract, connection))
        yield from _not_landed(contract, connection)
        for version in contract.versions:
            yield from _unapproved(contract, version, approvals, today)
        yield from _due(contract, today)
    yield from _without_file(connection, found)
    yield from _without_terms(connection)


def _of_fault(fault: Fault) -> Remark:
    return Remark("ERROR", f"{fault.path.name}:{fault.line}", fault.what, fault.mend)


def _not_landed(contract: Contract, connection: sa.Connection) -> Iterator[Remark]:
    landed = connection.scalar(_NEWEST, {"payer": contract.payer})
    last = max(contract.versions, key=lambda version: version.number)
    if landed is None or landed < last.number:
        yield Remark(
            "WARN",
            f"{contract.path.name}:{last.line}",
            f"version {last.number} is not in force yet",
            "It comes into force when files are landed next: carehops run.",
        )


def _unapproved(
    contract: Contract, version: Version, approvals: dict[tuple[str, int, str], str], today: date
) -> Iterator[Remark]:
    where = f"{contract.path.name}:{version.line}"
    approved_by = approvals.get((contract.payer, version.number, mapping_of(contract, version)))
    mend = f"carehops contracts approve {contract.payer} --version {version.number} --by WHO"
    if approved_by is None:
        yield Remark(
            "ERROR" if version.first_day <= today else "WARN",
            where,
            f"the crosswalks of version {version.number}, from {version.first_day}, are not "
            "approved; lines under it wait",
            f"{mend}.",
        )
    elif approved_by == version.changed_by:
        yield Remark(
            "ERROR",
            where,
            f"{approved_by} approved the crosswalks of version {version.number} and wrote them",
            f"Have somebody else look: {mend}.",
        )


def _due(contract: Contract, today: date) -> Iterator[Remark]:
    current = next((one for one in contract.versions if _holds(one, today)), None)
    last = contract.versions[-1]
    if current is None:
        yield Remark(
            "ERROR",
            f"{contract.path.name}:{last.line}",
            f"no version of {contract.payer} holds today",
            "Add a [[version]] that does.",
        )
        return
    if last.last_day is not None and last.last_day - today <= SOON:
        yield Remark(
            "WARN",
            f"{contract.path.name}:{last.line}",
            f"the last version of {contract.payer} ends on {last.last_day}",
            "Add the [[version]] that follows.",
        )
    dates: dict[date, list[str]] = {}
    for service in current.services:
        dates.setdefault(service.terms["review_on"], []).append(service.name)
    for review, names in sorted(dates.items()):
        if review - today > SOON:
            continue
        said = "is" if review >= today else "was"
        yield Remark(
            "ERROR" if today - review > LATE else "WARN",
            f"{contract.path.name}:{current.line}",
            f"the review of {', '.join(names)} {said} due on {review}",
            "Check the terms with the payer; write a version with the new review_on.",
        )


def _holds(version: Version, day: date) -> bool:
    return version.first_day <= day and (version.last_day is None or day <= version.last_day)


def _without_file(connection: sa.Connection, found: list[Path]) -> Iterator[Remark]:
    """Payers whose terms are in force while their file is gone."""
    names = {path.stem for path in found}
    for payer in connection.scalars(_PAYERS):
        if payer.lower() not in names:
            yield Remark(
                "ERROR",
                f"{payer.lower()}.toml",
                f"the terms of {payer} are in force and their file is gone",
                "Put the file back; to end the terms, give its last version a last_day.",
            )


def _without_terms(connection: sa.Connection) -> Iterator[Remark]:
    """Services that were delivered and that no contract pays on their day."""
    for row in connection.execute(_UNPAID):
        service = " ".join([row.service_code, *row.modifiers.replace("-", "").split(";")]).strip()
        visits = "1 visit waits" if row.visits == 1 else f"{row.visits} visits wait"
        yield Remark(
            "WARN",
            f"{row.payer_id.lower()}.toml",
            f"{visits} for terms of {service} under {row.payer_program}",
            "Add the service for those days, or have the visits corrected.",
        )


def _approvals(connection: sa.Connection) -> dict[tuple[str, int, str], str]:
    return {
        (row.payer_id, row.contract_version, row.mapping): row.approved_by
        for row in connection.execute(_APPROVED)
    }


_NEWEST = sa.text(
    "select max(file_version) from landing.payer_contract_now where maps_to_payer_id = :payer"
)
_PAYERS = sa.text("""
select distinct maps_to_payer_id from landing.payer_contract_now
where maps_to_payer_id is not null order by 1
""")
_UNPAID = sa.text("""
select
    visit.payer_id, visit.payer_program, visit.service_code, visit.modifiers
    , count(*) as visits
from ledger.reason as reason
inner join ledger.entry as entry on reason.entry_id = entry.entry_id
inner join core.coordination_visit as visit on entry.record_id = visit.record_id
where reason.code = 'MAP-SERVICE' and entry.state = 'held'
group by 1, 2, 3, 4
order by 5 desc, 1, 2, 3, 4
limit 50
""")
_APPROVED = sa.text("select * from landing.mapping_approval_now")
