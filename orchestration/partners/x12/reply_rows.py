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
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal, NamedTuple, Protocol

from orchestration.partners.x12.interchanges import SHOWN, Fault

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
        "interchange_trailer_missing",
        "interchange_count_wrong",
        "interchange_control_differs",
        "group_trailer_missing",
        "group_count_wrong",
        "group_control_differs",
        "group_control_repeated",
        "set_control_repeated",
        "set_trailer_missing",
        "set_count_wrong",
        "set_control_differs",
        "set_kind_unknown",
        "segment_outside_set",
        "nothing_inside",
        "verdict_missing",
        "verdict_unreadable",
        "status_unreadable",
        "amount_unreadable",
        "claim_unnamed",
        "separator_not_the_declared",
        "nothing_said",
        "line_out_of_balance",
        "claim_out_of_balance",
        "payment_out_of_balance",
    ]
)
DOUBTS: Final[frozenset[Reason]] = frozenset(
    {
        "header_unpadded",
        "version_unknown",
        "interchange_trailer_missing",
        "interchange_count_wrong",
        "interchange_control_differs",
        "group_trailer_missing",
        "group_count_wrong",
        "group_control_differs",
        "group_control_repeated",
        "set_control_repeated",
        "separator_not_the_declared",
        "nothing_said",
        "line_out_of_balance",
        "claim_out_of_balance",
        "payment_out_of_balance",
    }
)
"""Reasons about what was read all the same; any other names a piece that gave no rows."""

Seg = str
"""A segment as it stands in the file, without its terminator."""

_PAD: Final = [""] * 26

_MONEY = re.compile(r"-?(?:[0-9]{1,18}\.?[0-9]{0,4}|\.[0-9]{1,4})")
_CODE = re.compile(r"[A-Z0-9]{1,5}")
_SERVICE = re.compile(r"[A-Z0-9]{1,8}")
_DAY = re.compile(r"(?:19|20)[0-9]{6}")


class Envelope(NamedTuple):
    """Who sent a statement, and in what.

    ``usage`` is T or P, the test indicator of the interchange.
    """

    sender_id: str = ""
    receiver_id: str = ""
    usage: str = ""
    reply_interchange: str = ""
    reply_set: str = ""


class Payment(NamedTuple):
    """The payment a statement belongs to: the bank's number, who pays, and how."""

    ref: str = ""
    payer: str = ""
    method: str = ""


NO_ENVELOPE: Final = Envelope()
NO_PAYMENT: Final = Payment()


class ReplyRow(NamedTuple):
    """One statement of an answer.

    ``refers_to`` is the number the statement is about at its level: ISA13, GS06, ST02, the
    batch's reference, the provider's number, CLM01, the payment's number. ``group_control`` and
    ``set_control`` are those of our file, known where the answer names them. ``position`` counts
    segments of our set with ST as 1. ``is_balanced`` is None where there is no money to add up,
    ``is_correction`` where no claim is paid for.
    """

    kind: Kind
    level: Level
    refers_to: str
    outcome: Outcome
    codes: tuple[str, ...] = ()
    group_control: str = ""
    set_control: str = ""
    batch_ref: str = ""
    provider_id: str = ""
    line_key: str = ""
    service_code: str = ""
    payer_claim_number: str = ""
    named_payer: str = ""
    charge: Decimal | None = None
    amount: Decimal | None = None
    adjustments: tuple[tuple[str, Decimal], ...] = ()
    adjustment_kind: str = ""
    is_balanced: bool | None = None
    is_correction: bool | None = None
    payment: Payment = NO_PAYMENT
    stated_on: date | None = None
    segment: str = ""
    element: str = ""
    position: int = 0
    source_entity: SourceEntity | None = None
    envelope: Envelope = NO_ENVELOPE


@dataclass(frozen=True, slots=True)
class Trouble:
    """A piece of an answer that was not read, or was read and does not add up, and why.

    ``raw`` is the piece as it stands in the file, or its beginning; it may hold a person's data.
    """

    reason: Reason
    refers_to: str = ""
    kind: Kind | None = None
    reply_interchange: str = ""
    reply_set: str = ""
    raw: str = field(default="", repr=False)

    @property
    def is_doubt(self) -> bool:
        """Whether rows were given all the same."""
        return self.reason in DOUBTS


@dataclass(frozen=True, slots=True)
class Replies:
    """All a file says. ``unreadable`` pieces gave no rows; ``doubts`` are about rows given."""

    rows: tuple[ReplyRow, ...] = ()
    unreadable: tuple[Trouble, ...] = ()
    doubts: tuple[Trouble, ...] = ()


@dataclass(slots=True)
class Said:
    """What was read since somebody last looked, in the order of the file."""

    element_separator: str = "*"
    component_separator: str = ":"
    kind: Kind | None = None
    envelope: Envelope = NO_ENVELOPE
    found: list[ReplyRow | Trouble] = field(default_factory=list)
    count: int = 0

    def say(self, row: ReplyRow) -> None:
        """Note a statement."""
        self.count += 1
        self.found.append(row)

    def elements(self, seg: Seg) -> list[str]:
        """The segment's name at 0, its elements from 1 as the guides count, blanks behind them."""
        return seg.split(self.element_separator) + _PAD

    def component(self, element: str, part: int) -> str:
        """One component of an element, counted from 1; blank if it is not there."""
        parts = element.split(self.component_separator)
        return parts[part - 1] if part <= len(parts) else ""

    def trouble(self, reason: Reason, refers_to: str = "", raw: str = "") -> None:
        """Note a piece that was not read or does not add up."""
        found = Trouble(
            reason,
            refers_to,
            self.kind,
            self.envelope.reply_interchange,
            self.envelope.reply_set,
            raw[:SHOWN],
        )
        self.count += 1
        self.found.append(found)


class SetReader(Protocol):
    """A small machine that is fed those segments between ST and SE that it takes."""

    @property
    def takes(self) -> Mapping[str, Callable[[Seg], None]]:
        """Name of a segment, with its qualifier or without, to what is done with it."""

    def finish(self) -> None:
        """Say what is still to be said of the set."""


@lru_cache(maxsize=1 << 15)
def money(text: str) -> Decimal | None:
    """The amount, or None for anything that is not plainly one."""
    return Decimal(text) if _MONEY.fullmatch(text) else None


@lru_cache(maxsize=1 << 12)
def is_code(text: str) -> bool:
    """Whether the text is shaped like a code, so that it may be passed on as one."""
    return _CODE.fullmatch(text) is not None


def service(text: str, separator: str) -> str:
    """Procedure and modifiers of a composite like ``HC:T1019:U1``, blank if it is not one."""
    parts = text.split(separator)[1:6]
    return ":".join(part for part in parts if _SERVICE.fullmatch(part))


@lru_cache(maxsize=1 << 10)
def day(text: str) -> date | None:
    """A date written CCYYMMDD, or None."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
