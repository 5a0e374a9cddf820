"""What must come out: where every claim stands when its answers are read rightly.

One JSON object a line: a claim each, then what arrived without belonging to any claim.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from orchestration.partners.simulator.behaviour import LEVELS, POSTED
from orchestration.partners.simulator.clearinghouse import Clearinghouse
from orchestration.partners.simulator.course import Course
from orchestration.partners.simulator.remittance import REVERSAL

_RUNGS: Final = (*LEVELS, POSTED)


def rung_of(course: Course, at: datetime) -> str:
    """The highest rung an answer that has arrived by then speaks for."""
    heard = [level for when, level, _ in course.heard if when <= at]
    return max(heard, key=_RUNGS.index) if heard else "sent"


def standing_of(course: Course, at: datetime) -> str:
    """The last word on it so far: of the payment, else of the highest level that gave one.

    ``none``, ``accepted`` and ``rejected`` before it is paid; ``disputed`` if a payer said both;
    then ``paid``, ``denied`` or ``reversed``, by what all payments come to.
    """
    judged = [one for when, one in course.judged if when <= at]
    if judged:
        taken_back = sum(one.status == REVERSAL for one in judged)
        if taken_back >= max(1, len(judged) - taken_back):
            return "reversed"
        return "paid" if sum(one.total for one in judged) > 0 else "denied"
    said = _said(course, at)
    if said["payer 277CA"]:
        words = {True: "rejected", False: "accepted"}
        return "disputed" if len(said["payer 277CA"]) > 1 else words[said["payer 277CA"].pop()]
    return "rejected" if any(True in of_level for of_level in said.values()) else "none"


def _said(course: Course, at: datetime) -> dict[str, set[bool]]:
    """For each level, whether it was refused, accepted, or both."""
    return {
        level: {bool(code) for when, heard, code in course.heard if heard == level and when <= at}
        for level in LEVELS
    }


def is_contradicted(course: Course, at: datetime) -> bool:
    """Whether one partner said both yes and no to it at one level."""
    return any(len(of_level) > 1 for of_level in _said(course, at).values())


def paid_cents(course: Course, at: datetime) -> int:
    """What has been paid for it so far and not taken back."""
    return int(100 * sum(one.total for when, one in course.judged if when <= at))


def truth(clearinghouse: Clearinghouse, at: datetime) -> Iterator[dict[str, Any]]:
    """Everything that must be known by an instant."""
    for course in clearinghouse.courses:
        yield {
            "claim": course.claim.claim_id,
            "frequency": course.claim.frequency,
            "partner": course.behaviour.name,
            "payer": course.claim.payer,
            "receiver": course.file.receiver,
            "interchange": course.file.interchange,
            "set": course.sent_set.control,
            "received_at": course.received_at.isoformat(),
            "rung": rung_of(course, at),
            "standing": standing_of(course, at),
            "contradicted": is_contradicted(course, at),
            "decisions": [one.status for when, one in course.judged if when <= at],
            "paid_cents": paid_cents(course, at),
            "answers": {level: _step(course, level) for level in course.steps},
        }
    for one in clearinghouse.strays:
        yield {"orphan": one.refers_to, "kind": one.kind}
    for one in clearinghouse.mistaken:
        yield {"wrong_number": one.refers_to, "kind": one.kind}
    for claim_id in clearinghouse.book.doubled:
        yield {"came_twice": claim_id}
    for (_, receiver, interchange), times in clearinghouse.book.seen.items():
        if times > 1:
            yield {"interchange_came_twice": interchange, "receiver": receiver, "times": times}


def _step(course: Course, level: str) -> dict[str, str | None]:
    step = course.steps[level]
    return {
        "how": step.how,
        "at": None if step.at is None else step.at.isoformat(),
        "rejects": step.rejects or None,
    }


def write_truth(clearinghouse: Clearinghouse, at: datetime, path: Path) -> None:
    """The same, as a file."""
    part = path.with_name(f".{path.name}.part")
    with part.open("w") as stream:
        for row in truth(clearinghouse, at):
            stream.write(json.dumps(row) + "\n")
    part.replace(path)
