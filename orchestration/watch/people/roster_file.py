"""The agency's ``roster.toml``: read whole, or refused with every fault's line and mend."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from orchestration.flow.edits import OWNER_ROLES
from orchestration.ground.agency import Agency, read_agency
from orchestration.ground.failures import Fault, FileRefused
from orchestration.ground.toml_file import TomlFile, parse_toml, read_text
from orchestration.watch.people.roster import Leave, Person, Role, Roster, Shift
from orchestration.watch.people.shifts import Hours, LocalDays, gaps, overlaps, parse_hours

ROSTER = "roster.toml"
_EVERY_HOUR, _ = parse_hours("every day 00:00-24:00")
_TABLES = frozenset({"last_resort", "people", "roles", "leave"})
_ROLE = frozenset({"shifts", "covers", "deputies", "manager"})
_LEAVE = frozenset({"person", "first", "last", "deputy"})


def read_roster(folder: Path) -> Roster:
    """The roster as it lies in the agency's folder.

    Raises:
        ContractFailure: it, or the agency's own file, is wrong.
    """
    path = folder / ROSTER
    return roster_reader(read_agency(folder))(path, read_text(path))


def roster_reader(agency: Agency) -> Callable[[Path, str], Roster]:
    """What reads a roster's text, for an agency with that zone and those closures."""
    return partial(_parse, agency)


def _parse(agency: Agency, path: Path, text: str) -> Roster:
    draft = _Draft(parse_toml(path, text), agency)
    roster = draft.roster()
    if draft.faults:
        raise FileRefused(sorted(draft.faults, key=lambda fault: fault.line))
    return roster


