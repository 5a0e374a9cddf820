"""What became of one try to send a page."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Why = Literal[
    "timeout",
    "unreachable",
    "no_answer",
    "certificate",
    "throttled",
    "broken",
    "refused",
    "secret_missing",
    "channel_gone",
]
"""Kinds of failure. Nothing an outside system says is ever kept: it may quote what was sent."""

LASTING: frozenset[Why] = frozenset({"certificate", "refused", "secret_missing", "channel_gone"})
"""Kinds that trying again does not mend; somebody has to."""


@dataclass(frozen=True)
class Outcome:
    """What became of it.

    Args:
        why: The kind of failure, None when it was sent.
        status: The receiver's numeric answer, where there was one.
        wait: How long the receiver asks to be left alone.
    """

    why: Why | None = None
    status: int | None = None
    wait: timedelta | None = None

    @property
    def was_sent(self) -> bool:
        """Whether the receiver has it for certain."""
        return self.why is None

    @property
    def lasts(self) -> bool:
        """Whether only a person can mend it."""
        return self.why in LASTING

    def __str__(self) -> str:
        said = (self.why or "sent").replace("_", " ")
        return said if self.status is None or self.was_sent else f"{said} ({self.status})"


SENT = Outcome()
