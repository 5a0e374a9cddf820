"""Take a file safely and keep its bytes under their sha256.

Whatever lies in the drop folder is looked at without being followed, waited for, executed or
unpacked. What is learnt while the bytes stream by (size, first bad byte, line ends) is all the
later steps need to choose their way; memory stays flat whatever the size.
"""

import codecs
import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from orchestration.flow.landing.stops import Refused
from orchestration.ground.failures import TransientFailure

CHUNK = 1 << 20
LARGEST_FILE = 8 << 30
LONGEST_LINE = 64 << 20
"""A line is held in memory while it is looked at; a file with a longer one is quarantined."""
INCOMING = ".incoming-"
GONE = "NO-SUCH-FILE"
_KEPT_CHARACTERS = re.compile(r"[^A-Za-z0-9._-]")

Opener = Callable[[Path, int], int]


@dataclass(frozen=True)
class Received:
    """Bytes that are kept, and what was seen of them on the way.

    Args:
        path: Where they are kept.
        name: Name the file came with, made safe.
        sha256: Of the bytes.
        byte_count: How many.
        head: The first bytes.
        newlines: Line feeds in them.
        not_utf8_line: First line that is not UTF-8, or None.
        nul_line: First line with a NUL byte, or None.
        longest_line: Bytes of the longest line, exact above a megabyte.
    """

    path: Path
    name: str
    sha256: str
    byte_count: int
    head: bytes
    newlines: int
    not_utf8_line: int | None
    nul_line: int | None
    longest_line: int


def safe_name(name: str) -> str:
    """The name as it is stored and shown."""
    return _KEPT_CHARACTERS.sub("_", name)[:200] or "_"


def open_regular(path: Path, opener: Opener = os.open) -> int:
    """A descriptor of a plain file, opened without following, waiting or creating.

    Raises:
        Refused: the name is a trick, or it is no plain file, or it may not be read.
    """
    name = path.name
    if ".." in name or name.startswith("-") or re.search(r"[\x00-\x1f\x7f/\\]", name) or not name:
        raise Refused(
            "UNSAFE-NAME",
            "the file's name holds .., a separator or a control character, or starts with a dash",
            "Rename it to letters, digits, dots, dashes and underscores and leave it again.",
        )
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise _not_plain()
        descriptor = opener(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _unreadable(error) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):  # it was changed under our hands
        os.close(descriptor)
        raise _not_plain()
    return descriptor


def _not_plain() -> Refused:
    return Refused(
        "NOT-A-FILE",
        "it is not a plain file but a link, a folder, a pipe or a device",
        "Put the file itself there and remove what is there now.",
    )


def _unreadable(error: OSError) -> Refused:
    if isinstance(error, FileNotFoundError):
        return Refused(GONE, "there is no such file", "Look at the path.")
    return Refused(
        "NOT-READABLE",
        f"it may not be read ({os.strerror(error.errno or 0).lower()})",
        "Give the account that runs Carehops the right to read it.",
    )


def receive(
    path: Path, kept: Path, largest: int = LARGEST_FILE, opener: Opener = os.open
) -> Received:
    """Copy a file's bytes to ``kept/<ab>/<sha256>``, whole or not at all.

    Raises:
        Refused: the file cannot or should not be taken, or was written to while it was read.
        TransientFailure: there is no room for its bytes.
    """
    descriptor = open_regular(path, opener)
    with os.fdopen(descriptor, "rb", buffering=0) as source:
        before = os.fstat(descriptor)
        if before.st_size > largest:
            raise Refused(
                "FILE-TOO-LARGE",
                f"the file has {before.st_size} bytes; more than {largest} are not taken",
                "Ask the sender for several smaller files.",
            )
        try:
            return _keep(source.readinto, descriptor, before, safe_name(path.name), kept)
        except OSError as error:
            message = f"bytes could not be kept below {kept}: {os.strerror(error.errno or 0)}"
            raise TransientFailure(message) from None


def _keep(
    read_into: Callable[[memoryview], int | None],
    descriptor: int,
    before: os.stat_result,
    name: str,
    kept: Path,
) -> Received:
    kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    seen = _Seen()
    buffer = memoryview(bytearray(CHUNK))
    handle, temporary = tempfile.mkstemp(prefix=INCOMING, dir=kept)  # mode 0600
    try:
        with os.fdopen(handle, "wb") as target:
            while count := read_into(buffer):
                seen.look_at(bytes(buffer[:count]))
                target.write(buffer[:count])
            target.flush()
            os.fsync(handle)
        after = os.fstat(descriptor)
        if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            raise Refused(
                "STILL-BEING-WRITTEN",
                "the file was written to while it was read",
                "Leave it; it is taken as soon as it is still.",
            )
        received = seen.received(kept, name)
        received.path.parent.mkdir(mode=0o700, exist_ok=True)
        Path(temporary).replace(received.path)
        _settle(received.path.parent)
        _settle(kept)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return received


def _settle(folder: Path) -> None:
    """Put a rename on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


class _Seen:
    """What is learnt of the bytes while they stream by."""

    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()
        self.head = b""
        self.byte_count = self.newlines = 0
        self.not_utf8_line: int | None = None
        self.nul_line: int | None = None
        self.longest_line = self._run = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def look_at(self, chunk: bytes) -> None:
        self.sha256.update(chunk)
        if len(self.head) < CHUNK:
            self.head += chunk[: CHUNK - len(self.head)]
        if self.nul_line is None and (at := chunk.find(b"\0")) >= 0:
            self.nul_line = self.newlines + chunk.count(b"\n", 0, at) + 1
        self._check_encoding(chunk)
        # a line longer than a chunk crosses its border, so only such runs are measured
        first, last = chunk.find(b"\n"), chunk.rfind(b"\n")
        self._run += len(chunk) if first < 0 else first
        self.longest_line = max(self.longest_line, self._run)
        if last >= 0:
            self._run = len(chunk) - last - 1
        self.newlines += chunk.count(b"\n")
        self.byte_count += len(chunk)

    def _check_encoding(self, chunk: bytes, final: bool = False) -> None:
        if self.not_utf8_line is not None or (
            chunk.isascii() and not final and self._decoder.getstate()[0] == b""
        ):
            return
        pending = len(self._decoder.getstate()[0])
        try:
            self._decoder.decode(chunk, final)
        except UnicodeDecodeError as error:
            start = max(error.start - pending, 0)
            self.not_utf8_line = self.newlines + chunk.count(b"\n", 0, start) + 1

    def received(self, kept: Path, name: str) -> Received:
        self._check_encoding(b"", final=True)
        digest = self.sha256.hexdigest()
        return Received(
            path=kept / digest[:2] / digest,
            name=name,
            sha256=digest,
            byte_count=self.byte_count,
            head=self.head,
            newlines=self.newlines,
            not_utf8_line=self.not_utf8_line,
            nul_line=self.nul_line,
            longest_line=max(self.longest_line, self._run),
        )
