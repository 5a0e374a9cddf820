"""One look: everything is asked, what must be told is written down, then sent, then marked.

A crash anywhere leaves a page that is sent again under the same key, never one that is lost.
"""

import json
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from orchestration.ground.clock import Clock
from orchestration.ground.settings import Settings
from orchestration.watch.looking.heartbeats import SEES, WATCH
from orchestration.watch.watchdog import surroundings
from orchestration.watch.watchdog.expected import Expected
from orchestration.watch.watchdog.memory import recall, remember
from orchestration.watch.watchdog.outages import (
    Notice,
    Quiet,
    Remembered,
    after,
    begun_anew,
)
from orchestration.watch.watchdog.stored import look
from orchestration.watch.watchdog.telling import Send, Ways

MEMORY = Path("watchdog.json")
LOOK_SECONDS = 15


@dataclass(frozen=True)
class Watchdog:
    """Everything one look needs.

    Args:
        settings: Where things are.
        clock: What time it is.
        port: Where Dagster's web page listens.
        expected: Sensors and schedules that must be at work.
        ways: Who is paged at an instant, and how.
        up_for: Seconds since this machine started, and which start that was.
    """

    settings: Settings
    clock: Clock
    port: int
    expected: Sequence[Expected]
    ways: Callable[[datetime], Ways]
    up_for: Callable[[], tuple[float, str]] = surroundings.up_for

    @property
    def memory(self) -> Path:
        """The file it remembers in."""
        return self.settings.home / MEMORY

    def look(self, before: Remembered | None = None) -> Remembered:
        """Look at everything once, and tell.

        Args:
            before: What was remembered; read from its file by default.

        Returns:
            What to remember: it is in the file too, unless the disk takes nothing any more.
        """
        now = self.clock.now()
        before = begun_anew(recall(self.memory) if before is None else before, now)
        jumps, noted = surroundings.clock(before, now, *self.up_for())
        seen = look(self.settings, self.expected, before, now)
        found: list[Quiet] = [
            *jumps,
            *seen.quiet,
            *surroundings.disk(self.settings.home, now),
            *surroundings.web_page(self.port, now),
        ]
        known = after(noted, found, now, seen.hidden)
        self._remember(known)  # written down, then sent
        known = self._show(self._send(known), seen.looks)
        self._remember(known)
        return known

    def _remember(self, known: Remembered) -> None:
        with suppress(OSError):  # a full disk is what must be told now
            remember(self.memory, known)

    def _send(self, known: Remembered) -> Remembered:
        """Send what is unsent; marked one by one."""
        if not known.unsent:
            return known
        ways = self.ways(known.looked_at or self.clock.now())
        left: list[Notice] = list(known.unsent)

        def send(place: int, there: Mapping[str, Send]) -> bool:
            for name, way in there.items():
                if name not in left[place].sent and way(left[place]):
                    left[place] = replace(left[place], sent=(*left[place].sent, name))
                    self._remember(replace(known, unsent=tuple(left)))
            return set(there) <= set(left[place].sent)

        unsent = []
        for place in range(len(left)):
            if not send(place, ways.first):
                send(place, ways.otherwise)
                unsent.append(place)
        return replace(known, unsent=tuple(left[place] for place in unsent))

    def _show(self, known: Remembered, looks: bool | None) -> Remembered:
        """Say in the lineage picture that nobody looks; the pager says itself when it does."""
        if looks is None or known.shown_blind != looks:
            return known
        if looks:
            return replace(known, shown_blind=False)
        pager = known.outages.get("pager:")
        blind_since = pager.since if pager else known.looked_at
        return replace(known, shown_blind=_report_blind(self.port, blind_since))


def _report_blind(port: int, since: datetime | None) -> bool:
    """Fail the check through the web page's own door; answers whether it was taken."""
    said = f"blind since {since:%Y-%m-%d %H:%M} UTC" if since else "the pager does not look"
    body = {
        "check_name": SEES,
        "passed": False,
        "severity": "ERROR",
        "metadata": {"said": said, "told_by": "watchdog"},
    }
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/report_asset_check/{WATCH}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    try:
        with surroundings.OPENER.open(request, timeout=surroundings.TIMEOUT):
            return True
    except OSError:
        return False
