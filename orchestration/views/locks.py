"""The register of status locks: which status locks what, who unlocks and how, and what it holds."""

from dataclasses import dataclass

from orchestration.flow.edits import Edit, Lock
from orchestration.ground.contracts import Hop
from orchestration.views.reasons import edits_of
from orchestration.views.sight import Sight


@dataclass(frozen=True)
class LockRow:
    """One lock.

    Args:
        lock: Its name.
        hop: The hop that finds changes after it.
        record: What that hop moves.
        code: The edit that finds them.
        what: Which status locks what.
        unlocked_by: Role that may unlock.
        way_out: How.
        owner: Role that mends what was changed.
        records: Records that stand still for it now.
    """

    lock: str
    hop: str
    record: str
    code: str
    what: str
    unlocked_by: str
    way_out: str
    owner: str
    records: int


def locks(sight: Sight) -> list[LockRow]:
    """Every lock, by hop and code."""
    held = {
        (row.hop, row.code): row.records
        for row in sight.rows(
            "select entry.hop, reason.code, count(*) as records from ledger.reason"
            " inner join ledger.entry on reason.entry_id = entry.entry_id"
            " where reason.reason_class = 'STATUS_LOCK' and reason.approval_id is null"
            " and entry.state in ('waiting', 'held') group by 1, 2"
        )
    }
    found = []
    for hop in sight.hops:
        for code, edit in sorted(edits_of(sight.library, hop.name).items()):
            if edit.lock is not None:
                records = held.get((hop.name, code), 0)
                found.append(_row(hop, edit, edit.lock, records))
    return found


def _row(hop: Hop, edit: Edit, lock: Lock, records: int) -> LockRow:
    return LockRow(
        lock=lock.name,
        hop=hop.name,
        record=hop.record,
        code=edit.code,
        what=lock.what,
        unlocked_by=lock.unlocked_by,
        way_out=lock.way_out,
        owner=edit.owner,
        records=records,
    )
