"""Who is named on a claim: the agency, people cared for, those who care, payers.

What prints itself prints keys only: a claim in a traceback or a log shows nobody's name.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from orchestration.partners.x12.text import require, require_day

Sex = Literal["F", "M", "U"]


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
    """Somebody insured; unless the claim names a dependent, also the person cared for."""

    last: str
    first: str
    birth_date: date
    sex: Sex
    address: Address
    member_id: str
    middle: str | None = None

    def __post_init__(self) -> None:
        require_day(self.birth_date, "birth_date")
        require(self.sex in ("F", "M", "U"), "sex", "must be F, M or U")

    def __repr__(self) -> str:
        return "Person(...)"


@dataclass(frozen=True, slots=True, repr=False)
class Dependent:
    """The person cared for, insured through the subscriber.

    ``relationship`` is the guide's code: 01 spouse, 19 child, G8 another.
    """

    last: str
    first: str
    birth_date: date
    sex: Sex
    address: Address
    relationship: str
    middle: str | None = None

    def __post_init__(self) -> None:
        require_day(self.birth_date, "birth_date")
        require(self.sex in ("F", "M", "U"), "sex", "must be F, M or U")

    def __repr__(self) -> str:
        return "Dependent(...)"


@dataclass(frozen=True, slots=True, repr=False)
class Provider:
    """Who gave, supervised, ordered or answers for care; no ``first`` means an organisation.

    One without ``npi`` is known to the payer by ``secondary_id``.
    """

    last: str
    first: str | None = None
    npi: str | None = None
    taxonomy: str | None = None
    secondary_id: str | None = None

    def __repr__(self) -> str:
        return "Provider(...)"


@dataclass(frozen=True, slots=True)
class Facility:
    """Where care was given, when that is neither the home nor the agency."""

    name: str
    address: Address
    npi: str | None = None
    secondary_id: str | None = None
