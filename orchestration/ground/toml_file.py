"""Files the agency writes, read so that whatever is wrong is said with its line and its mend."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.ground.failures import Fault, FileRefused

_HEADER = re.compile(r"^\s*\[+(.*?)\]+\s*(#.*)?$")
_AT_LINE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)")


@dataclass(frozen=True)
class TomlFile:
    """A file that could be read as TOML.

    Args:
        path: Where it lies.
        text: Its text.
        facts: What stands in it.
    """

    path: Path
    text: str
    facts: Mapping[str, Any]

    def line(self, section: str = "", *needles: str, nth: int = 0) -> int:
        """The line where something stands, counted from 1.

        Args:
            section: Its table, without brackets and quotes: ``roles.Scheduler``.
            needles: Each is looked for at or after the line of the one before, inside the table;
                what cannot be found is passed over.
            nth: Which of several tables of that name, from 0.
        """
        lines = self.text.splitlines()
        first, last = self._section(lines, section, nth)
        at = first
        for needle in needles:
            at = next((n for n in range(at, last) if needle in lines[n]), at)
        return at + 1

    def fault(self, what: str, mend: str, section: str = "", *needles: str, nth: int = 0) -> Fault:
        """Something wrong in that place; see ``line``."""
        return Fault(self.path, self.line(section, *needles, nth=nth), what, mend)

    def _section(self, lines: list[str], section: str, nth: int) -> tuple[int, int]:
        headers = [
            (number, re.sub(r"[\"'\s]", "", match[1]))
            for number, match in enumerate(map(_HEADER.match, lines))
            if match
        ]
        wanted = re.sub(r"[\"'\s]", "", section)
        found = [number for number, name in headers if name == wanted]
        if not found:
            return 0, len(lines)
        first = found[min(nth, len(found) - 1)]
        return first, next((number for number, _ in headers if number > first), len(lines))


def parse_toml(path: Path, text: str) -> TomlFile:
    """Read a text as TOML.

    Raises:
        FileRefused: it is none.
    """
    try:
        return TomlFile(path, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        place = _AT_LINE.search(said)
        number = int(place[1]) if place and place[1] else len(text.splitlines()) or 1
        what = "this is not TOML: " + _AT_LINE.sub("", said).lower()
        raise FileRefused([Fault(path, number, what, "Mend that line.")]) from None


def read_text(path: Path) -> str:
    """The text of an agency's file.

    Raises:
        FileRefused: it cannot be read.
    """
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        what = "the file cannot be read"
        mend = "Make it, in UTF-8, in the folder CAREHOPS_AGENCY names."
        raise FileRefused([Fault(path, 1, what, mend)]) from None
