"""Records of a JSON array: one element each, with its place and its very text.

The file is read in pieces and one element at a time is held. Numbers stay as they are written.
"""

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from orchestration.flow.landing.lines import LONGEST_RECORD, Record
from orchestration.flow.landing.paths import FieldsSeen, as_text, pick, read_path
from orchestration.flow.landing.quoting import quote
from orchestration.flow.landing.reasons import ASK_SENDER
from orchestration.flow.landing.receive import CHUNK, LONGEST_LINE
from orchestration.flow.landing.stops import Quarantined

_BLANK = re.compile(r"[ \t\r\n]*")


class _Object(dict[str, Any]):
    """An object that remembers having named a field twice."""

    named_twice = False


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = _Object(pairs)
    made.named_twice = len(made) < len(pairs) or any(
        isinstance(value, _Object) and value.named_twice for value in made.values()
    )
    return made


def elements(path: Path) -> Iterator[tuple[int, str, object]]:
    """Place, text and value of each element of the array in a file.

    Raises:
        Quarantined: the file is not one JSON array, to its very end.
    """
    decoder = json.JSONDecoder(
        object_pairs_hook=_object, parse_float=str, parse_int=str, parse_constant=_refuse
    )
    with path.open("rb") as stream:
        window = _Window(stream.read)
        if window.next_sign() != "[":
            raise Quarantined(
                "NOT-AN-ARRAY",
                "the file does not start with a JSON array",
                "Ask the sender for one array that holds all records.",
            )
        window.at += 1
        number = 0
        while window.next_sign() != "]" or number:
            number += 1
            text, value = window.element(decoder, number)
            yield number, text, value
            sign = window.next_sign()
            if sign not in (",", "]"):
                raise _broken(number)
            if sign == "]":
                break
            window.at += 1
        window.at += 1
        if window.next_sign():
            raise _broken(number)


def _refuse(_: str) -> None:
    raise ValueError("no JSON")


def _broken(number: int) -> Quarantined:
    return Quarantined(
        "BROKEN-JSON",
        f"the JSON breaks off or is malformed at element {number}",
        ASK_SENDER,
    )


class _Window:
    """The piece of the file that is in memory."""

    def __init__(self, read: Any) -> None:
        self._read = read
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._ended = False
        self.text = ""
        self.at = 0

    def _more(self) -> bool:
        if self._ended:
            return False
        size = max(CHUNK, len(self.text) - self.at)
        piece = self._read(size)
        self._ended = not piece
        self.text = self.text[self.at :] + self._decode(piece, self._ended)
        self.at = 0
        return True

    def next_sign(self) -> str:
        """The next character that is no blank, or nothing at the end."""
        while True:
            found = _BLANK.match(self.text, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.text):
                return self.text[self.at]
            if not self._more():
                return ""

    def element(self, decoder: json.JSONDecoder, number: int) -> tuple[str, object]:
        """Read one element and step behind it."""
        self.next_sign()
        while True:
            try:
                value, end = decoder.raw_decode(self.text, self.at)
                if end < len(self.text) or self._ended:
                    text = self.text[self.at : end]
                    self.at = end
                    return text, value
            except (ValueError, RecursionError):
                if len(self.text) - self.at > LONGEST_LINE:
                    raise _broken(number) from None
            if not self._more():
                raise _broken(number)


class ElementReader:
    """Turns elements into records, and sees which fields there were.

    Args:
        path: The file.
        paths: Table column to where its value lies.
    """

    def __init__(self, path: Path, paths: Mapping[str, str]) -> None:
        self._path = path
        self._ways = {column: read_path(written) for column, written in paths.items()}
        self._seen = FieldsSeen(self._ways.values())

    def records(self) -> Iterator[Record]:
        """Every element as a record."""
        for number, text, value in elements(self._path):
            fault, values = self._judge(value, text)
            try:
                copied = quote(values, b",")
            except UnicodeEncodeError:  # half a surrogate pair, which only JSON can write
                fault, copied = "NOT-TEXT", b"," * (len(values) - 1)
            yield Record(number, text.encode(), fault, copied)

    def check(self) -> None:
        """After the last record: were the fields those of the contract?

        Raises:
            Quarantined: they were not.
        """
        self._seen.check()

    def _judge(self, value: object, text: str) -> tuple[str | None, list[str]]:
        nothing = [""] * len(self._ways)
        if not isinstance(value, _Object):
            return "NOT-A-RECORD", nothing
        self._seen.look_at(value)
        if value.named_twice:
            return "FIELD-TWICE", nothing
        if len(text) > LONGEST_RECORD:
            return "LINE-TOO-LONG", nothing
        fault = None
        values = []
        for column, way in self._ways.items():
            found = pick(value, way)
            if isinstance(found, dict | list):
                fault = f"NOT-A-VALUE:{column}"
            values.append(as_text(found) or "")
        if "\0" in "".join(values):
            return "NOT-TEXT", nothing
        return fault, values
