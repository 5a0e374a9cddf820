"""The agency's ``pager.toml``: read whole, or refused with every fault's line and mend."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from functools import partial
from pathlib import Path
from typing import Any, get_args, get_type_hints

from orchestration.flow.edits import OWNER_ROLES
from orchestration.ground.agency import Agency, read_agency
from orchestration.ground.failures import Fault, FileRefused
from orchestration.ground.settings import Settings
from orchestration.ground.toml_file import TomlFile, parse_toml, read_text
from orchestration.watch.looking.conditions import Severity
from orchestration.watch.paging.channel import Channel, kinds
from orchestration.watch.paging.page import Place, name_of_ours
from orchestration.watch.paging.pager import Destination, Pager, Route
from orchestration.watch.paging.telling_file import read_rules

PAGER = "pager.toml"
_TABLES = frozenset({"links", "channels", "routes", "telling"})
_ROUTE = frozenset({"severities", "roles", "channels", "otherwise"})
_VARIABLE = re.compile(r"CAREHOPS_[A-Z0-9_]+")
_OURS = frozenset({"kind", "secret"})


def read_pager(settings: Settings) -> Pager:
    """The pager as it is set up in the agency's folder.

    Raises:
        ContractFailure: it, or the agency's own file, is wrong.
    """
    path = settings.agency_folder / PAGER
    agency = read_agency(settings.agency_folder)
    return pager_reader(agency, settings.home)(path, read_text(path))


def pager_reader(agency: Agency, home: Path) -> Callable[[Path, str], Pager]:
    """What reads a pager's text; folders and files in it are inside ``home``."""
    return partial(_parse, agency, home)


def _parse(agency: Agency, home: Path, path: Path, text: str) -> Pager:
    draft = _Draft(parse_toml(path, text), agency, home)
    pager = draft.pager()
    if draft.faults:
        raise FileRefused(sorted(draft.faults, key=lambda fault: fault.line))
    return pager


