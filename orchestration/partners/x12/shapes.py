"""Shapes of the small things a claim is made of: numbers, codes, addresses, amounts."""

import re
from decimal import Decimal
from typing import Final

from orchestration.partners.x12.claim import Address, clean_text

LONGEST_LAST_NAME: Final = 60
LONGEST_FIRST_NAME: Final = 35
LONGEST_MIDDLE_NAME: Final = 25
LONGEST_STREET: Final = 55
LONGEST_CITY: Final = 30
LONGEST_REFERENCE: Final = 50

_NPI: Final = re.compile(r"[12][0-9]{9}")
_NPI_PREFIX_SUM: Final = 24  # what the card issuer's prefix 80840 adds to the Luhn sum
_TAXONOMY: Final = re.compile(r"[0-9]{3}[0-9A-Z]{6}X")
_TAX_ID: Final = re.compile(r"[0-9]{9}")
_PHONE: Final = re.compile(r"[0-9]{10}")
_ZIP: Final = re.compile(r"[0-9]{5}(?:[0-9]{4})?")
_POST_BOX: Final = re.compile(r"\b(?:P ?\.? ?O\b\.? ?|POST OFFICE )(?:BOX|DRAWER)\b|^BOX [0-9]")
_ICD10: Final = re.compile(r"[A-Z][0-9][0-9A-Z]{1,5}")
_SERVICE_CODE: Final = re.compile(r"[A-Z0-9]{5}")
_MODIFIER: Final = re.compile(r"[A-Z0-9]{2}")
_MEMBER_ID: Final = re.compile(r"[A-Z0-9]{2,80}")
_STATES: Final = frozenset(
    (
        *("AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL"),
        *("IN", "IA", "KS", "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE"),
        *("NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD"),
        *("TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY", "AS", "GU", "MP", "PR", "VI"),
        *("AA", "AE", "AP", "FM", "MH", "PW", "UM"),
    )
)


def is_npi(text: str) -> bool:
    """Ten digits that end in their check digit."""
    if not _NPI.fullmatch(text):
        return False
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(text))
    return (_NPI_PREFIX_SUM + sum(sum(divmod(number, 10)) for number in doubled)) % 10 == 0


def is_taxonomy(text: str) -> bool:
    """Three digits, six more characters, an X."""
    return _TAXONOMY.fullmatch(text) is not None


def is_tax_id(text: str) -> bool:
    """Nine digits, no dash."""
    return _TAX_ID.fullmatch(text) is not None


def is_phone(text: str) -> bool:
    """Ten digits, no dashes."""
    return _PHONE.fullmatch(text) is not None


def is_zip(text: str) -> bool:
    """Five or nine digits, no dash."""
    return _ZIP.fullmatch(text) is not None


def is_state(text: str) -> bool:
    """Two letters the post office knows."""
    return clean_text(text) in _STATES


def is_icd10(text: str) -> bool:
    """Shaped like an ICD-10 code, with or without its point."""
    return _ICD10.fullmatch(clean_text(text).replace(".", "")) is not None


def is_service_code(text: str) -> bool:
    """Five letters or digits."""
    return _SERVICE_CODE.fullmatch(clean_text(text)) is not None


def is_modifier(text: str) -> bool:
    """Two letters or digits."""
    return _MODIFIER.fullmatch(clean_text(text)) is not None


def is_member_id(text: str) -> bool:
    """Two to eighty letters and digits."""
    return _MEMBER_ID.fullmatch(text.upper()) is not None


def names_post_box(address: Address) -> bool:
    """Whether the address is a post box rather than a street."""
    lines = (address.line1, address.line2 or "")
    return any(_POST_BOX.search(clean_text(line)) is not None for line in lines)


def is_sendable(text: str | None, longest: int, *, may_be_blank: bool = False) -> bool:
    """Whether the text, as it would be written, is there and not too long."""
    written = clean_text(text or "")
    return len(written) <= longest and (may_be_blank or written != "")


def is_sendable_address(address: Address) -> bool:
    """Whether street and city are there and fit."""
    return (
        is_sendable(address.line1, LONGEST_STREET)
        and is_sendable(address.line2, LONGEST_STREET, may_be_blank=True)
        and is_sendable(address.city, LONGEST_CITY)
    )


def decimals(value: Decimal) -> int:
    """How many decimals the value needs."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
