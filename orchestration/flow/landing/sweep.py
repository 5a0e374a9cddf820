"""Go through the drop folder: take what is still, leave what is not, clear what was taken.

Left alone are hidden files and those that look half sent (``.part``, ``.tmp``, ``.filepart``,
``.crdownload``), whatever changed a moment ago, and manifests, which go with their files.
"""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from orchestration.flow.landing.clearing import Stat, clear, put_back, stat_of
from orchestration.flow.landing.manifest import SUFFIX, manifest_path
from orchestration.flow.landing.receive import GONE
from orchestration.flow.landing.verdict import Verdict
from orchestration.ground.failures import (
    CarehopsFailure,
    PermanentFailure,
    TransientFailure,
)

HALF_SENT = (".part", ".partial", ".tmp", ".filepart", ".crdownload", ".uploading")


_Seen = tuple[Stat, Stat | None]
"""Of a file and of its manifest."""


def sweep_drop(
    drop: Path,
    settle_seconds: float,
    land: Callable[[Path], Verdict],
    wanted: Callable[[str], bool] = lambda _: True,
) -> list[Verdict]:
    """Land everything settled, oldest first; one bad file does not stop the others.

    Args:
        drop: The folder.
        settle_seconds: A file touched less than so long ago is looked at again after so long,
            and left for the next time if it has changed meanwhile.
        land: Takes one.
        wanted: Whether a file of that name is to be taken now.

    Raises:
        CarehopsFailure: some could not be tried; raised when all others are done.
    """
    put_back(drop)
    verdicts: list[Verdict] = []
    failures: list[CarehopsFailure] = []
    for path, seen in _still(drop, settle_seconds):
        if not wanted(path.name):
            continue
        try:
            verdict = land(path)
            if verdict.reason_code == GONE:  # another sweep was quicker
                continue
            verdicts.append(verdict)
            if verdict.verdict != "refused":
                clear(path, seen)
        except CarehopsFailure as failure:
            failures.append(failure)
    if failures:
        passing = all(isinstance(failure, TransientFailure) for failure in failures)
        message = f"files that stay in the drop folder: {len(failures)}; the first: {failures[0]}"
        raise (TransientFailure if passing else PermanentFailure)(message)
    return verdicts


def is_clear(drop: Path) -> bool:
    """Whether nothing lies in the drop folder that a sweep would look at."""
    put_back(drop)
    return not _look(drop)


def settled(drop: Path, settle_seconds: float) -> list[tuple[Path, Stat]]:
    """Files nobody has touched for a while, oldest first."""
    # the file system's clock counts here, whatever clock the house is set to
    return _in_order(
        (path, seen) for path, seen in _look(drop).items() if _age(seen) >= settle_seconds
    )


def _still(drop: Path, settle_seconds: float) -> list[tuple[Path, Stat]]:
    """The same and those touched lately that are left alone now: all of them wait together."""
    found = _look(drop)
    if any(_age(seen) < settle_seconds for seen in found.values()):
        time.sleep(settle_seconds)
        again = _look(drop)
        found = {path: seen for path, seen in found.items() if again.get(path) == seen}
    return _in_order(found.items())


def _in_order(found: Iterable[tuple[Path, _Seen]]) -> list[tuple[Path, Stat]]:
    files = [(path, seen[0]) for path, seen in found]
    return sorted(files, key=lambda file: (file[1].changed_ns, file[0].name))


def _look(drop: Path) -> dict[Path, _Seen]:
    """Each file and its manifest, as they are now."""
    found: dict[Path, _Seen] = {}
    for path in drop.iterdir() if drop.is_dir() else ():
        hidden = path.name.startswith(".") and path.name.strip(".")
        if hidden or path.name.endswith(SUFFIX) or path.name.lower().endswith(HALF_SENT):
            continue
        with suppress(FileNotFoundError):
            beside = manifest_path(path)
            found[path] = (stat_of(path), stat_of(beside) if beside else None)
    return found


def _age(seen: _Seen) -> float:
    return time.time() - max(one.changed_ns for one in seen if one) / 1e9
