"""The one place that knows what time it is.

Whatever asks "now" is handed a clock, so that a year can be simulated and a test repeats.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Answers with an aware instant in UTC."""

    def now(self) -> datetime:
        """The present instant, UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present instant, UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True)
class FixedClock:
    """A clock that stands still, for ``--now`` and for tests."""

    at: datetime

    def now(self) -> datetime:
        """The instant the clock was set to, UTC."""
        return self.at.astimezone(UTC)


def parse_instant(text: str) -> datetime:
    """Read an ISO 8601 instant; it must carry its offset.

    Raises:
        ValueError: the text is no instant or has no offset, which would make it ambiguous.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        message = f"{text!r} has no offset; write it like 2026-11-20T09:00:00Z"
        raise ValueError(message)
    return instant.astimezone(UTC)
