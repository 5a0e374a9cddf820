"""Values out of a table of an agency's file, each of its type, or refused with line and mend."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn
from zoneinfo import ZoneInfoNotFoundError

from orchestration.ground.failures import FileRefused
from orchestration.ground.toml_file import TomlFile

_NEEDED: Any = object()
_SAID = {
    str: "text in quotes",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
    date: "a day like 2026-12-24",
}


@dataclass(frozen=True)
class TomlTable:
    """One table of a file, or the whole of it.

    Args:
        file: The file.
        facts: What the table says.
        section: The table's name; empty for the whole file.
        needle: What else its place is found by.
    """

    file: TomlFile
    facts: Mapping[str, Any]
    section: str = ""
    needle: str = ""

    def within(self, key: str, facts: object, section: str = "") -> "TomlTable":
        """A table inside it."""
        if not isinstance(facts, dict):
            self.refuse(key, f"{key} must be a table")
        return TomlTable(self.file, facts, section or self.section, key)

    def get(self, key: str, type_: type, default: Any = _NEEDED) -> Any:
        """A value of a type."""
        value = self.facts.get(key, default)
        if value is _NEEDED:
            self.refuse(key, f"{key} is missing", "Add it.")
        if key in self.facts and type(value) is not type_:
            self.refuse(key, f"{key} must be {_SAID[type_]}")
        return value

    def parse(self, key: str, reader: Callable[[str], Any], default: Any = _NEEDED) -> Any:
        """A text that means something."""
        text = self.get(key, str, default)
        if key not in self.facts:
            return text
        try:
            return reader(text)
        except (ZoneInfoNotFoundError, IsADirectoryError):
            self.refuse(key, f"{text!r} is no zone", "Write one like America/New_York.")
        except ValueError as error:
            self.refuse(key, str(error))

    def choose(self, key: str, allowed: tuple[str, ...], default: Any = _NEEDED) -> Any:
        """One of a few words."""
        word = self.get(key, str, default)
        if word not in allowed:
            self.refuse(key, f"{key} is {word!r}", f"Write one of {', '.join(allowed)}.")
        return word

    def only(self, *known: str) -> None:
        """Refuse a key nobody reads: it is misspelled, and would be without effect."""
        for key in self.facts:
            if key not in known:
                self.refuse(key, f"{key} is not known here", f"Write one of {', '.join(known)}.")

    def refuse(self, key: str, what: str, mend: str = "Mend that line.") -> NoReturn:
        """Say what is wrong, and where.

        Raises:
            FileRefused: always.
        """
        raise FileRefused([self.file.fault(what, mend, self.section, self.needle, key)])
