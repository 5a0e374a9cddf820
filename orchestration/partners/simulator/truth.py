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

_RUNGS: Final = (*LEVELS, POSTED)
_ACCEPTING: Final = ("payer 277CA", "835", POSTED)
_JUDGES_CLAIMS: Final = ("clearinghouse 277CA", "payer 277CA")


def rung_of(course: Course, at: datetime) -> str:
    """The highest rung an answer that has arrived by then speaks for."""
    heard = [level for when, level, _ in course.heard if when <= at]
    return max(heard, key=_RUNGS.index) if heard else "sent"


def standing_of(course: Course, at: datetime) -> str:
    """Whether it came back, went on to be judged, or neither."""
    heard = [(level, code) for when, level, code in course.heard if when <= at]
    if any(code for _, code in heard):
        return "rejected"
    return "accepted" if any(level in _ACCEPTING for level, _ in heard) else "none"


def is_contradicted(course: Course, at: datetime) -> bool:
    """Whether one partner said both yes and no to it at one level."""
    for level in _JUDGES_CLAIMS:
        said = {bool(code) for when, heard, code in course.heard if heard == level and when <= at}
        if len(said) > 1:
            return True
    return False


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
            "decisions": course.decisions,
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
