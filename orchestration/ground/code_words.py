"""What the codes of replies mean, in words: our own, or the agency's where it has a list.

The numbers are everybody's; the sentences the code owners publish are licensed, so ours are short
and our own. An agency with a licence loads its list (``carehops codes load``), which is kept in the
agency's folder and takes precedence code by code.
"""

import csv
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from orchestration.ground.failures import Fault, FileRefused, SetUpFailure
from orchestration.ground.sql import SQL_FOLDER

AGENCY_LIST: Final = "reply_codes.csv"
OURS: Final = SQL_FOLDER / "seeds" / AGENCY_LIST
LISTS: Final[Mapping[str, str]] = {
    "ta1": "TA105, why an interchange was refused",
    "ik304": "IK304, what is wrong with a segment",
    "ik403": "IK403, what is wrong with an element",
    "ik502": "IK502, what is wrong with a transaction set",
    "ak905": "AK905, what is wrong with a group",
    "category": "claim status categories",
    "status": "claim status codes",
    "entity": "whom a status is about",
    "clp": "claim status of an 835",
    "group": "adjustment groups",
    "carc": "claim adjustment reasons (CARC)",
    "rarc": "remittance remarks (RARC)",
    "plb": "reasons of adjustments outside claims",
}
_HEADER: Final = ["code_list", "code", "wording"]
_CODE: Final = re.compile(r"[A-Z0-9]{1,6}")
_LONGEST: Final = 1000
# first part of a code as a reply spells it, to the list the second part is of
_SPELLED: Final = {
    **{name.upper(): name for name in ("ik304", "ik403", "ik502", "ak905", "clp", "plb")},
    **dict.fromkeys(("CO", "CR", "OA", "PI", "PR"), "carc"),
    **dict.fromkeys(("HE", "RX", "MOA", "MIA"), "rarc"),
}
_CATEGORY: Final = re.compile(r"[A-Z][0-9]{1,2}")

Words = Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class CodeWords:
    """Words by list and code.

    Args:
        words: What holds.
        refused: Why the agency's list does not, if it has one and it is wrong.
    """

    words: Words
    refused: FileRefused | None = None

    def of(self, code_list: str, code: str) -> str:
        """The words for a code, or nothing."""
        return self.words.get((code_list, code), "")

    def spoken(self, spelled: str) -> str:
        """A code as a reply's row spells it, with its words: ``CO:197 (no authorization ...)``."""
        words = "; ".join(filter(None, self._parts(spelled)))
        return f"{spelled} ({words})" if words else spelled

    def _parts(self, spelled: str) -> Iterator[str]:
        first, *others = spelled.split(":")
        if first in _SPELLED and others:
            yield self.of(_SPELLED[first], others[0])
            if _SPELLED[first] == "carc":
                yield self.of("group", first)
        elif others and _CATEGORY.fullmatch(first):
            yield self.of("category", first)
            yield from map(self.of, ("status", "entity"), others)
        else:
            yield self.of("ta1" if first.isdigit() else "category", first)


@dataclass(frozen=True)
class Loaded:
    """What a list brought.

    Args:
        lists: Codes taken, by list.
        new: How many of them had no words before.
    """

    lists: Mapping[str, int]
    new: int


@cache
def our_words() -> CodeWords:
    """The words that ship with Carehops."""
    return CodeWords(_read(OURS))


def code_words(agency_folder: Path) -> CodeWords:
    """The words that hold for an agency: its own list over ours, or ours if its own is wrong."""
    path = agency_folder / AGENCY_LIST
    if not path.is_file():
        return our_words()
    try:
        return CodeWords({**our_words().words, **_read(path)})
    except FileRefused as refused:
        return CodeWords(our_words().words, refused)


def load_words(path: Path, agency_folder: Path) -> Loaded:
    """Take a list into the agency's folder, over what the agency had for the same codes.

    Raises:
        FileRefused: the list, or the one that is there, is wrong; nothing was taken.
        SetUpFailure: we may not write to the agency's folder.
    """
    kept = agency_folder / AGENCY_LIST
    given = _read(path)
    had = _read(kept) if kept.is_file() else {}
    try:
        _write(kept, {**had, **given})
    except OSError as error:
        why = (error.strerror or "it cannot be written to").lower()
        message = f"{agency_folder}: {why}; give our account the right to write there"
        raise SetUpFailure(message) from None
    known = {**our_words().words, **had}
    counts = Counter(code_list for code_list, _ in given)
    return Loaded(dict(sorted(counts.items())), sum(key not in known for key in given))


def _write(kept: Path, words: Words) -> None:
    """Put a list in the place of the one that is there, whole or not at all."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", newline="", dir=kept.parent, prefix=".codes-", delete=False
    ) as written:
        writer = csv.writer(written, lineterminator="\n")
        writer.writerow(_HEADER)
        writer.writerows((*key, wording) for key, wording in sorted(words.items()))
        written.flush()
        os.fsync(written.fileno())
    Path(written.name).chmod(0o644)
    Path(written.name).replace(kept)


def _read(path: Path) -> dict[tuple[str, str], str]:
    """A list, all of it good.

    Raises:
        FileRefused: it is not, or it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise FileRefused([Fault(path, 1, "it is not UTF-8", "Save it as UTF-8.")]) from None
    except OSError as error:
        why = (error.strerror or "it cannot be read").lower()
        raise FileRefused([Fault(path, 1, why, "Name a file that can be read.")]) from None
    reader = csv.reader(text.splitlines())
    header = [name.strip() for name in next(reader, [])]
    if header != _HEADER:
        names = ",".join(_HEADER)
        raise FileRefused([Fault(path, 1, "the header is not right", f"It must be {names}.")])
    words: dict[tuple[str, str], str] = {}
    faults: list[Fault] = []
    for row in reader:
        if not row:
            continue
        fault = _fault(row, words)
        if fault is not None:
            faults.append(Fault(path, reader.line_num, *fault))
        else:
            code_list, code, wording = (cell.strip() for cell in row)
            words[code_list.lower(), code] = wording
    if not words and not faults:
        faults.append(Fault(path, 1, "it holds no code", "Give a line for each code."))
    if faults:
        raise FileRefused(faults)
    return words


def _fault(row: list[str], words: Words) -> tuple[str, str] | None:
    if len(row) != len(_HEADER):
        return "it has not three columns", "Put wording with commas in quotation marks."
    code_list, code, wording = (cell.strip() for cell in row)
    if code_list.lower() not in LISTS:
        return "there is no such list", f"Use one of {', '.join(LISTS)}."
    if not _CODE.fullmatch(code):
        return "the code is no code", "Use capitals and digits, six at most."
    if not 0 < len(wording) <= _LONGEST:
        return "there is no wording, or it is too long", f"Give 1 to {_LONGEST} characters."
    if (code_list.lower(), code) in words:
        return "the code stands there twice", "Remove one of the lines."
    return None
