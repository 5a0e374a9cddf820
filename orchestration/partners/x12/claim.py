"""What a claim is before it becomes X12: the typed, frozen model.

How a claim is spelled is ``writer``'s business; whether it may leave is decided by the gates.

A *shape error*, a value that could not even be spelled, is refused when the object is built.
Whatever a biller can look at and mend (a missing authorisation, a wrong check digit) is left to
the rules, so that one bad claim is held and its neighbours go on.

What prints itself prints keys only: a claim in a traceback or a log shows nobody's name.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal

from orchestration.partners.x12.others import LineJudgement, OtherPayer
from orchestration.partners.x12.people import (
    Address,
    BillingProvider,
    Contact,
    Dependent,
    Facility,
    Payer,
    Person,
    Provider,
    Receiver,
    Submitter,
)
from orchestration.partners.x12.text import (
    MalformedClaim,
    clean_text,
    require,
    require_amount,
    require_day,
)

__all__ = [
    "Address",
    "BillingProvider",
    "Claim",
    "Contact",
    "Dependent",
    "Envelope",
    "Facility",
    "Institution",
    "MalformedClaim",
    "Payer",
    "Person",
    "Provider",
    "Receiver",
    "ServiceLine",
    "Submitter",
    "clean_text",
]

Frequency = Literal["1", "7", "8"]
PayerOrder = Literal["P", "S", "T"]
UnitCode = Literal["UN", "MJ", "DA"]
Usage = Literal["T", "P"]

_CLAIM_ID = re.compile(r"[A-Z0-9]{1,20}")
_LINE_KEY = re.compile(r"[A-Z0-9][A-Z0-9.-]{0,29}")
_BATCH_REF = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}")
_TRADING_ID = re.compile(r"[A-Z0-9][A-Z0-9 ._-]{0,14}")
_LARGEST_CONTROL = 999_999_999


@dataclass(frozen=True, slots=True, repr=False)
class ServiceLine:
    """One priced service on one day or span; ``line_key`` comes back in every reply.

    ``times`` are the clock times of an electronically verified visit, for payers who want them on
    the line. ``revenue_code`` is for institutional claims, where ``prior_auth`` and ``note`` stand
    with the claim only.
    """

    line_key: str
    service_code: str
    charge: Decimal
    units: Decimal
    from_date: date
    to_date: date
    modifiers: tuple[str, ...] = ()
    diagnosis_pointers: tuple[int, ...] = (1,)
    prior_auth: str | None = None
    unit_code: UnitCode = "UN"
    revenue_code: str | None = None
    times: tuple[time, time] | None = None
    rendering: Provider | None = None
    ordering: Provider | None = None
    note: str | None = None
    judgements: tuple[LineJudgement, ...] = ()

    def __post_init__(self) -> None:
        key_fits = _LINE_KEY.fullmatch(self.line_key) is not None
        require(key_fits, "line_key", "must be 1 to 30 of A-Z, 0-9, dot and dash")
        require_amount(self.charge, "charge")
        require_amount(self.units, "units")
        require_day(self.from_date, "from_date")
        require_day(self.to_date, "to_date")
        require(self.unit_code in ("UN", "MJ", "DA"), "unit_code", "must be UN, MJ or DA")

    def __repr__(self) -> str:
        return f"ServiceLine({self.line_key})"


@dataclass(frozen=True, slots=True, repr=False)
class Institution:
    """What an institutional claim says beyond a professional one.

    ``bill_type`` is the type of bill without its leading zero and frequency: 32 is home health
    under a plan of treatment, 34 is without. Codes are the uniform bill's own: ``values`` with
    amounts, ``occurrences`` with days, ``occurrence_spans`` with first and last days.
    """

    from_date: date
    to_date: date
    attending: Provider | None
    bill_type: str = "32"
    admitted_on: date | None = None
    admission_type: str = "9"
    admission_source: str = "1"
    patient_status: str = "30"
    admitting_diagnosis: str | None = None
    conditions: tuple[str, ...] = ()
    occurrences: tuple[tuple[str, date], ...] = ()
    occurrence_spans: tuple[tuple[str, date, date], ...] = ()
    values: tuple[tuple[str, Decimal], ...] = ()

    def __post_init__(self) -> None:
        require_day(self.from_date, "from_date")
        require_day(self.to_date, "to_date")
        for _, amount in self.values:
            require_amount(amount, "values")

    def __repr__(self) -> str:
        return "Institution(...)"


@dataclass(frozen=True, slots=True, repr=False)
class Claim:
    """One claim for one person, professional unless it says what makes it ``institution``al.

    ``claim_id`` stays the same over every attempt: a remittance names the original even when a
    replacement was sent. Attempts are told apart by their control numbers.
    """

    claim_id: str
    total: Decimal
    subscriber: Person
    diagnoses: tuple[str, ...]
    lines: tuple[ServiceLine, ...]
    place_of_service: str = "12"
    frequency: Frequency = "1"
    payer_claim_number: str | None = None
    prior_auth: str | None = None
    rendering: Provider | None = None
    assignment: Literal["A", "B", "C"] = "A"
    benefits_assigned: Literal["Y", "N", "W"] = "Y"
    release_signed: Literal["Y", "I"] = "Y"
    dependent: Dependent | None = None
    referring: Provider | None = None
    supervising: Provider | None = None
    facility: Facility | None = None
    referral: str | None = None
    note: str | None = None
    payer_order: PayerOrder = "P"
    others: tuple[OtherPayer, ...] = ()
    institution: Institution | None = None

    def __post_init__(self) -> None:
        id_fits = _CLAIM_ID.fullmatch(self.claim_id) is not None
        require(id_fits, "claim_id", "must be 1 to 20 of A-Z and 0-9")
        require_amount(self.total, "total")
        require(self.frequency in ("1", "7", "8"), "frequency", "must be 1, 7 or 8")
        require(self.payer_order in ("P", "S", "T"), "payer_order", "must be P, S or T")
        require(len(self.lines) > 0, "lines", "must be at least one service line")

    def __repr__(self) -> str:
        return f"Claim({self.claim_id})"


@dataclass(frozen=True, slots=True)
class Envelope:
    """Control numbers and addresses of one file; none of its numbers is ever used twice.

    ``batch_ref`` leads the reference of each transaction set, to which the set's own control
    number is added, so that one reference never stands for two sets.
    """

    interchange_control: int
    group_control: int
    created_at: datetime
    usage: Usage
    sender_id: str
    receiver_id: str
    batch_ref: str
    sender_qualifier: str = "ZZ"
    receiver_qualifier: str = "ZZ"
    wants_ta1: bool = True

    def __post_init__(self) -> None:
        for field in ("interchange_control", "group_control"):
            number = getattr(self, field)
            whole = isinstance(number, int) and 0 < number <= _LARGEST_CONTROL
            require(whole, field, "must be a whole number of 1 to 9 digits")
        require(isinstance(self.created_at, datetime), "created_at", "must be a datetime")
        require(self.usage in ("T", "P"), "usage", "must be T or P")
        for field in ("sender_id", "receiver_id"):
            fits = _TRADING_ID.fullmatch(getattr(self, field)) is not None
            require(fits, field, "must be 1 to 15 of A-Z, 0-9, blank, dot, dash, underscore")
        for field in ("sender_qualifier", "receiver_qualifier"):
            fits = re.fullmatch(r"[A-Z0-9]{2}", getattr(self, field)) is not None
            require(fits, field, "must be two of A-Z and 0-9")
        ref_fits = _BATCH_REF.fullmatch(self.batch_ref) is not None
        require(ref_fits, "batch_ref", "must be 1 to 20 of A-Z, 0-9 and dash")
