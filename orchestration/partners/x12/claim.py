"""What a professional claim is before it becomes X12.

Here live the typed, frozen model and the one function that makes text safe to send. How a claim
is spelled is ``writer``'s business; whether it may leave is decided by ``own_rules`` and ``gate``.

A *shape error*, a value that could not even be spelled, is refused when the object is built.
Whatever a biller can look at and mend (a missing authorisation, a wrong check digit) is left to
the rules, so that one bad claim is held and its neighbours go on.

What prints itself prints keys only: a claim in a traceback or a log shows nobody's name.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from orchestration.ground.failures import PermanentFailure

ELEMENT_SEPARATOR = "*"
COMPONENT_SEPARATOR = ":"
REPETITION_SEPARATOR = "^"
SEGMENT_TERMINATOR = "~"

Frequency = Literal["1", "7", "8"]
Sex = Literal["F", "M", "U"]
Usage = Literal["T", "P"]

# Letters NFKD does not take apart; dropping them would turn OEDEGAARD into DEGAARD.
_WHOLE_LETTERS = str.maketrans(
    {
        "Æ": "AE",
        "Œ": "OE",
        "Ø": "O",
        "Ł": "L",
        "Đ": "D",
        "Ð": "D",
        "Þ": "TH",
        "\N{LATIN CAPITAL LETTER SHARP S}": "SS",
        "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
    }
)
_UNSENDABLE = re.compile(r"[*:~^\x00-\x1f\x7f]")
_CLEAN_ALREADY = re.compile(r"[A-Z0-9&'()+,\-./#]+(?: [A-Z0-9&'()+,\-./#]+)*")

_CLAIM_ID = re.compile(r"[A-Z0-9]{1,20}")
_LINE_KEY = re.compile(r"[A-Z0-9][A-Z0-9.-]{0,29}")
_BATCH_REF = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}")
_TRADING_ID = re.compile(r"[A-Z0-9][A-Z0-9 ._-]{0,14}")
_LARGEST_CONTROL = 999_999_999


class MalformedClaim(PermanentFailure):
    """A value X12 cannot spell at all; the message names the field, never the value."""


def clean_text(text: str) -> str:
    """Make text safe to send: upper case, ASCII, no separators, no control characters.

    Every text passes through here on its way into a segment, because the X12 library escapes
    nothing: a ``~`` in a name would end the segment.
    """
    if _CLEAN_ALREADY.fullmatch(text):
        return text
    one_line = " ".join(text.split())  # a line break separates words, so it must not glue them
    letters = one_line.upper().translate(_WHOLE_LETTERS)
    plain = unicodedata.normalize("NFKD", letters).encode("ascii", "ignore").decode("ascii")
    # NFKD may bring separators and lower case back (a full-width colon), hence only now:
    return " ".join(_UNSENDABLE.sub("", plain.upper()).split())


def _require(holds: bool, field: str, rule: str) -> None:
    if not holds:
        message = f"{field} {rule}"
        raise MalformedClaim(message)


def _require_amount(value: object, field: str) -> None:
    # float is refused on purpose: 4e+06 has been seen in real money fields
    _require(isinstance(value, Decimal) and value.is_finite(), field, "must be a finite Decimal")


def _require_day(value: object, field: str) -> None:
    # two instants of one day would be written as a span
    is_day = isinstance(value, date) and not isinstance(value, datetime)
    _require(is_day, field, "must be a date without a time")


@dataclass(frozen=True, slots=True)
class Contact:
    """Who answers the phone about this file."""

    name: str
    phone: str
    extension: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """A street address; ``zip_code`` holds five or nine digits."""

    line1: str
    city: str
    state: str
    zip_code: str
    line2: str | None = None


@dataclass(frozen=True, slots=True)
class Submitter:
    """Who sends the file, as the receiver registered them."""

    name: str
    submitter_id: str
    contact: Contact


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who takes the file in: a clearinghouse or a payer's own gateway."""

    name: str
    receiver_id: str


