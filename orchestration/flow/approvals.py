"""Approved exceptions: who may let a HOLD go, for which finding, and taking it back.

An approval is a row that is never changed; the next pass lets the record go on and shows by whom.
It holds for the finding it was given for: another version of the record, another fact found, or
the same found anew is held again.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from orchestration.flow.edits import OWNER_ROLES, Edit
from orchestration.ground.approvers import Approvers
from orchestration.ground.contracts import Hop
from orchestration.ground.failures import ContractFailure, PermanentFailure
from orchestration.ground.sql import SqlLibrary, bound


@dataclass(frozen=True)
class Wish:
    """What somebody asks for.

    Args:
        record: The record, as the ledger names it.
        code: The reason it is held for.
        by: Who asks, as the agency's file names them.
        because: Why; kept for good, so it names no person.
    """

    record: str
    code: str
    by: str
    because: str


@dataclass(frozen=True)
class Approval:
    """One exception that was approved.

    Args:
        number: Its number.
        hop: Where.
        record: What goes on.
        code: In spite of which reason.
        version: Of the record as it was then.
        fact: What exactly was found, where the rule says.
        approved_by: Who.
        approved_role: By which role's right.
        because: Why.
        approved_at: When.
        withdrawn_by: Who took it back, None while it is in force.
        withdrawn_at: When.
    """

    number: int
    hop: str
    record: str
    code: str
    version: int | None
    fact: str | None
    approved_by: str
    approved_role: str
    because: str
    approved_at: datetime
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None


@dataclass(frozen=True)
class Registrar:
    """Writes approvals down, for those who may.

    Args:
        library: Where the hops' ``maker.sql`` are.
        approvers: Who may.
        zone: The agency's zone, in which rights count their days.
    """

    library: SqlLibrary
    approvers: Approvers
    zone: str

    def approve(
        self, connection: sa.Connection, hop: Hop, edit: Edit, wish: Wish, now: datetime
    ) -> Approval:
        """Write an approval.

        Raises:
            PermanentFailure: it cannot be approved, or not by this person; the message says why
                and what to do instead.
            ContractFailure: the agency's file names a role that does not exist.
        """
        by, because = wish.by.strip(), wish.because.strip()
        if not because:
            _refuse("an approval needs a reason: --why says it in a few words")
        if edit.severity == "BLOCK":
            _refuse(
                f"{edit.code} is a BLOCK: nobody can approve it, it has to be mended. "
                f"{edit.next_step}"
            )
        if edit.severity == "WARN":
            _refuse(f"{edit.code} only warns; a record goes on without approval")
        role = self._right(by, edit.code, now)
        found = self._finding(connection, hop, edit, wish.record)
        makers = self._makers(connection, hop, wish.record)
        if makers & self.approvers.names_of(by):
            _refuse(
                f"{by} made or changed {wish.record}; somebody else with the right has to approve"
            )
        row = connection.execute(
            _APPROVE,
            {
                "entry_id": found.entry_id,
                "hop": hop.name,
                "record_id": wish.record,
                "code": edit.code,
                "version": found.version,
                "fact": found.fact,
                "finding_at": found.first_at,
                "by": by,
                "role": role,
                "because": because,
                "now": now,
            },
        ).one()
        _tell(connection, found.entry_id, by, f"exception approved: {edit.code}", now)
        return Approval(*tuple(row))

    def withdraw(
        self, connection: sa.Connection, number: int, by: str, because: str, now: datetime
    ) -> Approval:
        """Take an approval back; what went on because of it is looked at again.

        Raises:
            PermanentFailure: there is no such approval in force, or this person may not.
        """
        if not because.strip():
            _refuse("taking an approval back needs a reason: --why says it in a few words")
        row = connection.execute(_IN_FORCE, {"number": number}).first()
        if row is None:
            _refuse(f"no approval {number} is in force; `carehops approvals` lists them")
        self._right(by, row.code, now)
        connection.execute(
            _WITHDRAW, {"number": number, "by": by, "because": because.strip(), "now": now}
        )
        _tell(connection, row.entry_id, by, f"approval of {row.code} withdrawn", now)
        return next(given for given in approvals(connection) if given.number == number)

    def _right(self, by: str, code: str, now: datetime) -> str:
        unknown = {right.role for right in self.approvers.rights} - OWNER_ROLES
        if unknown:
            message = (
                f"{self.approvers.path}: no role is called {', '.join(sorted(unknown))}; there "
                f"are {', '.join(sorted(OWNER_ROLES))}"
            )
            raise ContractFailure(message)
        today = now.astimezone(ZoneInfo(self.zone)).date()
        role = self.approvers.role_for(by, code, today)
        if role is None:
            may = ", ".join(self.approvers.roles_for(code, today)) or "nobody"
            _refuse(
                f"{by} has no right to approve {code} today; {may} may. Rights are in "
                f"{self.approvers.path}"
            )
        return role

    def _finding(self, connection: sa.Connection, hop: Hop, edit: Edit, record: str) -> sa.Row[Any]:
        row = connection.execute(
            _FINDING, {"hop": hop.name, "record_id": record, "code": edit.code}
        ).first()
        if row is None:
            _refuse(f"{record} is not held at {hop.name} for {edit.code}")
        if row.approved_by:
            _refuse(f"{row.approved_by} approved that already; the next pass lets it go on")
        return row

    def _makers(self, connection: sa.Connection, hop: Hop, record: str) -> set[str]:
        model = self.library.model(hop.name, "maker")
        if model is None:
            message = (
                f"models/{hop.name}/maker.sql is missing: nobody knows who made a {hop.record}"
            )
            raise ContractFailure(message)
        rows = connection.execute(bound(model.sql, {"record_id": record}))
        return {str(row.maker).lower() for row in rows}


def approvals(connection: sa.Connection, hop: str | None = None) -> list[Approval]:
    """Every approval, those taken back too, newest first."""
    return [Approval(*tuple(row)) for row in connection.execute(_LIST, {"hop": hop})]


def _refuse(why: str) -> NoReturn:
    message = f"refused: {why}"
    raise PermanentFailure(message)


def _tell(connection: sa.Connection, entry_id: int, by: str, note: str, now: datetime) -> None:
    """Put it into the record's history."""
    connection.execute(_TELL, {"entry_id": entry_id, "by": by, "note": note, "now": now})


