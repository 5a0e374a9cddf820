"""Who may approve which exceptions and review which deviations: ``approvers.toml`` of the agency.

Rights belong to roles, roles to people, and both have dates. Without the file nobody may approve.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, TypeVar

from orchestration.ground.failures import ContractFailure

NAME = "approvers.toml"
_Read = TypeVar("_Read")


@dataclass(frozen=True)
class Span:
    """Days something holds on, both included; an open end is None."""

    first: date
    last: date | None

    def holds(self, day: date) -> bool:
        """Whether it holds on that day."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Right:
    """What a role may approve or review: codes of edits, kinds of deviation, ``*`` for anything."""

    role: str
    codes: tuple[str, ...]
    span: Span


@dataclass(frozen=True)
class Person:
    """Somebody, with the roles they hold and the names source systems know them by."""

    name: str
    roles: tuple[str, ...]
    logins: frozenset[str]
    span: Span


@dataclass(frozen=True)
class Approvers:
    """Everybody who may approve anything.

    Args:
        path: The file, for messages.
        rights: Of roles, to approve.
        people: With their roles.
        reviews: Rights of roles to review, by kind of deviation.
    """

    path: Path
    rights: tuple[Right, ...] = ()
    people: tuple[Person, ...] = ()
    reviews: tuple[Right, ...] = ()

    def role_for(self, name: str, code: str, day: date) -> str | None:
        """The role by which somebody may approve a code on a day, or None."""
        return self._role(self.rights, name, code, day)

    def reviewer_role(self, name: str, kind: str, day: date) -> str | None:
        """The role by which somebody may review a kind of deviation on a day, or None."""
        return self._role(self.reviews, name, kind, day)

    def _role(self, rights: tuple[Right, ...], name: str, code: str, day: date) -> str | None:
        held = {
            role
            for person in self.people
            if person.name == name and person.span.holds(day)
            for role in person.roles
        }
        return next((role for role in _holders(rights, code, day) if role in held), None)

    def names_of(self, name: str) -> frozenset[str]:
        """All names a person goes by, in lower case."""
        logins = (person.logins for person in self.people if person.name == name)
        return frozenset({name.lower()}).union(*logins)

    def roles_for(self, code: str, day: date) -> tuple[str, ...]:
        """The roles that may approve a code on a day."""
        return tuple(sorted(set(_holders(self.rights, code, day))))

    def reviewer_roles(self, kind: str, day: date) -> tuple[str, ...]:
        """The roles that may review a kind of deviation on a day."""
        return tuple(sorted(set(_holders(self.reviews, kind, day))))


def _holders(rights: tuple[Right, ...], code: str, day: date) -> list[str]:
    """Roles whose right is for a code, on a day, as the file orders them."""
    return [
        right.role
        for right in rights
        if right.span.holds(day) and any(fnmatchcase(code, wanted) for wanted in right.codes)
    ]


def read_approvers(folder: Path) -> Approvers:
    """Read ``approvers.toml``.

    Raises:
        ContractFailure: an entry lacks something or has its dates reversed; the message names
            the file, the entry and the key.
    """
    path = folder / NAME
    try:
        facts = tomllib.loads(path.read_text())
    except FileNotFoundError:
        return Approvers(path)
    except tomllib.TOMLDecodeError as error:
        message = f"{path}: {error}"
        raise ContractFailure(message) from None
    return Approvers(
        path,
        _entries(path, facts, "right", _right),
        _entries(path, facts, "person", _person),
        _entries(path, facts, "review", _review),
    )


def _entries(
    path: Path, facts: Mapping[str, Any], kind: str, read: Callable[[Mapping[str, Any]], _Read]
) -> tuple[_Read, ...]:
    found = []
    for number, entry in enumerate(facts.get(kind, ()), start=1):
        where = f"{path}: [[{kind}]] number {number}"
        try:
            found.append(read(entry))
        except KeyError as error:
            message = f"{where}: {error.args[0]} is missing"
            raise ContractFailure(message) from None
        except ValueError as error:
            message = f"{where}: {error}"
            raise ContractFailure(message) from None
    return tuple(found)


def _right(entry: Mapping[str, Any]) -> Right:
    return Right(str(entry["role"]), _words(entry, "codes"), _span(entry))


def _review(entry: Mapping[str, Any]) -> Right:
    return Right(str(entry["role"]), _words(entry, "kinds"), _span(entry))


def _person(entry: Mapping[str, Any]) -> Person:
    logins = frozenset(str(login).lower() for login in entry.get("logins", ()))
    return Person(str(entry["name"]), _words(entry, "roles"), logins, _span(entry))


def _words(entry: Mapping[str, Any], key: str) -> tuple[str, ...]:
    words = entry[key]
    if not isinstance(words, list) or not words:
        message = f'{key} must be a list, like ["..."]'
        raise ValueError(message)
    return tuple(str(word) for word in words)


def _span(entry: Mapping[str, Any]) -> Span:
    first, last = entry["valid_from"], entry.get("valid_to")
    if type(first) is not date or (last is not None and type(last) is not date):
        message = "valid_from and valid_to must be days, like 2026-01-31, without quotes"
        raise ValueError(message)
    if last is not None and last < first:
        message = "valid_to is before valid_from"
        raise ValueError(message)
    return Span(first, last)
