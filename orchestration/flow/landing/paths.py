"""Ways into a JSON element: ``Calls[CallAssignment=Call In].CallDateTime``."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orchestration.flow.landing.headers import check_fields
from orchestration.ground.failures import ContractFailure

_STEP = re.compile(r"([^.\[\]]+)(?:\[(?:(\d+)|([^=\]]+)=([^\]]*))\])?(?:\.|$)")


@dataclass(frozen=True, slots=True)
class Step:
    """One step into an element: a name, and which of a list when there is one.

    Args:
        name: The field.
        place: Of the list below it, this one.
        key: Of the list below it, the first whose ``key`` is ``value``.
        value: See ``key``.
    """

    name: str
    place: int | None = None
    key: str | None = None
    value: str | None = None


def read_path(written: str) -> tuple[Step, ...]:
    """Take a path such as ``Calls[CallAssignment=Call In].CallDateTime`` apart.

    Raises:
        ContractFailure: it is not written as the contract says.
    """
    steps: list[Step] = []
    at = 0
    while at < len(written):
        found = _STEP.match(written, at)
        if found is None:
            message = f"{written!r} is no path; write Name, Name[0].Name or Name[Key=Value].Name"
            raise ContractFailure(message)
        name, place, key, value = found.groups()
        steps.append(Step(name, None if place is None else int(place), key, value))
        at = found.end()
    return tuple(steps)


def pick(element: object, path: Sequence[Step]) -> object:
    """What lies at the end of the path, or None when the way ends early."""
    for step in path:
        if not isinstance(element, dict):
            return None
        element = element.get(step.name)
        if step.place is None and step.key is None:
            continue
        among = element if isinstance(element, list) else []
        if step.place is not None:
            element = among[step.place] if step.place < len(among) else None
        else:
            element = next(
                (
                    one
                    for one in among
                    if isinstance(one, dict) and as_text(one.get(step.key)) == step.value
                ),
                None,
            )
    return element


def as_text(value: object) -> str | None:
    """One value as it is written, or None for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else None


class FieldsSeen:
    """Which fields the elements of a file had, to be held against the paths of the contract.

    An unknown field at the top stops the file. Below that senders tell much that nobody asked
    for, so an unknown field counts there only when one that was asked for never came.
    """

    def __init__(self, ways: Iterable[Sequence[Step]]) -> None:
        self._wanted: dict[str, None] = {}
        self._below: dict[str, set[str]] = {}
        for way in ways:
            self._wanted[way[0].name] = None
            if len(way) > 1:
                asked = {way[1].name, *filter(None, [way[0].key])}
                self._below.setdefault(way[0].name, set()).update(asked)
        self._seen: dict[str, None] = {}
        self._seen_below: dict[str, dict[str, None]] = {name: {} for name in self._below}

    def look_at(self, element: Mapping[str, Any]) -> None:
        """Remember the fields of one element."""
        self._seen.update(dict.fromkeys(element))
        for name, seen in self._seen_below.items():
            lower = element.get(name)
            for one in lower if isinstance(lower, list) else [lower]:
                if isinstance(one, dict):
                    seen.update(dict.fromkeys(one))

    def check(self) -> None:
        """After the last element: were they those of the contract?

        Raises:
            Quarantined: a field was added or renamed.
        """
        check_fields(list(self._seen), list(self._wanted))
        for name, asked in self._below.items():
            seen = self._seen_below[name]
            if seen and not asked <= set(seen):
                check_fields(list(seen), sorted(asked))
