"""Pages as lines of JSON in a folder: what comes with the house, and what a log shipper reads."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from orchestration.watch.paging.channel import Channel, Sending
from orchestration.watch.paging.outcome import SENT, Outcome


@dataclass(frozen=True, kw_only=True)
class FileChannel(Channel):
    """One file a day, one line a page, readable by its owner only.

    Args:
        folder: Where; inside CAREHOPS_HOME unless it begins with a slash.
    """

    folder: Path = Path("pages")

    is_machine = True

    def send(self, sending: Sending, secret: str) -> Outcome:
        """Append the page and see it on the disk."""
        line = {"page_id": sending.page_id, "at": sending.at.isoformat(), **sending.page.as_body()}
        line["text"] = sending.page.text
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self.folder / f"pages-{sending.at:%Y-%m-%d}.jsonl"
            place = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(place, json.dumps(line).encode() + b"\n")  # one write: never half a line
                os.fsync(place)
            finally:
                os.close(place)
        except OSError:
            return Outcome("unreachable")
        return SENT

    def reach(self, secret: str) -> Outcome:
        """Whether the folder, or the one it will be made in, can be written to."""
        place = next(each for each in (self.folder, *self.folder.parents) if each.exists())
        return SENT if os.access(place, os.W_OK | os.X_OK) else Outcome("unreachable")


CHANNEL = FileChannel
