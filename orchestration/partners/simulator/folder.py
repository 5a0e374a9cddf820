"""A clearinghouse between two folders: takes files from one, leaves answers in the other.

What it took in, and how far it answered, is kept in order in a folder of its own; all else
follows from the seed, so the next call goes on where the last one ended. A call that was cut short
leaves the same files again, under the same names.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from orchestration.ground.failures import PermanentFailure
from orchestration.partners.simulator.behaviour import Behaviour
from orchestration.partners.simulator.clearinghouse import Answer, Clearinghouse
from orchestration.partners.simulator.truth import write_truth

TRUTH: Final = "truth.jsonl"
_JOURNAL: Final = "journal.jsonl"
_ANSWERED: Final = "answered"


class BookOfAnotherSeed(PermanentFailure):
    """The book was begun with another seed; what it has said cannot be gone on with."""


@dataclass(frozen=True)
class Answered:
    """What one call did: files taken in, files left."""

    received: int
    answered: int


@dataclass(frozen=True)
class Folders:
    """Where files lie.

    Args:
        outbox: Our 837 files; they stay there.
        replies: Where answers are left, each whole under its name or not at all.
        book: The clearinghouse's own: copies of what came, its journal, the truth.
    """

    outbox: Path
    replies: Path
    book: Path


def has_new(folders: Folders) -> bool:
    """Whether anything in the outbox was not taken in yet, or not answered to the end."""
    sent = [path.name for path in folders.outbox.glob("*.837")]
    journal = folders.book / _JOURNAL
    last = journal.read_text().splitlines()[-1:] if journal.exists() else []
    is_ended = any(_ANSWERED in line for line in last)
    return any(not is_ended or not (folders.book / name).exists() for name in sent)


def answer(
    behaviours: Sequence[Behaviour], seed: int, folders: Folders, *, now: datetime, until: datetime
) -> Answered:
    """Take in what is new in the outbox, and leave what is answered by then among the replies.

    Args:
        behaviours: The partners.
        seed: Of everything left to chance; the same from call to call.
        folders: Where files lie; made when missing.
        now: When new files come in.
        until: Up to when it is answered.

    Raises:
        BookOfAnotherSeed: the book was begun with another seed.
    """
    for folder in (folders.book, folders.replies):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    journal = _Journal(folders.book / _JOURNAL, seed)
    clearinghouse = Clearinghouse(behaviours, seed)
    coming = _repeat(clearinghouse, journal, folders.book)
    received = 0
    for path in sorted(folders.outbox.glob("*.837")):
        kept = folders.book / path.name
        if path.name not in journal.names:
            write_whole(kept, path.read_bytes())
            journal.add({"file": path.name, "at": now.isoformat()})
            clearinghouse.receive(kept.read_bytes(), now)
            received += 1
    new = list(clearinghouse.answers(until))
    if new:
        journal.add({"answering": until.isoformat()})
    coming += new
    for one in coming:
        write_whole(folders.replies / one.name, one.content)
    if coming:
        journal.add({_ANSWERED: until.isoformat()})
    write_truth(clearinghouse, until, folders.book / TRUTH)
    return Answered(received, len(coming))


class _Journal:
    """What was done, in order, one JSON object a line."""

    def __init__(self, path: Path, seed: int) -> None:
        self._path = path
        self.lines: list[dict[str, str]] = []
        if not path.exists():
            self.add({"seed": str(seed)})
            return
        whole = path.read_text().rpartition("\n")[0].splitlines(keepends=True)
        # a line cut short by a crash was never acted on
        write_whole(path, ("".join(whole) + "\n" if whole else "").encode())
        first, *self.lines = [json.loads(line) for line in whole] or [{}]
        if first != {"seed": str(seed)}:
            message = f"{path.parent} was begun with another seed; name another folder"
            raise BookOfAnotherSeed(message)

    @property
    def names(self) -> set[str]:
        """Files that came in."""
        return {line["file"] for line in self.lines if "file" in line}

    def add(self, line: dict[str, str]) -> None:
        """Write down what is about to be done, or is done."""
        with self._path.open("a") as stream:
            stream.write(json.dumps(line) + "\n")
            stream.flush()
            os.fsync(stream.fileno())


def _repeat(clearinghouse: Clearinghouse, journal: _Journal, book: Path) -> list[Answer]:
    """Go through the journal again; gives back what was begun to be left, and not ended."""
    begun: list[Answer] = []
    for line in journal.lines:
        if "file" in line:
            at = datetime.fromisoformat(line["at"])
            clearinghouse.receive((book / line["file"]).read_bytes(), at)
        elif "answering" in line:
            begun += clearinghouse.answers(datetime.fromisoformat(line["answering"]))
        else:
            begun = []
    return begun


def write_whole(path: Path, content: bytes) -> None:
    """Under another name first: whoever watches the folder never sees half a file."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    part.chmod(0o600)
    part.replace(path)
