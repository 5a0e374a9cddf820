"""Files the agency keeps in a folder of its own: contracts, approvals, code sets.

They are not left for us and taken away: they stay, and are read again when they have changed.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from orchestration.ground.contracts import Feed


def own_files(agency: Path | None, feeds: Iterable[Feed]) -> list[tuple[Feed, Path, str]]:
    """Each such file with its feed and the sha256 of its bytes, by feed and name.

    Args:
        agency: The agency's folder; None has no files.
        feeds: Every feed; those kept in no folder of the agency's have none there.
    """
    if agency is None:
        return []
    return [
        (feed, path, _digest(path))
        for feed in feeds
        if feed.kept_in is not None
        for path in sorted((agency / feed.kept_in).glob(feed.files))
    ]


def _digest(path: Path) -> str:
    """Of its bytes; of nothing when it cannot be read, which landing then says."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
