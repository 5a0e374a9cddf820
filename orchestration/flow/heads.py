"""The head of a rule's SQL file: a name and a sentence, then ``-- key: value`` lines.

-- EVV-NO-OUT: The visit has no clock-out.
-- owner: EVV coordinator
-- clinical: A value goes on
--   in the next line.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from orchestration.ground.failures import ContractFailure

_FIRST_LINE = re.compile(r"-- ([A-Za-z0-9_-]{3,40}): (.+)")
_LINE = re.compile(r"-- ([a-z]+): (.+)")


@dataclass(frozen=True)
class Head:
    """What the leading comment of a file says.

    Args:
        path: The file.
        name: What stands before the colon of the first line.
        sentence: What stands behind it.
        values: The rest, by key.
    """

    path: Path
    name: str
    sentence: str
    values: dict[str, str]

    def one_of(self, key: str, allowed: Iterable[str], default: str | None = None) -> str:
        """A value that must be one of a few.

        Raises:
            ContractFailure: it is another.
        """
        value = self.values.get(key, default or "")
        if value not in allowed:
            message = (
                f"{self.path}: {key} is {value!r}; use one of {', '.join(sorted(set(allowed)))}"
            )
            raise ContractFailure(message)
        return value


def read_head(path: Path, needed: tuple[str, ...], optional: tuple[str, ...] = ()) -> Head:
    """Read the head of a file.

    Raises:
        ContractFailure: it lacks a key or has one that nobody knows; the message names the line.
    """
    lines = path.read_text().splitlines()
    first = _FIRST_LINE.fullmatch(lines[0]) if lines else None
    if first is None:
        message = f"{path}:1: the first line must be '-- NAME: what it is, in one sentence'"
        raise ContractFailure(message)
    values: dict[str, str] = {}
    last = ""
    for number, line in enumerate(lines[1:], start=2):
        if not line.startswith("--"):
            break
        found = _LINE.fullmatch(line)
        if found and found[1] in (*needed, *optional):
            last = found[1]
            values[last] = found[2]
        elif last and line.startswith("--   "):
            values[last] += " " + line.removeprefix("--").strip()
        else:
            message = f"{path}:{number}: not one of {', '.join((*needed, *optional))}"
            raise ContractFailure(message)
    missing = [key for key in needed if key not in values]
    if missing:
        message = f"{path}: the head lacks {', '.join(missing)}"
        raise ContractFailure(message)
    return Head(path, first[1], first[2], values)
