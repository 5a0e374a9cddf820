"""The way a record came: every file, line, hop, change, claim and reply, in the order of time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from orchestration.ground.contracts import Table
from orchestration.views.entries import Standing
from orchestration.views.held_lines import HeldLine
from orchestration.views.identifiers import holders
from orchestration.views.mentions import File, Mention, files, rows_of
from orchestration.views.sight import Sight

_MANY = 200


@dataclass(frozen=True)
class Step:
    """One thing that happened to a record.

    Args:
        at: When.
        hop: Where: ``landing`` or a hop.
        event: What, in a word or two.
        detail: The same for people.
        file: File it came with or from.
        line: Line there.
        codes: Reasons.
        by: Who did it.
        told: What a reply says, as codes.
    """

    at: datetime
    hop: str
    event: str
    detail: str
    file: str | None = None
    line: int | None = None
    codes: tuple[str, ...] = ()
    by: str | None = None
    told: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class LateChange:
    """Something a record relied on that changed after it had moved."""

    hop: str
    relied_on: str
    old_version: int
    new_version: int
    changed_at: datetime | None
    changed_by: str | None
    seen_at: datetime
    is_final: bool
    consequence: str


@dataclass(frozen=True)
class Claims:
    """What a record was billed on, and the newest answer to it."""

    numbers: tuple[str, ...]
    steps: tuple[Step, ...]
    answered_at: datetime | None


def landed(sight: Sight, record: str) -> tuple[Mention, ...]:
    """The rows a record was made of, all versions, oldest first."""
    makers = [feed for feed in sight.feeds if sight.takers(f"landing.{feed.table.name}")]
    parts = record.split("/")
    key_length = {f"landing.{feed.table.name}": len(feed.table.key) for feed in makers}
    return tuple(
        mention
        for mention in rows_of(sight, record, makers, beginning=True)
        # an id longer than the row's key names one version of it
        if len(parts) == key_length[mention.table] or f"v{mention.version}" in parts
    )


def landing_steps(
    sight: Sight, rows: tuple[Mention, ...], held: tuple[HeldLine, ...]
) -> Iterator[Step]:
    """How it landed: rows, and lines that wait."""
    known = files(sight, (row.file_id for row in rows))
    for row in rows:
        file = known.get(row.file_id) or File(row.file_id, f"file {row.file_id}", "", "")
        version = "" if row.version is None else f"version {row.version} "
        detail = f"{version}landed as line {row.line_no} of {file.name}"
        yield Step(row.at, "landing", "landed", detail, file.name, row.line_no)
    for line in held:
        detail = f"line {line.line_no} of {line.file.name} is held: {', '.join(line.codes)}"
        codes = tuple(line.codes)
        yield Step(line.held_at, "landing", "held", detail, line.file.name, line.line_no, codes)
        if line.ended_at is not None:
            event = "mended" if line.settled_by is None else "settled"
            detail = f"line {line.line_no} of {line.file.name} is {line.ending}"
            where = (line.file.name, line.line_no, codes)
            yield Step(line.ended_at, "landing", event, detail, *where, by=line.settled_by)


def ledger_steps(sight: Sight, standings: tuple[Standing, ...]) -> Iterator[Step]:
    """What hops decided."""
    hop_of = {standing.entry_id: standing.hop for standing in standings}
    rows = sight.rows(
        "select * from ledger.transition where entry_id = any(:entries)"
        # newest by time, not by number: the number's index would be walked through all history
        " order by at desc, transition_id desc limit :many",
        entries=list(hop_of),
        many=_MANY,
    )
    steps: dict[str, list[Step]] = {}
    for standing in standings:
        detail = f"taken into the queue of {standing.hop}"
        steps[standing.hop] = [Step(standing.received_at, standing.hop, "received", detail)]
    for row in reversed(rows):
        steps[hop_of[row.entry_id]].append(_change(row, hop_of[row.entry_id]))
    # hop after hop: what happened at one instant then stays in the order it happened
    for standing in standings:
        yield from steps[standing.hop]


def _change(row: sa.Row[Any], hop: str) -> Step:
    """One line of a record's history."""
    change = row.to_state if row.from_state != row.to_state else f"still {row.to_state}"
    where = f" at {row.checkpoint}" if row.checkpoint else ""
    why = f": {', '.join(row.reason_codes)}" if row.reason_codes else ""
    note = f" ({row.note})" if row.note else ""
    return Step(
        row.at,
        hop,
        row.to_state,
        f"{change}{where}{why}{note}",
        codes=tuple(row.reason_codes),
        by=row.actor,
    )


