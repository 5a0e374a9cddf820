"""The watchdog's one small file: written whole or not at all, readable without anything else."""

import json
import os
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.ground.clock import parse_instant
from orchestration.watch.watchdog.outages import Notice, Outage, Remembered

_INSTANTS = ("since", "seen_at", "at", "well_since", "looked_at")


def recall(path: Path) -> Remembered:
    """What was remembered; nothing, where there is no file or none that can be read.

    A file that cannot be read is put aside as ``<name>.unreadable``: an outage that was told of
    before is then told of once more, which is better than not at all.
    """
    try:
        known = json.loads(path.read_text())
        return Remembered(
            outages={key: Outage(**_read(one)) for key, one in known.pop("outages").items()},
            unsent=tuple(
                Notice(**_read(one) | {"sent": tuple(one["sent"])}) for one in known.pop("unsent")
            ),
            **_read(known),
        )
    except FileNotFoundError:
        return Remembered()
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        path.rename(path.with_suffix(".unreadable"))
        return Remembered()


def remember(path: Path, known: Remembered) -> None:
    """Write it down so that a crash, or a lost power supply, leaves the old or the new."""
    path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("w") as file:
        json.dump(asdict(known), file, default=_written, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    message = f"{type(value).__name__} has no place in the watchdog's memory"
    raise TypeError(message)


def _read(stored: dict[str, Any]) -> dict[str, Any]:
    return {
        name: parse_instant(value) if name in _INSTANTS and value is not None else value
        for name, value in stored.items()
    }
