"""A contract as rows of its landing table: one for each combination that can stand on a visit.

The three crosswalks (payer and programme, service, discipline) are laid out in them: a row is
named as a visit may name it and says what that is with us, so that a line finds its terms and
what its words mean in one look-up, on its date of service.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time
from hashlib import sha256
from itertools import product
from typing import Any

from orchestration.ground.failures import Fault
from orchestration.partners.payers.contract import Contract, Service, Version
from orchestration.partners.payers.terms import contradiction

Row = dict[str, Any]
Units = Mapping[str, str]


def rows_of(contract: Contract) -> list[Row]:
    """Every row of a contract.

    Each carries the file's highest version too: with it all rows are newer than they were, also
    those of an older version that it ended.
    """
    newest = max(version.number for version in contract.versions)
    return [
        {**row, "file_version": newest}
        for version in contract.versions
        for row in _of_version(contract, version)
    ]


def clashes(contract: Contract, units: Units, codes: frozenset[str]) -> list[Fault]:
    """What contradicts itself in a contract that is well written.

    Args:
        contract: The contract.
        units: Service code to what it counts (``15min``, ``day``, ``visit``), where known.
        codes: Service codes and modifiers that exist; empty when no code set has landed.
    """
    faults: list[Fault] = []

    def at(line: int, what: str, mend: str) -> None:
        faults.append(Fault(contract.path, line, what, mend))

    for version in contract.versions:
        for what, mend, line in _doubled(contract, version):
            at(line, what, mend)
        for service in version.services:
            wrong = contradiction(service.terms, units.get(service.name.split()[0]))
            if wrong:
                at(service.line, *wrong)
            for code in service.name.split():
                if codes and code not in codes:
                    at(
                        service.line,
                        f"{code} is in no code set",
                        "Mend the code, or add it to codes.csv with its dates.",
                    )
    return faults


def _doubled(contract: Contract, version: Version) -> Iterator[tuple[str, str, int]]:
    """Names that two services, or two programmes, claim in one version."""
    programs: dict[str, str] = {}
    for program, called in version.programs.items():
        for name in (program, *called):
            other = programs.setdefault(name, program)
            if other != program:
                yield (
                    f"{name} stands for the programmes {other} and {program}",
                    "Leave it with one of them.",
                    version.line,
                )
    services: dict[tuple[str, str], Service] = {}
    for service in version.services:
        for name, program in product((service.name, *service.also_called), service.programs):
            first = services.setdefault((name, program), service)
            if first is not service:
                yield (
                    f"{name} stands for {first.name} and for {service.name} in {program}",
                    "Leave it with one of them.",
                    service.line,
                )


def mapping_of(contract: Contract, version: Version) -> str:
    """A fingerprint of a version's crosswalks, which is what an approval names."""
    said = [
        (contract.payer, *contract.also_called),
        version.first_day,
        *sorted(version.programs.items()),
        *sorted(
            (one.name, one.also_called, one.disciplines, one.programs, *_places(one))
            for one in version.services
        ),
    ]
    return sha256(repr(said).encode()).hexdigest()[:12]


def _places(service: Service) -> tuple[str, ...]:
    return tuple(f"{key}={value}" for key, value in service.terms.items() if "place" in key)


def _of_version(contract: Contract, version: Version) -> Iterator[Row]:
    mapping = mapping_of(contract, version)
    for service in version.services:
        code, modifiers = split_service(service.name)
        for payer, program in product((contract.payer, *contract.also_called), service.programs):
            for named, called in product(
                (program, *version.programs[program]), (service.name, *service.also_called)
            ):
                sent_code, sent_modifiers = split_service(called)
                yield {
                    "payer_id": payer,
                    "payer_program": named,
                    "service_code": sent_code,
                    "modifiers": sent_modifiers,
                    "valid_from": version.first_day,
                    "valid_to": version.last_day,
                    "contract_version": version.number,
                    "payer_name": contract.name,
                    "payer_edi_id": contract.edi_id,
                    "claim_filing_code": contract.claim_filing_code,
                    "maps_to_payer_id": contract.payer,
                    "maps_to_program": program,
                    "maps_to_service_code": code,
                    "maps_to_modifiers": modifiers,
                    "disciplines": ";".join(service.disciplines),
                    "mapping": mapping,
                    "contract_owner": contract.owner,
                    "source_updated_at": datetime.combine(version.changed_on, time(), UTC),
                    "updated_by": version.changed_by,
                    **service.terms,
                }


def split_service(name: str) -> tuple[str, str]:
    """``T1019 U1 U2`` as code and modifiers: ``T1019`` and ``U1;U2``, or ``-`` without any."""
    code, *modifiers = name.split()
    return code, ";".join(modifiers) or "-"


def as_text(row: Row) -> dict[str, str | None]:
    """A row as landing reads it."""
    return {name: _text(value) for name, value in row.items()}


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)
