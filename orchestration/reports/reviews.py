"""Who looked at which deviation, when, and what was done: rows that are never changed.

A review answers the deviation as it was listed. What later rows took back and a still later one
brought again is listed anew, and has to be looked at anew.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NoReturn
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from orchestration.flow.edits import OWNER_ROLES
from orchestration.ground.approvers import Approvers
from orchestration.ground.failures import ContractFailure, PermanentFailure

Action = Literal[
    "client_contacted",
    "backup_sent",
    "rescheduled",
    "caregiver_spoken_to",
    "plan_reviewed",
    "incident_reported",
    "record_corrected",
    "none_needed",
]
"""What was done about a deviation."""
DeviationKind = Literal["missed", "shortened", "late", "unscheduled", "risk_flag"]


@dataclass(frozen=True)
class Reviewed:
    """What somebody says of a deviation.

    Args:
        kind: Kind of deviation.
        subject: The visit's record, or ``schedule/`` and the planned visit.
        action: What was done.
        because: In a few words; kept for good, so it names no person.
        by: Who, as the agency's file names them.
        closes: Whether nothing is left to do.
    """

    kind: DeviationKind
    subject: str
    action: Action
    because: str
    by: str
    closes: bool


@dataclass(frozen=True)
class Review:
    """A review that is written down.

    Args:
        number: Its number.
        kind: Kind of deviation.
        subject: Which.
        listed_at: When the deviation was found.
        review_due_at: By when it was to be looked at.
        action: What was done.
        because: Why.
        closes: Whether nothing is left to do.
        reviewed_by: Who.
        reviewed_role: By which role's right.
        reviewed_at: When.
    """

    number: int
    kind: str
    subject: str
    listed_at: datetime
    review_due_at: datetime
    action: str
    because: str
    closes: bool
    reviewed_by: str
    reviewed_role: str
    reviewed_at: datetime


def write_review(
    connection: sa.Connection, approvers: Approvers, said: Reviewed, now: datetime, zone: str
) -> Review:
    """Write a review down.

    Args:
        connection: A transaction; the caller commits it.
        approvers: Who may.
        said: What somebody says.
        now: The instant.
        zone: The agency's zone, in which rights count their days.

    Raises:
        PermanentFailure: there is nothing to review, or not by this person; the message says why.
        ContractFailure: the agency's file names a role that does not exist.
    """
    by, because = said.by.strip(), said.because.strip()
    if not because:
        _refuse("a review needs a reason: --why says it in a few words")
    role = _role(approvers, by, said.kind, now, zone)
    found = _deviation(connection, said)
    row = connection.execute(
        _WRITE,
        {
            "kind": said.kind,
            "subject": said.subject,
            "listed_at": found.listed_at,
            "action": said.action,
            "because": because,
            "closes": said.closes,
            "by": by,
            "role": role,
            "now": max(now, found.listed_at),
        },
    ).one()
    return Review(
        row.review_id,
        said.kind,
        said.subject,
        found.listed_at,
        found.review_due_at,
        said.action,
        because,
        said.closes,
        by,
        role,
        row.reviewed_at,
    )


def _role(approvers: Approvers, by: str, kind: str, now: datetime, zone: str) -> str:
    unknown = {right.role for right in approvers.reviews} - OWNER_ROLES
    if unknown:
        message = f"{approvers.path}: no role is called {', '.join(sorted(unknown))}"
        raise ContractFailure(message)
    today = now.astimezone(ZoneInfo(zone)).date()
    role = approvers.reviewer_role(by, kind, today)
    if role is None:
        may = ", ".join(approvers.reviewer_roles(kind, today)) or "nobody"
        _refuse(
            f"{by} has no right to review {kind} visits today; {may} may. Rights are in "
            f"{approvers.path}"
        )
    return role


def _deviation(connection: sa.Connection, said: Reviewed) -> sa.Row[Any]:
    asked = {"kind": said.kind, "subject": said.subject}
    row = connection.execute(_DEVIATION, asked).first()
    if row is None:
        _refuse(f"{said.subject} is not listed as {said.kind}")
    if not row.is_open:
        _refuse(f"{said.subject} is no longer {said.kind}: later rows showed that it is none")
    if row.closed_by is not None:
        _refuse(f"{row.closed_by} closed that already")
    return row


def _refuse(why: str) -> NoReturn:
    message = f"refused: {why}"
    raise PermanentFailure(message)


_DEVIATION = sa.text("""
select deviation.listed_at, deviation.review_due_at, deviation.is_open, closing.reviewed_by
    as closed_by
from core.visit_deviation as deviation
left join ops.deviation_review as closing
    on deviation.kind = closing.kind and deviation.subject = closing.subject
    and deviation.listed_at = closing.listed_at and closing.closes
where deviation.kind = :kind and deviation.subject = :subject
for update of deviation
""")

_WRITE = sa.text("""
insert into ops.deviation_review
    (kind, subject, listed_at, action, because, closes, reviewed_by, reviewed_role, reviewed_at)
values (:kind, :subject, :listed_at, :action, :because, :closes, :by, :role, :now)
returning review_id, reviewed_at
""")
