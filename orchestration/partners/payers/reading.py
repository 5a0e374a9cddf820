"""A payer's contract file, as its contract manager writes it.

    payer, name, edi_id, ...        whom it is with, and who answers for it
    [terms]                         what holds for every service unless it says otherwise
    [[version]]                     from when until when, who changed it, who looked at it last
    [version.terms]                 what is different in that version
    [version.programs]              our name of a programme = what others call it
    [version.services."T1019 U1"]   a service with its modifiers in claim order, and its own terms

A file is read whole or refused whole, with the line and the mend of every fault.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from orchestration.ground.contracts import Column
from orchestration.ground.failures import Fault, FileRefused
from orchestration.ground.toml_file import TomlFile, parse_toml
from orchestration.partners.payers.contract import Contract, Facts, Service, Version
from orchestration.partners.payers.dates import REQUIRED, closed, odd_dates, out_of_line
from orchestration.partners.payers.terms import Wrong, column_of, misfit, nearest, stored

_HEAD = ("payer", "name", "edi_id", "claim_filing_code", "owner")
_OF_VERSION = frozenset({*REQUIRED, "last_day", "terms", "programs", "services"})
_OF_SERVICE = ("also_called", "disciplines", "programs")
_SERVICE = re.compile(r"[A-Z0-9]{2,5}( [A-Z0-9]{2}){0,4}")
_SHAPES = {
    "payer": (r"[A-Z0-9][A-Z0-9-]{1,63}", "capital letters, digits and dashes"),
    "edi_id": (r"[A-Z0-9]{2,15}", "2 to 15 capital letters and digits"),
    "claim_filing_code": (r"[A-Z0-9]{2}", "two capital letters or digits, like MC"),
}


def read_contract(columns: Mapping[str, Column], path: Path, text: str) -> Contract:
    """Read a contract file.

    Args:
        columns: The terms there are: name to what its value may be.
        path: Its name; the stem must be the payer's id in small letters.
        text: Its text.

    Raises:
        FileRefused: it contradicts itself or lacks something; every fault is told.
    """
    draft = _Draft(parse_toml(path, text), columns)
    contract = draft.contract()
    if draft.faults:
        raise FileRefused(sorted(draft.faults, key=lambda fault: fault.line))
    return contract


class _Draft:
    """A contract being read; what is wrong with it is gathered in ``faults``."""

    def __init__(self, file: TomlFile, columns: Mapping[str, Column]) -> None:
        self.file = file
        self.columns = columns
        self.faults: list[Fault] = []

    def contract(self) -> Contract:
        """What could be read."""
        facts = self.file.facts
        self._known(facts, (*_HEAD, "also_called", "terms", "version"), "a contract")
        head = {key: self._head(facts, key) for key in _HEAD}
        wanted = f"{head['payer'].lower()}.toml"
        if head["payer"] and self.file.path.name != wanted:
            self._fault(
                f"the contract of {head['payer']} stands in {self.file.path.name}",
                f"One file answers for a payer: keep one, and call it {wanted}.",
                "",
                "payer",
            )
        shared = self._terms(_table(facts, "terms"), "terms")
        given = [one for one in _list(facts, "version") if isinstance(one, Mapping)]
        if not given:
            self._fault("there is no version", "Add a [[version]] with its first day.")
        versions = [
            version
            for nth, facts_of in enumerate(given)
            if (version := self._version(nth, facts_of, shared, given[:nth])) is not None
        ]
        return Contract(
            path=self.file.path,
            also_called=self._names(facts, "also_called"),
            versions=self._in_line(versions),
            **head,
        )

    def _head(self, facts: Facts, key: str) -> str:
        value = facts.get(key)
        if key == "owner" and isinstance(value, list):
            self._fault("a contract has one owner", "Name one role, as text.", "", key)
        elif not isinstance(value, str) or not value:
            self._fault(f"{key} is missing or no text", f'Write {key} = "...".', "", key)
        elif key in _SHAPES and not re.fullmatch(_SHAPES[key][0], value):
            self._fault(f"{key} is {value}", f"It has {_SHAPES[key][1]}.", "", key)
        else:
            return value
        return ""

    # --- versions ---

    def _version(
        self, nth: int, facts: Facts, shared: Facts, before: Sequence[Facts]
    ) -> Version | None:
        self._known(facts, _OF_VERSION, "a version", "version", nth)
        so_far = len(self.faults)
        self._check_dates(nth, facts)
        if len(self.faults) > so_far:
            return None
        terms = {
            **shared,
            "last_validated_on": facts["last_validated_on"],
            "review_on": facts["review_on"],
            **self._terms(_table(facts, "terms"), "version.terms", _so_far(before, "terms")),
        }
        place = _so_far(before, "programs")
        programs = {
            name: self._names(_table(facts, "programs"), name, "version.programs", place)
            for name in _table(facts, "programs")
        }
        if not programs:
            self._fault(
                "the version names no programme", "Add [version.programs].", "version", nth=nth
            )
        services = tuple(self._services(facts, terms, programs, before))
        if not services:
            self._fault(
                "the version pays no service", "Add [version.services.CODE].", "version", nth=nth
            )
        return Version(
            number=facts["number"],
            first_day=facts["first_day"],
            last_day=facts.get("last_day"),
            changed_on=facts["changed_on"],
            changed_by=str(facts["changed_by"]),
            programs=programs,
            services=services,
            line=self.file.line("version", nth=nth),
        )

    def _check_dates(self, nth: int, facts: Facts) -> None:
        for key in REQUIRED:
            if key not in facts:
                self._fault(f"the version has no {key}", "Add it.", "version", nth=nth)
        for key, what, mend in odd_dates(facts):
            self._fault(what, mend, "version", key, nth=nth)

    def _in_line(self, versions: Sequence[Version]) -> tuple[Version, ...]:
        """By first day, each ending the day before the next begins."""
        for version, what, mend in out_of_line(versions):
            self._at(version.line, what, mend)
        return closed(versions)

    # --- services ---

    def _services(
        self,
        facts: Facts,
        terms: Facts,
        programs: Mapping[str, tuple[str, ...]],
        before: Sequence[Facts],
    ) -> Iterator[Service]:
        for name, said in _table(facts, "services").items():
            section = f"version.services.{name}"
            nth = sum(name in _table(earlier, "services") for earlier in before)
            line = self.file.line(section, nth=nth)
            if not _SERVICE.fullmatch(name):
                self._at(line, f"{name} is no service", _A_SERVICE)
                continue
            if not isinstance(said, Mapping):
                self._at(line, f"{name} says nothing", f'Write [version.services."{name}"].')
                continue
            own = {key: value for key, value in said.items() if key not in _OF_SERVICE}
            paid = self._names(said, "programs", section, nth) or tuple(programs)
            called = self._names(said, "also_called", section, nth)
            for other in (one for one in paid if one not in programs):
                self._fault(
                    f"the version has no programme {other}",
                    nearest(other, programs),
                    section,
                    "programs",
                    nth=nth,
                )
            for other in (one for one in called if not _SERVICE.fullmatch(one)):
                self._fault(f"{other} is no service", _A_SERVICE, section, "also_called", nth=nth)
            disciplines = self._names(said, "disciplines", section, nth)
            if not disciplines:
                self._at(
                    line,
                    f"nobody says who may give {name}",
                    'Add disciplines, like disciplines = ["aide"].',
                )
            service = Service(
                name=name,
                also_called=called,
                disciplines=disciplines,
                programs=paid,
                terms={**terms, **self._terms(own, section, nth)},
                line=line,
            )
            self._complete(service)
            yield service

    def _complete(self, service: Service) -> None:
        """Nothing that a line needs is left open."""
        lacking = [
            "rate" if name == "rate_cents" else name
            for name, column in self.columns.items()
            if column.required and column.default is None and name not in service.terms
        ]
        if lacking:
            self._at(
                service.line,
                f"{service.name} has no {', '.join(lacking)}",
                "Add it to the service, or to [version.terms] for all of them.",
            )

    # --- values ---

    def _terms(self, given: Facts, section: str, nth: int = 0) -> dict[str, Any]:
        found = {}
        for term, said in given.items():
            name, value = column_of(term), stored(term, said)
            column = self.columns.get(name)
            wrong: Wrong | None = (
                (f"{term} is no term", nearest(term, [*self.columns, "rate"]))
                if column is None or term == "rate_cents"
                else misfit(term, column, value)
            )
            if wrong:
                self._fault(*wrong, section, term, nth=nth)
            found[name] = value
        return found

    def _names(self, given: Facts, key: str, section: str = "", nth: int = 0) -> tuple[str, ...]:
        value = given.get(key, [])
        if isinstance(value, list) and all(isinstance(one, str) and one for one in value):
            return tuple(value)
        self._fault(f"{key} is no list", 'Write it like ["A", "B"].', section, key, nth=nth)
        return ()

    def _known(
        self, given: Facts, known: Sequence[str] | frozenset[str], what: str, section: str = "",
        nth: int = 0,
    ) -> None:  # fmt: skip
        for key in given:
            if key not in known:
                self._fault(f"{what} has no {key}", nearest(key, known), section, key, nth=nth)

    def _fault(self, what: str, mend: str, section: str = "", *needles: str, nth: int = 0) -> None:
        self.faults.append(self.file.fault(what, mend, section, *needles, nth=nth))

    def _at(self, line: int, what: str, mend: str) -> None:
        self.faults.append(Fault(self.file.path, line, what, mend))


_A_SERVICE = 'Write its code and modifiers in claim order, with blanks between: "T1019 U1".'


def _so_far(before: Sequence[Facts], key: str) -> int:
    """How many earlier versions have such a table: which of several of that name this one is."""
    return sum(key in earlier for earlier in before)


def _table(given: Facts, key: str) -> Facts:
    value = given.get(key, {})
    return value if isinstance(value, Mapping) else {}


def _list(given: Facts, key: str) -> list[Any]:
    value = given.get(key, [])
    return value if isinstance(value, list) else []
