"""Go through the drop folder: take what is still, leave what is not, clear what was taken.

Left alone are hidden files and those that look half sent (``.part``, ``.tmp``, ``.filepart``,
``.crdownload``), whatever changed a moment ago, and manifests, which go with their files.
"""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from orchestration.flow.landing.manifest import SUFFIX, manifest_path
from orchestration.flow.landing.receive import INCOMING
from orchestration.flow.landing.verdict import Verdict
from orchestration.ground.failures import (
    CarehopsFailure,
    PermanentFailure,
    SetUpFailure,
    TransientFailure,
)

HALF_SENT = (".part", ".partial", ".tmp", ".filepart", ".crdownload", ".uploading")
_TAKEN = ".taken-"
_A_DAY = 86_400.0


def sweep_drop(
    drop: Path,
    settle_seconds: float,
    land: Callable[[Path], Verdict],
    wanted: Callable[[str], bool] = lambda _: True,
) -> list[Verdict]:
    """Land everything settled, oldest first; one bad file does not stop the others.

    Args:
        drop: The folder.
        settle_seconds: How long a file must have been left alone.
        land: Takes one.
        wanted: Whether a file of that name is to be taken now.

    Raises:
        CarehopsFailure: some could not be tried; raised when all others are done.
    """
    verdicts: list[Verdict] = []
    failures: list[CarehopsFailure] = []
    for path, seen in settled(drop, settle_seconds):
        if not wanted(path.name):
            continue
        try:
            verdict = land(path)
            verdicts.append(verdict)
            if verdict.verdict != "refused":
                _clear(path, seen)
        except CarehopsFailure as failure:
            failures.append(failure)
    if failures:
        passing = all(isinstance(failure, TransientFailure) for failure in failures)
        message = f"{len(failures)} files stay in the drop folder; the first: {failures[0]}"
        raise (TransientFailure if passing else PermanentFailure)(message)
    return verdicts


def settled(drop: Path, settle_seconds: float) -> list[tuple[Path, os.stat_result]]:
    """Files nobody has touched for a while, oldest first."""
    found = []
    for path in drop.iterdir() if drop.is_dir() else ():
        hidden = path.name.startswith(".") and path.name.strip(".")
        if hidden or path.name.endswith(SUFFIX) or path.name.lower().endswith(HALF_SENT):
            continue
        try:
            seen = path.lstat()
            beside = manifest_path(path)
            said = beside.lstat() if beside else seen
        except FileNotFoundError:
            continue
        if _is_still(seen, settle_seconds) and _is_still(said, settle_seconds):
            found.append((path, seen))
    return sorted(found, key=lambda one: (one[1].st_mtime_ns, one[0].name))


def _is_still(seen: os.stat_result, settle_seconds: float) -> bool:
    # the file system's clock counts here, whatever clock the house is set to
    return abs(time.time() - seen.st_mtime) >= settle_seconds


def _clear(path: Path, seen: os.stat_result) -> None:
    """Remove a file whose bytes are kept, unless another has taken its place meanwhile."""
    aside = path.with_name(f"{_TAKEN}{path.name}"[:255])
    try:
        beside = manifest_path(path)
        path.rename(aside)
        now = aside.lstat()
        if (now.st_ino, now.st_size, now.st_mtime_ns) == (
            seen.st_ino,
            seen.st_size,
            seen.st_mtime_ns,
        ):
            aside.unlink()
            if beside:
                beside.unlink(missing_ok=True)
        else:
            aside.rename(path)
    except FileNotFoundError:
        return  # another sweep was quicker
    except OSError as error:
        message = (
            f"{path.parent} cannot be cleared of files that have landed "
            f"({os.strerror(error.errno or 0).lower()}); give our account the right to write there"
        )
        raise SetUpFailure(message) from None


def leftovers(kept: Path) -> Iterator[Path]:
    """Pieces of files that a crash left behind while they were copied."""
    for path in kept.glob(f"{INCOMING}*"):
        if time.time() - path.stat().st_mtime > _A_DAY:
            yield path
