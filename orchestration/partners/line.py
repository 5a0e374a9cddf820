"""What every transport is: a way to a partner's folders, and what can be done there.

A transport is a file in ``transport``; its stem is what ``transport = "..."`` names, the class it
calls ``TRANSPORT`` is the transport, and the class's fields are what one can write in its table.
It only carries: what is sent, in which order and what a failure means is decided in ``exchange``.
"""

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import MISSING, dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Final, Literal, get_args, get_type_hints

from orchestration.partners import transport as transports
from orchestration.partners.sending import Sending

Why = Literal[
    "credential_refused",
    "host_key_changed",
    "secret_missing",
    "key_unreadable",
    "unreachable",
    "timeout",
    "dropped",
    "no_room",
    "not_taken",
    "folder_refused",
    "folder_missing",
    "cut_short",
    "broken",
]
NEVER_BLINDLY: Final[frozenset[Why]] = frozenset({"credential_refused", "host_key_changed"})
"""Tried again only when what was refused has changed, or a person says so."""
NO_LINE: Final[frozenset[Why]] = frozenset({"unreachable", "timeout", "dropped", "broken"})
"""After these nothing else can be asked."""
CHUNK: Final = 1 << 18
"""Bytes that are waited for at once: a slow line must bring them within one time limit."""


class LineFailure(Exception):
    """A partner could not be reached, or did not do what it was asked.

    Args:
        why: In one word of ours; never what the partner's program said.
    """

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


@dataclass(frozen=True)
class Remote:
    """A file in a partner's folder.

    Args:
        name: Its name there.
        size: Its bytes.
        modified_at: Seconds of the partner's own clock, 0 where it does not say.
    """

    name: str
    size: int
    modified_at: int


class Line(ABC):
    """An open way to a partner. Everything raises ``LineFailure`` when it is not done."""

    @abstractmethod
    def files(self, folder: str) -> list[Remote]:
        """What lies in a folder, without what is hidden and without folders."""

    @abstractmethod
    def size(self, folder: str, name: str) -> int | None:
        """Bytes of one file, hidden or not; None when there is none."""

    @abstractmethod
    def write(self, folder: str, name: str, content: bytes, start: int) -> None:
        """Write a file's bytes from one on; a file that is there keeps those before."""

    @abstractmethod
    def rename(self, folder: str, name: str, final: str) -> None:
        """Give a file its final name, which nothing has yet."""

    @abstractmethod
    def read(self, folder: str, name: str, take: Callable[[bytes], object]) -> None:
        """Hand a file's bytes on, a piece at a time."""

    @abstractmethod
    def remove(self, folder: str, name: str) -> None:
        """Take a file away."""


@dataclass(frozen=True, kw_only=True)
class Transport(ABC):
    """One way to carry files.

    ``is_local`` says that no network is between: files are left at the end of a pass already.
    ``hides_nothing`` says that nobody but us touches our temporary files: one that is gone has
    got its final name.

    Args:
        out: Folder our files go to.
        replies: Folder the partner's files come from; empty for none.
        processed: Folders it moves our files to once it has taken them; an empty list says that
            it leaves them where they are. Left out, what is gone may have been taken.
        removes_replies: Whether a reply is taken away once it is here.
        quiet_seconds: How long a reply must stay as it is before it is taken; 0 where the partner
            renames its files into place.
        every_minutes: How often replies are looked for.
        login_expires_on: Last day our secrets are good, where the partner limits them.
    """

    is_local: ClassVar[bool] = False
    hides_nothing: ClassVar[bool] = False

    out: str = "."
    replies: str = ""
    processed: list[str] | None = None
    removes_replies: bool = False
    quiet_seconds: int = 60
    every_minutes: int = 5
    login_expires_on: date | None = None

    @abstractmethod
    def open(self, home: Path, secret: Callable[[str], str | None]) -> AbstractContextManager[Line]:
        """Reach the partner.

        Args:
            home: Folder that folders on this machine are in.
            secret: Answers with a secret by its name.

        Raises:
            LineFailure: it cannot be reached, or refuses us, or is not who it was.
        """

    def secrets(self) -> tuple[str, ...]:
        """Names of the secrets it needs."""
        return ()

    def pinned(self) -> tuple[str, ...]:
        """What else decides whether we and the partner know each other."""
        return ()

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """What is wrong with its options: which one, what, and the mend."""
        if self.quiet_seconds < 0:
            yield "quiet_seconds", "quiet_seconds is negative", "Write 0 or more."
        if self.every_minutes < 1:
            yield "every_minutes", "every_minutes is below 1", "Write 1 or more."
        if self.removes_replies and not self.replies:
            yield "removes_replies", "there is no folder of replies", 'Write replies = "...".'

    @property
    def keeps_what_it_takes(self) -> bool:
        """Whether a file that is in none of its folders was never taken."""
        return self.processed is not None


@cache
def kind_of(name: str) -> type[Transport]:
    """The transport of a name; a library that no partner asks for is not loaded."""
    kind: type[Transport] = importlib.import_module(f"{transports.__name__}.{name}").TRANSPORT
    return kind


def transport_of(sending: Sending) -> Transport:
    """The transport a partner's file asks for.

    Raises:
        FileRefused: there is none of that name, or its options are wrong.
    """
    outer = sending.table
    names = sorted(found.name for found in pkgutil.iter_modules(transports.__path__))
    if sending.transport not in names:
        mend = f"There are {', '.join(names)}."
        outer.refuse("transport", f"{sending.transport} is no transport", mend)
    kind = kind_of(sending.transport)
    table = outer.within(
        sending.transport, dict(sending.options), f"{outer.section}.{sending.transport}"
    )
    known = {field.name: field for field in fields(kind)}
    table.only(*known)
    hints: Mapping[str, Any] = get_type_hints(kind)
    given = {
        name: table.get(name, _plain(hints[name]))
        for name, field in known.items()
        if name in table.facts or (field.default is MISSING and field.default_factory is MISSING)
    }
    transport = kind(**given)
    for key, what, mend in transport.faults():
        table.refuse(key, what, mend)
    return transport


def _plain(hint: Any) -> type:
    """The type a file's value must have."""
    if date in get_args(hint):
        return date
    return hint if hint in {str, int, bool} else list