class _Draft:
    """A roster being read; what is wrong with it is gathered in ``faults``."""

    def __init__(self, file: TomlFile, agency: Agency) -> None:
        self.file = file
        self.agency = agency
        self.faults: list[Fault] = []
        self.people: dict[str, Person] = {}

    def roster(self) -> Roster:
        """What could be read."""
        facts = self.file.facts
        self._known_keys(facts, _TABLES, "", "the roster")
        self.people = dict(self._people(self._table(facts, "people")))
        roles = dict(self._roles(self._table(facts, "roles")))
        last_resort = str(facts.get("last_resort", ""))
        self._managers(roles)
        self._last_resort(roles, last_resort)
        leave = tuple(self._leave(facts.get("leave")))
        self._at_once(leave)
        days = LocalDays(self.agency.zone_info, self.agency.closures)
        return Roster(self.people, roles, leave, last_resort, days)

    def _wrong(self, what: str, mend: str, *place: str, nth: int = 0) -> None:
        self.faults.append(self.file.fault(what, mend, *place, nth=nth))

    def _table(self, facts: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        found = facts.get(name)
        if isinstance(found, dict) and found:
            return found
        self._wrong(f"[{name}] is missing", "Copy it from the sample agency's, then change it.")
        return {}

    def _known_keys(
        self, facts: Mapping[str, Any], known: frozenset[str], section: str, what: str
    ) -> None:
        for key in sorted(set(facts) - known):
            mend = f"Remove it, or write one of {', '.join(sorted(known))}."
            self._wrong(f"{what} knows no {key}", mend, section, key)

    def _people(self, facts: Mapping[str, Any]) -> Iterator[tuple[str, Person]]:
        for name, email in facts.items():
            if not isinstance(email, str) or "@" not in email.strip("@"):
                mend = f'Write {name} = "somebody@your-agency".'
                self._wrong(f"{name} has no e-mail address", mend, "people", name)
            yield name, Person(name, str(email))

    def _roles(self, facts: Mapping[str, Any]) -> Iterator[tuple[str, Role]]:
        for name in sorted(OWNER_ROLES - set(facts)):
            mend = f'Add [roles."{name}"] with shifts = ["Mon-Fri 08:00-17:00 somebody"].'
            self._wrong(f"nobody answers for {name}", mend)
        for name, role in facts.items():
            section = f"roles.{name}"
            if name not in OWNER_ROLES:
                mend = f"Roles are {', '.join(sorted(OWNER_ROLES))}."
                self._wrong(f"{name} is no role", mend, section)
            if not isinstance(role, dict):
                self._wrong(f"{name} is no table", f'Write [roles."{name}"].', "roles", name)
                continue
            self._known_keys(role, _ROLE, section, name)
            yield name, self._role(name, role, section)

    def _role(self, name: str, facts: Mapping[str, Any], section: str) -> Role:
        shifts = tuple(self._shifts(name, facts.get("shifts"), section))
        deputies = self._names(facts.get("deputies", []), section, "deputies")
        covers = str(facts.get("covers", ""))
        wanted = [hours for hours, _ in self._read_hours(covers, section, "covers")]
        for hole in list(gaps(wanted, [shift.hours for shift in shifts]))[:1]:
            mend = "Add a shift for it, or change covers."
            self._wrong(f"{name} has nobody on {hole}", mend, section, "shifts")
        return Role(shifts, deputies, facts.get("manager"))

    def _shifts(self, name: str, written: Any, section: str) -> Iterator[Shift]:
        if not isinstance(written, list) or not written:
            mend = 'Write shifts = ["Mon-Fri 08:00-17:00 somebody"].'
            self._wrong(f"{name} has no shifts", mend, section, "shifts")
            return
        before: list[tuple[str, Hours]] = []
        for text in map(str, written):
            for hours, rest in self._read_hours(text, section, "shifts", text):
                if not rest:
                    self._wrong("this shift is nobody's", "Add a name to it.", section, text)
                for other, known in before:
                    for both in list(overlaps(hours, known))[:1]:
                        what = f"{name} has two shifts at once on {both}: {other!r} is the other"
                        mend = "Let one end where the other begins, or put both names in one."
                        self._wrong(what, mend, section, text)
                before.append((text, hours))
                yield Shift(hours, self._names(rest.replace(",", " ").split(), section, text))

    def _names(self, names: Any, section: str, needle: str, nth: int = 0) -> tuple[str, ...]:
        found = tuple(map(str, names)) if isinstance(names, list) else (str(names),)
        for name in found:
            if name not in self.people:
                what = f"{name} is nobody in [people]"
                self._wrong(what, "Add them there, or mend the name.", section, needle, nth=nth)
        return found

    def _read_hours(self, text: str, *place: str) -> list[tuple[Hours, str]]:
        try:
            return [parse_hours(text)] if text else []
        except ValueError as error:
            self._wrong(str(error), "Mend the hours.", *place)
            return []

    def _managers(self, roles: Mapping[str, Role]) -> None:
        for name, role in roles.items():
            section = f"roles.{name}"
            seen, at = [name], role.manager
            while at is not None and at not in seen:
                seen.append(at)
                at = roles[at].manager if at in roles else None
            if role.manager is not None and role.manager not in roles:
                what = f"{role.manager}, who {name} escalates to, has no shifts here"
                self._wrong(what, "Add that role, or name another manager.", section, "manager")
            elif at == name:
                what = f"{' escalates to '.join((*seen, name))}: a ring nobody ends"
                self._wrong(what, "Let one of them have no manager.", section, "manager")

    def _last_resort(self, roles: Mapping[str, Role], last_resort: str) -> None:
        if last_resort not in roles:
            what = "last_resort is none of the roles"
            mend = 'Write last_resort = "Data on-call" above the first table.'
            self._wrong(what, mend, "", "last_resort")
            return
        given = [shift.hours for shift in roles[last_resort].shifts]
        for hole in list(gaps([_EVERY_HOUR], given))[:1]:
            mend = "Somebody must take what nobody else does at every hour: add a shift."
            self._wrong(f"{last_resort} has nobody on {hole}", mend, f"roles.{last_resort}")

    def _leave(self, written: Any) -> Iterator[Leave]:
        tables = (
            [each if isinstance(each, dict) else {} for each in written]
            if isinstance(written, list)
            else []
        )
        for nth, facts in enumerate(tables):
            first, last, deputy = facts.get("first"), facts.get("last"), facts.get("deputy")
            for key in sorted(set(facts) - _LEAVE):
                self._wrong(f"a leave knows no {key}", "Remove it.", "leave", key, nth=nth)
            (person,) = self._names(str(facts.get("person", "")), "leave", "person", nth)
            if deputy is not None:
                self._names(str(deputy), "leave", "deputy", nth)
            if type(first) is not date or type(last) is not date:
                mend = "Write first = 2026-12-21 and last = 2026-12-27, both days away."
                self._wrong("this leave has no days", mend, "leave", nth=nth)
            elif last < first:
                mend = "Let last be the same day or a later one."
                self._wrong("this leave ends before it begins", mend, "leave", "last", nth=nth)
            elif deputy == person:
                what = f"{person} cannot stand in for themselves"
                self._wrong(what, "Name somebody else.", "leave", "deputy", nth=nth)
            else:
                yield Leave(person, first, last, deputy)

    def _at_once(self, leave: tuple[Leave, ...]) -> None:
        for nth, one in enumerate(leave):
            for other in leave[:nth]:
                meet = one.first <= other.last and other.first <= one.last
                if one.person == other.person and meet:
                    what = (
                        f"{one.person} has two leaves at once, from {other.first} and {one.first}"
                    )
                    self._wrong(what, "Make one of them.", "leave", nth=nth)
