"""A folder on this machine: for development, and where another program does the carrying."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestration.partners.line import CHUNK, Line, LineFailure, Remote, Transport, Why


@dataclass(frozen=True, kw_only=True)
class Folder(Transport):
    """Folders under ``CAREHOPS_HOME``, or anywhere when their path is absolute."""

    out: str = "outbox"

    is_local = True
    hides_nothing = True

    @contextmanager
    def open(self, home: Path, secret: Callable[[str], str | None]) -> Iterator[Line]:
        """Make sure of the folders; what is in them is readable by us only."""
        with _said():
            for folder in (self.out, self.replies):
                if folder:
                    (home / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        yield _Here(home)


@dataclass(frozen=True)
class _Here(Line):
    home: Path

    def files(self, folder: str) -> list[Remote]:
        """What lies there, hidden files left out."""
        with _said():
            return [
                Remote(entry.name, stat.st_size, int(stat.st_mtime))
                for entry in os.scandir(self.home / folder)
                if entry.is_file() and not entry.name.startswith(".") and (stat := entry.stat())
            ]

    def size(self, folder: str, name: str) -> int | None:
        """Bytes, or None."""
        with _said():
            path = self.home / folder / name
            return path.stat().st_size if path.exists() else None

    def write(self, folder: str, name: str, content: bytes, start: int) -> None:
        """Written and synced."""
        with _said():
            handle = os.open(self.home / folder / name, os.O_WRONLY | os.O_CREAT, 0o600)
            with os.fdopen(handle, "wb") as stream:
                stream.seek(start)
                stream.write(memoryview(content)[start:])
                stream.truncate()
                stream.flush()
                os.fsync(stream.fileno())
            _sync(self.home / folder)  # a file that is gone was renamed, not lost with the power

    def rename(self, folder: str, name: str, final: str) -> None:
        """A link first: it is refused where a file of that name lies."""
        with _said():
            place = self.home / folder
            os.link(place / name, place / final)
            (place / name).unlink()
            _sync(place)

    def read(self, folder: str, name: str, take: Callable[[bytes], object]) -> None:
        """Piece by piece."""
        with _said(), (self.home / folder / name).open("rb") as stream:
            while piece := stream.read(CHUNK):
                take(piece)

    def remove(self, folder: str, name: str) -> None:
        """Gone."""
        with _said():
            (self.home / folder / name).unlink()


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LineFailure(_why(error)) from None


def _why(error: OSError) -> Why:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "no_room"
    if isinstance(error, FileExistsError):
        return "not_taken"
    return "folder_missing" if isinstance(error, FileNotFoundError) else "folder_refused"


def _sync(folder: Path) -> None:
    """Make the renames themselves survive a crash."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


TRANSPORT = Folder
