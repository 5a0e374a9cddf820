"""Edits: one SQL file per rule, whose head says everything a person must know about it.

The first comment line is ``-- CODE: the defect in one sentence``; the lines after it are
``-- key: value``. The query names the rows that break the rule by ``record_id``.

A second column named ``fact`` says what exactly was found (which other visit, which version): an
approval of the finding holds for that fact and no other.

Edits that look at one candidate row only (``select ... from candidate where ...``) are read as
predicates and asked together in one scan; edits that join are queries of their own. Nobody has to
say which is which.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast, get_args

import sqlglot
from sqlglot import exp

from orchestration.flow.heads import Head, read_head
from orchestration.ground.failures import ContractFailure
from orchestration.ground.sql import SqlLibrary

Severity = Literal["BLOCK", "HOLD", "WARN"]
Outcome = Literal["held", "waiting", "excluded", "cancelled", "rejected"]

REASON_CLASSES = frozenset(
    {
        "QUEUE",
        "PERMISSION",
        "DATE_RANGE",
        "STATUS_LOCK",
        "MAPPING",
        "EXTERNAL",
        "SEQUENCE",
        "DOC_TIMING",
        "AUTH_CHANGE_LATE",
        "HIDDEN_CORRECTION",
        "NO_ACK",
        "PLAN_DELIVERY_VARIANCE",
        "UNRECONCILED",
        "CONTRACT_STALE",
        "UNGOVERNED_FEED",
        "SCHEMA",
        "CREDENTIAL",
        "TIMEOUT",
        "PARITY",
        "PROVIDER_DATA",
    }
)
OWNER_ROLES = frozenset(
    {
        "EVV coordinator",
        "Scheduler",
        "Care coordinator",
        "Clinical supervisor",
        "Authorization specialist",
        "Billing specialist",
        "Billing manager",
        "EDI analyst",
        "Credentialing specialist",
        "Contract/payer-relations manager",
        "Compliance/QA lead",
        "Data on-call",
        "Privacy/security officer",
    }
)
#: At one checkpoint, what ends a record's way comes before what somebody must mend, and that
#: before what only time mends.
_FIRST = {"held": 1, "waiting": 2}
_HEAD_KEYS = (
    "checkpoint",
    "class",
    "severity",
    "owner",
    "due",
    "clinical",
    "billing",
    "next",
    "source",
)
#: What a rule of class STATUS_LOCK also says when it finds a change after a lock.
_LOCK_KEYS = ("lock", "locks", "unlock")
_DUE = re.compile(r"(\d+) (hours?|business days?|days?)")


@dataclass(frozen=True)
class Lock:
    """A status after which a record may not change, and the way out.

    Args:
        name: The lock: ``submitted claim``.
        what: Which status locks what.
        unlocked_by: Role that may unlock.
        way_out: How.
    """

    name: str
    what: str
    unlocked_by: str
    way_out: str


@dataclass(frozen=True)
class Edit:
    """One rule about one record.

    Args:
        code: What the field calls it: ``EVV-NO-OUT``.
        name: File stem: the defect, as a biller would say it.
        hop: The hop it belongs to.
        defect: The defect in one sentence.
        checkpoint: The checkpoint a record that breaks it has not reached.
        reason_class: Kind of reason.
        severity: BLOCK and HOLD keep the record here, WARN lets it go on and is shown.
        outcome: The state the record stands in while the rule is broken.
        owner: Role that mends it.
        due_hours: Clock hours until it is due, or None when business days count.
        due_business_days: Business days until it is due, or None when hours count.
        clinical: What it means, for clinical staff.
        billing: What it means, for billing staff.
        next_step: What to do.
        source: Where the rule comes from.
        sql: The rendered query.
        row_condition: The same as a predicate on one candidate row, where it is one.
        fact: What tells one finding of this rule from another: an expression on the candidate
            row for a rule about one row, else the query's column; None when the record's
            version tells.
        lock: For class STATUS_LOCK, the lock that was on.
    """

    code: str
    name: str
    hop: str
    defect: str
    checkpoint: str
    reason_class: str
    severity: Severity
    outcome: Outcome
    owner: str
    due_hours: int | None
    due_business_days: int | None
    clinical: str
    billing: str
    next_step: str
    source: str
    sql: str
    row_condition: str | None
    fact: str | None
    lock: Lock | None


def load_edits(library: SqlLibrary, hop: str, models: tuple[str, ...]) -> tuple[Edit, ...]:
    """All edits of a hop, by checkpoint: the order reasons are shown in, the first as blocker.

    Args:
        library: Where the SQL is.
        hop: The hop.
        models: Names of the models that are built before edits run.

    Raises:
        ContractFailure: a head is incomplete or wrong, or a code is used twice.
    """
    folder = library.folder / "edits" / hop
    edits = [read_edit(library, path, hop, models) for path in sorted(folder.glob("*.sql"))]
    seen: dict[str, str] = {}
    for edit in edits:
        if edit.code in seen:
            message = f"{folder}: {edit.code} is claimed by {seen[edit.code]} and {edit.name}"
            raise ContractFailure(message)
        seen[edit.code] = edit.name
    return in_order(edits)


def in_order(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """The order reasons are shown in, the first as blocker."""
    return tuple(
        sorted(edits, key=lambda edit: (edit.checkpoint, _FIRST.get(edit.outcome, 0), edit.code))
    )


def _lock(head: Head) -> Lock | None:
    said = [key for key in _LOCK_KEYS if key in head.values]
    if not said:
        return None
    if len(said) < len(_LOCK_KEYS) or head.values["class"] != "STATUS_LOCK":
        message = f"{head.path}: {', '.join(_LOCK_KEYS)} go together, with class STATUS_LOCK"
        raise ContractFailure(message)
    role, _, way = head.values["unlock"].partition(": ")
    if role not in OWNER_ROLES or not way:
        message = f"{head.path}: unlock is a role and how, like 'Billing manager: void the claim.'"
        raise ContractFailure(message)
    return Lock(head.values["lock"], head.values["locks"], role, way)


def read_edit(library: SqlLibrary, path: Path, hop: str, models: tuple[str, ...]) -> Edit:
    """One edit from its file.

    Raises:
        ContractFailure: its head is incomplete or wrong, or it reads a table nobody makes.
    """
    sql = library.render(path, hop, models).sql
    read = read_head(path, _HEAD_KEYS, ("outcome", *_LOCK_KEYS))
    head = read.values
    severity = read.one_of("severity", get_args(Severity))
    outcome = read.one_of("outcome", get_args(Outcome), "held")
    due = _DUE.fullmatch(head["due"])
    if due is None:
        message = f"{path}: due is {head['due']!r}; write '24 hours' or '2 business days'"
        raise ContractFailure(message)
    amount, unit = int(due[1]), due[2]
    hours = {"hour": amount, "day": 24 * amount}.get(unit.removesuffix("s"))
    row_condition, fact = _row_condition(sql, f"{hop}__candidate")
    return Edit(
        code=read.name,
        name=path.stem,
        hop=hop,
        defect=read.sentence,
        checkpoint=head["checkpoint"],
        reason_class=read.one_of("class", REASON_CLASSES),
        severity=cast("Severity", severity),
        outcome=cast("Outcome", outcome),
        owner=read.one_of("owner", OWNER_ROLES),
        due_hours=hours,
        due_business_days=None if hours is not None else amount,
        clinical=head["clinical"],
        billing=head["billing"],
        next_step=head["next"],
        source=head["source"],
        sql=sql,
        row_condition=row_condition,
        fact=fact,
        lock=_lock(read),
    )


@cache
def _row_condition(sql: str, candidate: str) -> tuple[str | None, str | None]:
    """Where and what a query finds: its WHERE if it reads only the candidate, and its fact.

    Parsing is most of what loading costs, so each text is parsed once a process.
    """
    query = sqlglot.parse_one(sql, dialect="postgres")
    if not isinstance(query, exp.Query):
        return None, None
    facts = [found for found in query.selects if found.alias_or_name == "fact"]
    named = "fact" if facts else None
    if not isinstance(query, exp.Select) or query.args.get("with_"):
        return None, named
    tables = list(query.find_all(exp.Table))
    alone = len(tables) == 1 and tables[0].name == candidate
    shaped = any(query.args.get(key) for key in ("joins", "group", "having", "windows", "distinct"))
    where = query.args.get("where")
    if not alone or shaped or where is None or query.find(exp.Window):
        return None, named
    for column in query.find_all(exp.Column):
        column.set("table", None)
    for bind in list(query.find_all(exp.Placeholder)):
        bind.replace(exp.var(f":{bind.name}"))
    fact = _text(facts[0].unalias()) if facts else None
    return _text(where.this), fact


def _text(expression: exp.Expr) -> str:
    return str(expression.sql(dialect="postgres", comments=False))
