"""What other payers said about a claim before it comes to this one."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from orchestration.partners.x12.people import Person
from orchestration.partners.x12.text import require, require_amount, require_day

_GROUPS = ("CO", "CR", "OA", "PI", "PR")


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Why a payer did not pay all: group, reason, amount, and units if it took some off."""

    group: str
    reason: str
    amount: Decimal
    units: Decimal | None = None

    def __post_init__(self) -> None:
        require(self.group in _GROUPS, "group", "must be CO, CR, OA, PI or PR")
        require_amount(self.amount, "amount")


@dataclass(frozen=True, slots=True)
class LineJudgement:
    """What another payer paid for a line; with its adjustments it is the line's charge.

    ``payer_id`` is that of the claim's other payer who said it.
    """

    payer_id: str
    paid: Decimal
    units: Decimal
    judged_on: date
    adjustments: tuple[Adjustment, ...] = ()

    def __post_init__(self) -> None:
        require_amount(self.paid, "paid")
        require_amount(self.units, "units")
        require_day(self.judged_on, "judged_on")


@dataclass(frozen=True, slots=True, repr=False)
class OtherPayer:
    """Another payer of the same claim: who is insured there, what it paid and took off.

    ``judged_on`` is given when the payer judged the claim as a whole, not its lines.
    """

    payer_id: str
    name: str
    claim_filing_code: str
    insured: Person
    paid: Decimal
    order: Literal["P", "S", "T"] = "P"
    relationship: str = "18"
    adjustments: tuple[Adjustment, ...] = ()
    judged_on: date | None = None
    payer_claim_number: str | None = None
    still_owed: Decimal | None = None

    def __post_init__(self) -> None:
        require_amount(self.paid, "paid")
        require(self.order in ("P", "S", "T"), "order", "must be P, S or T")

    def __repr__(self) -> str:
        return f"OtherPayer({self.payer_id})"
