"""What a partner's answer says, as flat rows, and what could not be read of it.

Rows carry keys, codes and amounts; names, birth dates and free text of an answer stay in the
file. ``codes`` are spelled the same whatever separators the partner uses:

    TA1     "025"                           the note code
    999     "IK304:8" "IK403:1" "IK502:5"   element of the 999, code
    277CA   "A7:164:IL"                     category, status, entity
    835     "CLP:1" "CO:197" "HE:N820"      claim status; adjustment group and reason; remark
            "PLB:72"                        reason of an adjustment outside claims
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, Protocol

from orchestration.partners.x12.interchanges import Fault, Seg

Kind = Literal["TA1", "999", "277CA", "835"]
Level = Literal[
    "interchange",
    "group",
    "set",
    "segment",
    "batch",
    "provider",
    "claim",
    "line",
    "payment",
    "adjustment",
]
Outcome = Literal[
    "accepted",
    "accepted_with_errors",
    "partial",
    "rejected",
    "received",
    "forwarded",
    "split",
    "review",
    "paid",
    "unpaid",
    "denied",
    "reversed",
    "not_theirs",
    "predetermined",
    "adjusted",
]
SourceEntity = Literal["clearinghouse", "payer"]
Reason = (
    Fault
    | Literal[
        "set_trailer_missing",
        "set_count_wrong",
        "set_control_differs",
        "set_kind_unknown",
        "segment_outside_set",
        "verdict_missing",
        "verdict_unreadable",
        "status_unreadable",
        "amount_unreadable",
        "claim_unnamed",
        "nothing_said",
        "line_out_of_balance",
        "claim_out_of_balance",
        "payment_out_of_balance",
    ]
)

_MONEY = re.compile(r"-?(?:[0-9]{1,18}\.?[0-9]*|\.[0-9]+)")
_CODE = re.compile(r"[A-Z0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """One statement of an answer.

    ``refers_to`` is the number the statement is about at its level: ISA13, GS06, ST02, the
    batch's reference, the provider's number, CLM01, the payment's number. ``group_control`` and
    ``set_control`` are those of our file, known where the answer names them. ``ordinal`` counts
    rows in the answering file. ``position`` counts segments of our set with ST as 1.
    """

    kind: Kind
    level: Level
    refers_to: str
    outcome: Outcome
    codes: tuple[str, ...] = ()
    group_control: str = ""
    set_control: str = ""
    batch_ref: str = ""
    line_key: str = ""
    payer_claim_number: str | None = None
    amount: Decimal | None = None
    charge: Decimal | None = None
    adjustments: tuple[tuple[str, Decimal], ...] = ()
    source_entity: SourceEntity | None = None
    segment: str = ""
    element: str = ""
    position: int = 0
    sender_id: str = ""
    reply_interchange: str = ""
    reply_set: str = ""
    ordinal: int = 0


@dataclass(frozen=True, slots=True)
class Trouble:
    """A piece of an answer that was not read, or was read and does not add up, and why."""

    reason: Reason
    refers_to: str = ""
    kind: Kind | None = None
    reply_interchange: str = ""
    reply_set: str = ""


@dataclass(frozen=True, slots=True)
class Replies:
    """All a file says. ``unreadable`` pieces gave no rows; ``doubts`` are about rows given."""

    rows: tuple[ReplyRow, ...] = ()
    unreadable: tuple[Trouble, ...] = ()
    doubts: tuple[Trouble, ...] = ()


@dataclass(slots=True)
class Reading:
    """What one transaction set said so far; thrown away if the set turns out torn."""

    rows: list[ReplyRow] = field(default_factory=list)
    unreadable: list[Trouble] = field(default_factory=list)
    doubts: list[Trouble] = field(default_factory=list)


class SetReader(Protocol):
    """A small machine that is fed the segments between ST and SE."""

    def feed(self, seg: Seg) -> None:
        """Take one segment in."""

    def finish(self) -> Reading:
        """Say what the set said."""


def money(text: str) -> Decimal | None:
    """The amount, or None for anything that is not plainly one."""
    return Decimal(text) if _MONEY.fullmatch(text) else None


def is_code(text: str) -> bool:
    """Whether the text is shaped like a code, so that it may be passed on as one."""
    return _CODE.fullmatch(text) is not None