_FINDING = sa.text("""
select entry.entry_id, entry.version, reason.fact, reason.first_at, approval.approved_by
from ledger.entry as entry
inner join ledger.reason as reason on entry.entry_id = reason.entry_id and reason.code = :code
left join ledger.approval_in_force as approval
    on entry.entry_id = approval.entry_id and approval.code = :code
    and approval.version is not distinct from entry.version
    and approval.fact is not distinct from reason.fact
    and approval.finding_at = reason.first_at
where entry.hop = :hop and entry.record_id = :record_id and entry.state in ('waiting', 'held')
""")

_COLUMNS = """
approval_id, hop, record_id, code, version, fact, approved_by, approved_role, because, approved_at
"""

_APPROVE = sa.text(f"""
insert into ledger.approval (entry_id, hop, record_id, code, version, fact, finding_at
    , approved_by, approved_role, because, approved_at)
values (:entry_id, :hop, :record_id, :code, :version, :fact, :finding_at, :by, :role, :because
    , :now)
returning {_COLUMNS}
""")

_IN_FORCE = sa.text(
    "select entry_id, code from ledger.approval_in_force where approval_id = :number"
)

_WITHDRAW = sa.text("""
insert into ledger.approval_withdrawal (approval_id, withdrawn_by, because, withdrawn_at)
values (:number, :by, :because, :now)
""")

_LIST = sa.text("""
select approval.approval_id, approval.hop, approval.record_id, approval.code, approval.version
    , approval.fact, approval.approved_by, approval.approved_role, approval.because
    , approval.approved_at, withdrawal.withdrawn_by, withdrawal.withdrawn_at
from ledger.approval
left join ledger.approval_withdrawal as withdrawal
    on approval.approval_id = withdrawal.approval_id
where cast(:hop as text) is null or approval.hop = :hop
order by approval.approval_id desc
""")

_TELL = sa.text("""
insert into ledger.transition
    (entry_id, at, from_state, to_state, checkpoint, attempt, actor, note)
select entry_id, :now, state, state, checkpoint, attempt, :by, :note
from ledger.entry where entry_id = :entry_id
""")