class _Draft:
    """A pager being read; what is wrong with it is gathered in ``faults``."""

    def __init__(self, file: TomlFile, agency: Agency, home: Path) -> None:
        self.file = file
        self.agency = agency
        self.home = home
        self.faults: list[Fault] = []

    def pager(self) -> Pager:
        """What could be read."""
        facts = self.file.facts
        for key in sorted(set(facts) - _TABLES):
            self._wrong(f"the pager knows no {key}", "Remove it.", "", key)
        links = _table(facts.get("links"))
        agency = str(self.agency.facts["agency"].get("id", "carehops"))
        place = Place(agency, str(links.get("dagster", "")), str(links.get("runbooks", "")))
        if not (place.dagster and place.runbooks):
            mend = 'Write dagster = "https://..." and runbooks = "docs/runbooks".'
            self._wrong("[links] must say where Dagster and the runbooks are", mend, "links")
        destinations = dict(self._destinations(_table(facts.get("channels"))))
        names = frozenset(_table(facts.get("channels")))
        written = facts.get("routes")
        routes = tuple(self._routes(written if isinstance(written, list) else [], names))
        self._everything_goes_somewhere(routes)
        rules = read_rules(_table(facts.get("telling")), self.agency, self._wrong)
        return Pager(destinations, routes, place, rules)

    def _wrong(self, what: str, mend: str, *place: str, nth: int = 0) -> None:
        self.faults.append(self.file.fault(what, mend, *place, nth=nth))

    def _destinations(self, facts: Mapping[str, Any]) -> Iterator[tuple[str, Destination]]:
        if not facts:
            self._wrong("there is no channel", 'Add [channels.pages] with kind = "file".')
        for name, written in facts.items():
            section, options = f"channels.{name}", _table(written)
            if name_of_ours(name) != name:
                mend = "Use lower-case letters, - and _."
                self._wrong(f"{name} is no name for a channel", mend, section)
            kind = kinds().get(str(options.get("kind")))
            if kind is None:
                mend = f"Write kind = one of {', '.join(sorted(kinds()))}."
                self._wrong(f"{name} is of no kind there is", mend, section, "kind")
                continue
            channel = self._channel(name, kind, options, section)
            if channel is not None:
                yield name, Destination(name, channel, self._secret(kind, options, section))

    def _secret(self, kind: type[Channel], options: Mapping[str, Any], section: str) -> str:
        name = str(options.get("secret", ""))
        wanted = kind.needs and (kind.needs_always or name or "user" in options)
        if wanted and not name:
            mend = 'Write secret = "CAREHOPS_..." and set that variable to it.'
            self._wrong(f"no variable is named for {kind.needs}", mend, section)
        elif name and not _VARIABLE.fullmatch(name):
            # never repeated: somebody has put the secret itself there
            mend = 'Write secret = "CAREHOPS_..." and set that variable; never the secret itself.'
            self._wrong("secret is no name of a variable", mend, section, "secret")
        return name

    def _channel(
        self, name: str, kind: type[Channel], options: Mapping[str, Any], section: str
    ) -> Channel | None:
        hints = get_type_hints(kind)
        known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]  # a dataclass
        before = len(self.faults)
        for key in sorted(set(options) - set(known) - _OURS):
            mend = f"Remove it, or write one of {', '.join(sorted(known))}."
            self._wrong(f"{name} knows no {key}", mend, section, key)
        for key, field in known.items():
            if key not in options and field.default is MISSING:
                self._wrong(f"{name} needs {key}", f"Add {key} = ...", section)
        given = {
            key: self._option(name, key, hints[key], options.get(key, field.default), section)
            for key, field in known.items()
            if key in options or field.default is not MISSING
        }
        if len(self.faults) > before:
            return None
        channel = kind(**given)
        for key, what, mend in channel.faults():
            self._wrong(what, mend, section, key)
        return channel

    def _option(self, name: str, key: str, hint: Any, value: Any, section: str) -> Any:
        wanted = [each for each in get_args(hint) if each is not type(None)] or [hint]
        if value is None or wanted == [Path]:
            return None if value is None else self.home / str(value)
        if wanted == [float] and type(value) in {int, float} and value > 0:
            return float(value)
        if wanted != [type(value)]:
            mend = f"Write it as {wanted[0].__name__}."
            self._wrong(f"{name}'s {key} is no {wanted[0].__name__}", mend, section, key)
        return value

    def _routes(self, written: Sequence[Any], names: frozenset[str]) -> Iterator[Route]:
        for nth, facts in enumerate(map(_table, written)):
            for key in sorted(set(facts) - _ROUTE):
                self._wrong(f"a route knows no {key}", "Remove it.", "routes", key, nth=nth)
            severities = self._some(facts, "severities", frozenset(get_args(Severity)), nth)
            roles = self._some(facts, "roles", OWNER_ROLES, nth)
            channels = self._some(facts, "channels", names, nth)
            otherwise = self._some(facts, "otherwise", names, nth)
            if not channels:
                mend = "Write channels = [...]."
                self._wrong("this route goes nowhere", mend, "routes", nth=nth)
            every = get_args(Severity)
            yield Route(
                frozenset(severities or every),  # type: ignore[arg-type]  # checked just above
                frozenset(roles) or None,
                channels,
                otherwise,
            )

    def _some(
        self, facts: Mapping[str, Any], key: str, known: frozenset[str], nth: int
    ) -> tuple[str, ...]:
        found = facts.get(key, [])
        found = tuple(map(str, found)) if isinstance(found, list) else (str(found),)
        for name in found:
            if name not in known:
                mend = f"There are {', '.join(sorted(known))}."
                self._wrong(f"{name} is none of the {key}", mend, "routes", key, nth=nth)
        return found

    def _everything_goes_somewhere(self, routes: Sequence[Route]) -> None:
        for severity in get_args(Severity):
            for role in sorted(OWNER_ROLES):
                if not any(route.takes(severity, role) for route in routes):
                    mend = "End with a [[routes]] that names channels only: it takes the rest."
                    self._wrong(f"{severity} for {role} goes nowhere", mend, "routes", nth=99)
                    return


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