def late_changes(sight: Sight, record: str) -> tuple[LateChange, ...]:
    """What changed under a record after it had moved, oldest first."""
    rows = sight.rows(
        "select hop, relied_on, old_version, new_version, changed_at, changed_by, seen_at"
        " , is_final, consequence"
        " from ledger.late_change where record_id = :record order by seen_at, late_change_id",
        record=record,
    )
    return tuple(LateChange(*tuple(row)) for row in rows)


def late_steps(changes: tuple[LateChange, ...]) -> Iterator[Step]:
    """The same as steps."""
    for change in changes:
        detail = (
            f"{change.relied_on} changed from version {change.old_version} to "
            f"{change.new_version} after it had moved: {change.consequence}"
        )
        yield Step(change.seen_at, change.hop, "late change", detail, by=change.changed_by)


def claims_of(sight: Sight, record: str) -> Claims:
    """The claims a record is on, and every reply that names one of them."""
    numbers: dict[str, datetime] = {}
    known = list(holders(sight.feeds, sight.hops))
    steps = []
    for holder in known:
        if holder.hop is None or "record_id" not in _key(sight, holder.hop, holder.table):
            continue
        for column in holder.of_kind("claim"):
            for row in sight.rows(
                f"select {column} as claim, published_at from {holder.table}"
                f" where record_id = :record and {column} is not null",
                record=record,
            ):
                if row.claim not in numbers:
                    numbers[row.claim] = row.published_at
                    detail = f"billed on claim {row.claim}"
                    steps.append(Step(row.published_at, holder.hop, "claimed", detail))
    replies = [
        step
        for holder in known
        if holder.contract is not None and numbers
        for column in holder.of_kind("claim")
        for step in _replies(sight, holder.contract, column, list(numbers))
    ]
    answered = max((step.at for step in replies), default=None)
    return Claims(tuple(numbers), (*steps, *replies), answered)


def _key(sight: Sight, hop: str, table: str) -> tuple[str, ...]:
    return next(t.key for t in sight.hop(hop).targets if f"core.{t.name}" == table)


def _said(name: str, value: object) -> str:
    """A value; of a yes or no, what it is or is not."""
    if not isinstance(value, bool):
        return str(value)
    return f"{'' if value else 'not '}{name.removeprefix('is_')}"


def _spoken(sight: Sight, codes: str) -> str:
    return ", ".join(map(sight.words.spoken, codes.split(";")))


def _replies(sight: Sight, table: Table, column: str, claims: list[str]) -> Iterator[Step]:
    """What came back: only columns of codes, which hold nobody's data."""
    told = [
        known.name
        for known in table.columns
        if known.is_told
        and not known.payload
        and known.identifies is None
        and known.name not in table.key
    ]
    coded = {known.name for known in table.columns if known.is_codes}
    rows = sight.rows(
        f"select reply.file_id, reply.line_no, reply.landed_at, file.name as file_name"
        f" , {', '.join(f'reply.{name}' for name in told)}"
        f" from landing.{table.name} as reply"
        " left join landing.file as file on reply.file_id = file.file_id"
        f" where reply.{column} = any(:claims) order by reply.landed_at limit :many",
        claims=claims,
        many=_MANY,
    )
    for row in rows:
        says = {name: getattr(row, name) for name in told if getattr(row, name) is not None}
        words = " ".join(
            _spoken(sight, value) if name in coded else _said(name, value)
            for name, value in says.items()
        )
        yield Step(
            row.landed_at,
            "landing",
            "reply",
            f"reply: {words}",
            row.file_name,
            row.line_no,
            told=says,
        )
