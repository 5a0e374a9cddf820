"""What the sender says about a file, in ``<name>.manifest.json`` beside it.

Every key is optional; what is said must agree. Only the keys below are kept.
"""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestration.flow.landing.receive import Received, open_regular
from orchestration.flow.landing.stops import Quarantined, Refused
from orchestration.ground.contracts import Feed

SUFFIX = ".manifest.json"
KEYS = (
    "file",
    "sha256",
    "row_count",
    "schema_version",
    "time_basis",
    "window_basis",
    "window_from",
    "window_to",
    "source_system",
    "produced_at",
)
_LARGEST = 1 << 20
_AGREE = "Ask the sender which of the two is right and for a file and manifest that agree."


def manifest_path(path: Path) -> Path | None:
    """Where the manifest of a file lies: ``x.csv.manifest.json`` or ``x.manifest.json``."""
    for beside in (path.with_name(path.name + SUFFIX), path.with_name(path.stem + SUFFIX)):
        if beside != path and beside.is_file() and not beside.is_symlink():
            return beside
    return None


def read_manifest(path: Path) -> dict[str, Any] | None:
    """What the manifest beside a file says, or None when there is none.

    Raises:
        Quarantined: there is one and it cannot be read.
    """
    beside = manifest_path(path)
    if beside is None:
        return None
    try:
        with os.fdopen(open_regular(beside), "rb") as stream:
            said = json.loads(stream.read(_LARGEST))
    except (Refused, OSError, ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or not all(
        isinstance(said[key], str | int | None) for key in KEYS if key in said
    ):
        raise Quarantined(
            "MANIFEST-BROKEN",
            "the manifest beside the file is not the JSON object it should be",
            "Ask the sender for the manifest again and leave it beside the file.",
        )
    return {key: said[key] for key in KEYS if said.get(key) is not None}


def check_manifest(said: Mapping[str, Any], path: Path, received: Received, feed: Feed) -> None:
    """Compare what needs no look inside the file.

    Raises:
        Quarantined: manifest and file, or manifest and contract, disagree.
    """
    if said.get("file", path.name) != path.name:
        raise Quarantined(
            "FILE-NAME-DISAGREES", "the manifest beside the file is about another file", _AGREE
        )
    if str(said.get("sha256", received.sha256)).lower() != received.sha256:
        raise Quarantined(
            "CHECKSUM-DISAGREES",
            "the file's bytes are not those the manifest was made for (sha256 differs)",
            "Ask the sender to send the file again; it was changed or cut on the way.",
        )
    if said.get("time_basis", feed.time_basis) != feed.time_basis:
        raise Quarantined(
            "TIME-BASIS-DISAGREES",
            f"the manifest states another time basis than the contract ({feed.time_basis})",
            _AGREE,
        )
    if said.get("window_basis", feed.window_basis) != feed.window_basis:
        raise Quarantined(
            "WINDOW-BASIS-DISAGREES",
            "the manifest says rows were selected by another date than the contract's "
            f"{feed.window_basis}",
            "Records in by one date and out by another are lost between them: agree on one.",
            reason_class="DATE_RANGE",
        )


def check_totals(said: Mapping[str, Any], trailer: int | None, lines: int) -> None:
    """Compare stated counts with the lines that are there.

    Raises:
        Quarantined: a count differs, so some of the file is missing or doubled.
    """
    for place, stated in (("manifest", said.get("row_count")), ("trailer line", trailer)):
        if stated is not None and str(stated) != str(lines):
            raise Quarantined(
                "TOTALS-DISAGREE",
                f"the {place} counts {_number(stated)} records, the file holds {lines}",
                "Ask the sender for the whole file; this one is cut short, joined or doubled.",
            )


def _number(stated: object) -> str:
    """The count as stated, unless it is no number and hence perhaps something else."""
    text = str(stated)
    return text if re.fullmatch("[0-9]{1,15}", text) else "an unreadable number of"
