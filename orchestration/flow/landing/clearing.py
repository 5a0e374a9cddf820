"""Clear the drop folder of files whose bytes are kept, and never of any other.

A file may be replaced between its landing and its removal. It is therefore moved aside first,
into a folder of its own where nobody writes, looked at again, and put back if it is another one.
"""

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from orchestration.flow.landing.manifest import manifest_path
from orchestration.flow.landing.receive import INCOMING
from orchestration.ground.failures import SetUpFailure

_ASIDE = ".taken-"
_A_MINUTE, _A_DAY = 60.0, 86_400.0


class Stat(NamedTuple):
    """By what a file is known again."""

    inode: int
    size: int
    changed_ns: int


def stat_of(path: Path) -> Stat:
    """What a file looks like now; links are not followed."""
    seen = path.lstat()
    return Stat(seen.st_ino, seen.st_size, seen.st_mtime_ns)


def clear(path: Path, seen: Stat) -> None:
    """Remove a file and its manifest, unless the file is no longer the one that was seen.

    Raises:
        SetUpFailure: we may not write to the folder.
    """
    aside = path.parent / f"{_ASIDE}{seen.inode}-{seen.changed_ns}"
    try:
        beside = manifest_path(path)
        aside.mkdir(mode=0o700, exist_ok=True)
        path.rename(aside / path.name)
        if stat_of(aside / path.name) == seen:
            (aside / path.name).unlink()
            if beside:
                beside.unlink(missing_ok=True)
        _empty(aside)
    except FileNotFoundError:
        _empty(aside)  # another sweep was quicker
    except OSError as error:
        message = (
            f"{path.parent} cannot be cleared of files that have landed "
            f"({os.strerror(error.errno or 0).lower()}); give our account the right to write there"
        )
        raise SetUpFailure(message) from None


def _empty(aside: Path) -> None:
    """Put back what is left, unless its name is taken again; then it waits for the next sweep."""
    with suppress(FileNotFoundError):
        for path in aside.iterdir():
            with suppress(FileExistsError):
                os.link(path, aside.parent / path.name, follow_symlinks=False)
                path.unlink()
    with suppress(OSError):
        aside.rmdir()


def put_back(drop: Path) -> None:
    """Bring back what a crash left aside; it lands again as already seen, or for the first time."""
    for aside in drop.glob(f"{_ASIDE}*"):
        with suppress(OSError):
            if time.time() - aside.lstat().st_mtime > _A_MINUTE:
                _empty(aside)


def clear_leftovers(kept: Path) -> None:
    """Remove pieces of files that a crash left behind while they were copied."""
    for path in kept.glob(f"{INCOMING}*"):
        if time.time() - path.stat().st_mtime > _A_DAY:
            path.unlink(missing_ok=True)