@dataclass(frozen=True, slots=True)
class BillingProvider:
    """The agency that is paid.

    An atypical provider has no ``npi`` and is known to the payer by ``secondary_id``.
    """

    name: str
    npi: str | None
    taxonomy: str
    tax_id: str
    address: Address
    contact: Contact | None = None
    secondary_id: str | None = None


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays; ``claim_filing_code`` is the payer's kind, ``MC`` for Medicaid."""

    name: str
    payer_id: str
    claim_filing_code: str


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """The person cared for, who is also the subscriber."""

    last: str
    first: str
    birth_date: date
    sex: Sex
    address: Address
    member_id: str
    middle: str | None = None

    def __post_init__(self) -> None:
        _require_day(self.birth_date, "birth_date")
        _require(self.sex in ("F", "M", "U"), "sex", "must be F, M or U")

    def __repr__(self) -> str:
        return "Person(...)"


@dataclass(frozen=True, slots=True, repr=False)
class RenderingProvider:
    """Who gave the care, when the payer wants to know; no ``first`` means an organisation."""

    last: str
    first: str | None = None
    npi: str | None = None
    taxonomy: str | None = None
    secondary_id: str | None = None

    def __repr__(self) -> str:
        return "RenderingProvider(...)"


@dataclass(frozen=True, slots=True, repr=False)
class ServiceLine:
    """One priced service on one day or span; ``line_key`` comes back in every reply."""

    line_key: str
    service_code: str
    charge: Decimal
    units: Decimal
    from_date: date
    to_date: date
    modifiers: tuple[str, ...] = ()
    diagnosis_pointers: tuple[int, ...] = (1,)
    prior_auth: str | None = None
    unit_code: Literal["UN", "MJ"] = "UN"

    def __post_init__(self) -> None:
        key_fits = _LINE_KEY.fullmatch(self.line_key) is not None
        _require(key_fits, "line_key", "must be 1 to 30 of A-Z, 0-9, dot and dash")
        _require_amount(self.charge, "charge")
        _require_amount(self.units, "units")
        _require_day(self.from_date, "from_date")
        _require_day(self.to_date, "to_date")
        _require(self.unit_code in ("UN", "MJ"), "unit_code", "must be UN or MJ")

    def __repr__(self) -> str:
        return f"ServiceLine({self.line_key})"


@dataclass(frozen=True, slots=True, repr=False)
class Claim:
    """One claim for one person.

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
    rendering: RenderingProvider | None = None
    assignment: Literal["A", "B", "C"] = "A"
    benefits_assigned: Literal["Y", "N", "W"] = "Y"
    release_signed: Literal["Y", "I"] = "Y"

    def __post_init__(self) -> None:
        id_fits = _CLAIM_ID.fullmatch(self.claim_id) is not None
        _require(id_fits, "claim_id", "must be 1 to 20 of A-Z and 0-9")
        _require_amount(self.total, "total")
        _require(self.frequency in ("1", "7", "8"), "frequency", "must be 1, 7 or 8")
        _require(len(self.lines) > 0, "lines", "must be at least one service line")

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
            _require(whole, field, "must be a whole number of 1 to 9 digits")
        _require(isinstance(self.created_at, datetime), "created_at", "must be a datetime")
        _require(self.usage in ("T", "P"), "usage", "must be T or P")
        for field in ("sender_id", "receiver_id"):
            fits = _TRADING_ID.fullmatch(getattr(self, field)) is not None
            _require(fits, field, "must be 1 to 15 of A-Z, 0-9, blank, dot, dash, underscore")
        for field in ("sender_qualifier", "receiver_qualifier"):
            fits = re.fullmatch(r"[A-Z0-9]{2}", getattr(self, field)) is not None
            _require(fits, field, "must be two of A-Z and 0-9")
        ref_fits = _BATCH_REF.fullmatch(self.batch_ref) is not None
        _require(ref_fits, "batch_ref", "must be 1 to 20 of A-Z, 0-9 and dash")
