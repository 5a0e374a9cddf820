"""Why records stand still, in words: the ledger's reasons joined with the texts in edits' heads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from functools import cache
from typing import Any

import sqlalchemy as sa

from orchestration.flow.edits import Edit, load_edits
from orchestration.ground.failures import ContractFailure
from orchestration.ground.sql import SqlLibrary
from orchestration.views.sight import Sight


@dataclass(frozen=True)
class Approved:
    """Who let the record go on in spite of a reason, by which right, when and why."""

    number: int
    by: str
    role: str
    at: datetime
    because: str


@dataclass(frozen=True)
class Reason:
    """One reason a record has now, with the words that explain it."""

    code: str
    checkpoint: str | None
    reason_class: str
    severity: str
    owner: str
    due_at: datetime
    first_at: datetime
    defect: str
    clinical: str
    billing: str
    next_step: str
    fact: str | None = None
    approved: Approved | None = None

    @property
    def keeps(self) -> bool:
        """Whether it keeps the record where it is: a warning or an approved one does not."""
        return self.severity != "WARN" and self.approved is None

    def as_json(self) -> dict[str, object]:
        """The documented shape."""
        return {
            "code": self.code,
            "checkpoint": self.checkpoint,
            "class": self.reason_class,
            "severity": self.severity,
            "owner": self.owner,
            "due_at": self.due_at,
            "since": self.first_at,
            "defect": self.defect,
            "clinical": self.clinical,
            "billing": self.billing,
            "next_step": self.next_step,
            "fact": self.fact,
            "approved": self.approved,
        }


@cache
def edits_of(library: SqlLibrary, hop: str) -> Mapping[str, Edit]:
    """The hop's edits by code."""
    models = tuple(path.stem for path in (library.folder / "models" / hop).glob("*.sql"))
    return {edit.code: edit for edit in load_edits(library, hop, models)}


def edit_of(sight: Sight, hop: str, code: str) -> Edit:
    """The edit of a hop by its code, in capitals or not.

    Raises:
        ContractFailure: there is no such hop, or it has no such edit.
    """
    edits = edits_of(sight.library, sight.hop(hop).name)
    found = edits.get(code.upper())
    if found is None:
        near = get_close_matches(code.upper(), edits, 1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(edits))}"
        message = f"no edit of {hop} has the code {code!r}; {hint}"
        raise ContractFailure(message)
    return found


def _approved(row: sa.Row[Any]) -> Approved | None:
    if row.approval_id is None:
        return None
    return Approved(
        row.approval_id, row.approved_by, row.approved_role, row.approved_at, row.because
    )


def reasons_of(sight: Sight, entries: Mapping[int, str]) -> dict[int, tuple[Reason, ...]]:
    """Every reason of some entries, in checkpoint order.

    Args:
        sight: What we look at.
        entries: Entry number to the name of its hop.
    """
    rows = sight.rows(
        "select reason.*, approval.approved_by, approval.approved_role, approval.approved_at"
        " , approval.because"
        " from ledger.reason left join ledger.approval using (approval_id)"
        " where reason.entry_id = any(:entries) order by reason.checkpoint, reason.code",
        entries=list(entries),
    )
    found: dict[int, tuple[Reason, ...]] = {}
    for row in rows:
        edit = edits_of(sight.library, entries[row.entry_id]).get(row.code)
        reason = Reason(
            code=row.code,
            checkpoint=row.checkpoint,
            reason_class=row.reason_class,
            severity=row.severity,
            owner=row.owner_role,
            due_at=row.due_at,
            first_at=row.first_at,
            defect=edit.defect if edit else f"{row.code}; its rule is no longer in force",
            clinical=edit.clinical if edit else "",
            billing=edit.billing if edit else "",
            next_step=edit.next_step if edit else "The next pass lets it go on.",
            fact=row.fact,
            approved=_approved(row),
        )
        found[row.entry_id] = (*found.get(row.entry_id, ()), reason)
    return found
