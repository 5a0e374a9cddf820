"""What became of a file, in one answer."""

from dataclasses import dataclass
from typing import Any, Literal

from orchestration.flow.landing.stops import NotTaken

VerdictWord = Literal["landed", "already_seen", "quarantined", "refused"]


@dataclass(frozen=True)
class Verdict:
    """What became of a file.

    Args:
        verdict: ``landed``: its lines are rows, held, or known. ``already_seen``: these bytes
            landed before. ``quarantined``: bytes kept, nothing loaded. ``refused``: not taken.
        feed: The feed it belongs to.
        file: Its name, made safe.
        sha256: What its bytes are kept under.
        rows: Rows it added.
        held_lines: Lines that wait with their reasons.
        repeated: Lines that say what was known already.
        reason: Why it is quarantined or refused.
        reason_code: The same, short and stable.
        next_step: What to do about it.
        file_id: Its number among batches.
    """

    verdict: VerdictWord
    feed: str | None
    file: str
    sha256: str | None
    rows: int
    held_lines: int
    repeated: int
    reason: str | None
    reason_code: str | None
    next_step: str | None
    file_id: int | None

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "verdict": self.verdict,
            "feed": self.feed,
            "file": self.file,
            "file_id": self.file_id,
            "sha256": self.sha256,
            "rows": self.rows,
            "held_lines": self.held_lines,
            "repeated": self.repeated,
            "reason": self.reason,
            "reason_code": self.reason_code,
            "next_step": self.next_step,
        }


def sentence(verdict: Verdict) -> str:
    """What may be said of a file where logs are kept: its number and the reason's code.

    Its name and its words are the sender's, and may be a person's; ``carehops status`` and
    ``carehops land`` show them to whoever asks.
    """
    of = f" of {verdict.feed}" if verdict.feed else ""
    number = "a file" if verdict.file_id is None else f"file {verdict.file_id}"
    why = f": {verdict.reason_code}" if verdict.reason_code else ""
    return f"{number}{of} was {verdict.verdict.replace('_', ' ')}{why}"


def landed(
    name: str, sha256: str, file_id: int, *, feed: str, counts: tuple[int, int, int]
) -> Verdict:
    """Its lines are rows, held, or known: ``counts`` in this order."""
    return Verdict("landed", feed, name, sha256, *counts, None, None, None, file_id)


def seen_before(name: str, sha256: str, file_id: int, *, feed: str | None, first: str) -> Verdict:
    """The very same bytes have landed already, under the name ``first``."""
    reason = f"the same bytes landed before as {first}; nothing was added"
    step = "Nothing, unless new data was expected: then ask the sender for the newer file."
    return Verdict(
        "already_seen", feed, name, sha256, 0, 0, 0, reason, "ALREADY-SEEN", step, file_id
    )


def stopped(
    verdict: Literal["quarantined", "refused"],
    name: str,
    why: NotTaken,
    *,
    feed: str | None = None,
    sha256: str | None = None,
    file_id: int | None = None,
) -> Verdict:
    """Nothing of it is loaded, and why."""
    return Verdict(
        verdict, feed, name, sha256, 0, 0, 0, why.reason, why.code, why.next_step, file_id
    )
