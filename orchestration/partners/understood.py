"""What a file of replies says and what of ours it answers, without landing it.

Of what it says only ids, codes, counts and money are told; ids that do not look like ids are not.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa

from orchestration.ground.code_words import CodeWords
from orchestration.partners.x12.interchanges import Source
from orchestration.partners.x12.replies import statements
from orchestration.partners.x12.reply_rows import Envelope, ReplyRow, Trouble

FEW: Final = 50
"""How many ids and statements of a kind are told; counts are always whole."""
_AT_ONCE: Final = 2000
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,49}")
_ANSWERING: Final = frozenset({"interchange", "group", "set", "batch", "provider", "claim"})
_FOR_SOMEBODY: Final = frozenset({"rejected", "partial", "review", "denied", "reversed"})


@dataclass(frozen=True)
class Payment:
    """The payment of a remittance.

    Args:
        number: What the bank's transfer or the check carries.
        payer: Who pays, as the number's origin says.
        method: ACH, CHK, NON.
        paid_on: Day of payment.
        cents: What was paid.
        is_balanced: Whether claims and adjustments explain it.
    """

    number: str
    payer: str
    method: str
    paid_on: date | None
    cents: int
    is_balanced: bool


@dataclass(frozen=True)
class Word:
    """A statement somebody should look at.

    Args:
        level: What it speaks about.
        refers_to: Its number.
        line: Our number of the line, where it is one.
        outcome: What it says.
        codes: Codes with their words.
    """

    level: str
    refers_to: str
    line: str
    outcome: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Unread:
    """A piece that was not read, or does not add up.

    Args:
        reason: Why.
        refers_to: What it is about, where that is known.
        kind: Kind of reply.
        interchange: Number of its interchange.
        set_control: Number of its set.
    """

    reason: str
    refers_to: str
    kind: str | None
    interchange: str
    set_control: str


@dataclass
class Part:
    """One transaction set, or the interchange acknowledgements of one interchange.

    Args:
        kind: TA1, 999, 277CA or 835.
        interchange: Number of its interchange.
        set_control: Its number; blank for a TA1.
        sender: Who sent it.
        is_test: Whether it says that it is a test.
        said: Statements by level and outcome.
        answers: Batches of ours it answers, the first few.
        claims_named: How often it names a claim of ours.
        claims_reached: How many claims of ours lie in the file, group, set or batch it answers.
        orphans: What it names that we never sent, the first few.
        orphan_count: How many of those there are.
        payment: The payment, of an 835.
        adjustments: Kinds of money outside claims, with cents the payer kept.
        unbalanced: Claims that do not add up, the first few.
        look_at: Statements somebody should look at, the first few.
    """

    kind: str
    interchange: str
    set_control: str
    sender: str
    is_test: bool
    said: Counter[str] = field(default_factory=Counter)
    answers: list[str] = field(default_factory=list)
    claims_named: int = 0
    claims_reached: int = 0
    orphans: list[str] = field(default_factory=list)
    orphan_count: int = 0
    payment: Payment | None = None
    adjustments: Counter[str] = field(default_factory=Counter)
    unbalanced: list[str] = field(default_factory=list)
    look_at: list[Word] = field(default_factory=list)


@dataclass(frozen=True)
class Understood:
    """A file of replies.

    Args:
        parts: What was read, in the order of the file.
        unread: Pieces that gave nothing, the first few of each reason.
        doubts: What was read and does not add up, the first few of each reason.
        counts: All pieces by reason.
    """

    parts: list[Part]
    unread: list[Unread]
    doubts: list[Unread]
    counts: Counter[str]


def understand(
    source: Source, connection: sa.Connection, words: CodeWords, now: datetime
) -> Understood:
    """Read a file and ask what it answers.

    Args:
        source: The file; it may be larger than memory.
        connection: For asking; nothing is written.
        words: For codes.
        now: The instant answers are taken to have come.
    """
    understood = Understood([], [], [], Counter())
    found = statements(source)
    while some := list(islice(found, _AT_ONCE)):
        matched = _matched(connection, some, now)
        for place, one in enumerate(some):
            if isinstance(one, Trouble):
                _note(understood, one)
            else:
                part = _part_of(understood.parts, one)
                _add(part, one, words)
                if place in matched:
                    _match(part, one, matched[place])
    return understood


def _part_of(parts: list[Part], row: ReplyRow) -> Part:
    envelope: Envelope = row.envelope
    place = (row.kind, shown(envelope.reply_interchange), shown(envelope.reply_set))
    if parts and (parts[-1].kind, parts[-1].interchange, parts[-1].set_control) == place:
        return parts[-1]
    parts.append(Part(*place, shown(envelope.sender_id), envelope.usage == "T"))
    return parts[-1]


def shown(number: str) -> str:
    """A number as it may be shown: what does not look like one may be anything."""
    return number if not number or _ID.fullmatch(number) else "?"


def _note(understood: Understood, trouble: Trouble) -> None:
    understood.counts[trouble.reason] += 1
    if understood.counts[trouble.reason] <= FEW:
        (understood.doubts if trouble.is_doubt else understood.unread).append(
            Unread(
                trouble.reason,
                shown(trouble.refers_to),
                trouble.kind,
                shown(trouble.reply_interchange),
                shown(trouble.reply_set),
            )
        )


def _add(part: Part, row: ReplyRow, words: CodeWords) -> None:
    part.said[f"{row.level} {row.outcome}"] += 1
    if row.level == "payment" and row.amount is not None:
        part.payment = Payment(
            shown(row.payment.ref),
            shown(row.payment.payer),
            row.payment.method,
            row.stated_on,
            _cents(row.amount),
            bool(row.is_balanced),
        )
    elif row.level == "adjustment" and row.amount is not None:
        part.adjustments[row.adjustment_kind] += _cents(row.amount)
    elif row.level == "claim" and row.is_balanced is False and len(part.unbalanced) < FEW:
        part.unbalanced.append(shown(row.refers_to))
    if row.outcome in _FOR_SOMEBODY and len(part.look_at) < FEW:
        codes = tuple(words.spoken(code) for code in row.codes)
        word = Word(row.level, shown(row.refers_to), shown(row.line_key), row.outcome, codes)
        part.look_at.append(word)


def _cents(amount: Decimal) -> int:
    return int((amount * 100).to_integral_value())


def _match(part: Part, row: ReplyRow, named: Any) -> None:
    if named.claims:
        if row.level == "claim":
            part.claims_named += 1
        else:
            part.claims_reached = max(part.claims_reached, named.claims)
        new = [batch for batch in named.batches if batch not in part.answers]
        part.answers += new[: FEW - len(part.answers)]
        return
    part.orphan_count += 1
    if len(part.orphans) < FEW:
        part.orphans.append(f"{row.level} {shown(row.refers_to)}".rstrip())


def _matched(
    connection: sa.Connection, some: Iterable[ReplyRow | Trouble], now: datetime
) -> dict[int, Any]:
    """For each statement that answers something, by its place: how many claims, which batches."""
    asked = list(_asked(some))
    if not asked:
        return {}
    columns = dict(zip(_COLUMNS, map(list, zip(*asked, strict=True)), strict=True))
    return {row.place: row for row in connection.execute(_MATCH, {**columns, "now": now})}


def _asked(some: Iterable[ReplyRow | Trouble]) -> Iterator[tuple[Any, ...]]:
    for place, row in enumerate(some):
        if isinstance(row, ReplyRow) and row.level in _ANSWERING:
            yield (
                place,
                row.kind,
                row.level,
                row.refers_to or None,
                row.group_control or None,
                row.set_control or None,
                row.batch_ref or None,
                row.envelope.sender_id or None,
            )


_COLUMNS: Final = (
    "places",
    "kinds",
    "levels",
    "refers",
    "groups",
    "sets",
    "batches",
    "senders",
)
_MATCH = sa.text("""
select
    said.place
    , count(distinct named.claim_id) as claims
    , array_agg(distinct attempt.batch_no order by attempt.batch_no)
        filter (where attempt.batch_no is not null) as batches
from unnest(
    cast(:places as bigint []), cast(:kinds as text []), cast(:levels as text [])
    , cast(:refers as text []), cast(:groups as text []), cast(:sets as text [])
    , cast(:batches as text []), cast(:senders as text [])
) as said (
    place, reply_kind, level, refers_to, group_control, set_control, batch_ref, sender_id
)
left join lateral core.claims_answered(
    said.reply_kind, said.level, said.refers_to, said.group_control, said.set_control
    , said.batch_ref, said.sender_id, :now
) as named on true
left join core.claim_attempt as attempt
    on named.claim_id = attempt.claim_id and named.attempt_no = attempt.attempt_no
group by said.place
""")
