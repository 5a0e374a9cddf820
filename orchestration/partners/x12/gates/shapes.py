"""Shapes of the small things a claim is made of: numbers, codes, addresses, amounts."""

import functools
import re
from datetime import date
from decimal import Decimal
from typing import Final

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
_REVENUE_CODE: Final = re.compile(r"[0-9]{4}")
_AMOUNT: Final = re.compile(r"-?(?:[0-9]{1,15}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})")
_LEADING_ZERO: Final = re.compile(r"-?0[0-9]")
_DAY: Final = re.compile(r"[0-9]{8}")
_LENGTHS: Final = {"D8": len("CCYYMMDD"), "DT": len("CCYYMMDDHHMM")}
_STATES: Final = frozenset(
    (
        *("AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL"),
        *("IN", "IA", "KS", "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE"),
        *("NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD"),
        *("TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY", "AS", "GU", "MP", "PR", "VI"),
        *("AA", "AE", "AP", "FM", "MH", "PW", "UM"),
    )
)


@functools.lru_cache(maxsize=1 << 12)
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
    return text in _STATES


def is_icd10(text: str) -> bool:
    """Shaped like an ICD-10 code, without its point."""
    return _ICD10.fullmatch(text) is not None


def is_service_code(text: str) -> bool:
    """Five letters or digits."""
    return _SERVICE_CODE.fullmatch(text) is not None


def is_modifier(text: str) -> bool:
    """Two letters or digits."""
    return _MODIFIER.fullmatch(text) is not None


def is_member_id(text: str) -> bool:
    """Two to eighty letters and digits."""
    return _MEMBER_ID.fullmatch(text) is not None


def names_post_box(line: str) -> bool:
    """Whether a line of an address is a post box rather than a street."""
    return _POST_BOX.search(line.upper()) is not None


def is_revenue_code(text: str) -> bool:
    """Four digits."""
    return _REVENUE_CODE.fullmatch(text) is not None


def amount(text: str) -> Decimal | None:
    """The amount a text stands for; None if it is none."""
    return Decimal(text) if _AMOUNT.fullmatch(text) else None


def decimals(text: str) -> int:
    """How many decimals an amount needs; zeros at its end say nothing."""
    return len(text.partition(".")[2].rstrip("0"))


def has_leading_zero(text: str) -> bool:
    """Whether an amount begins with a zero that says nothing."""
    return _LEADING_ZERO.match(text) is not None


def day(text: str) -> date | None:
    """The day that eight digits stand for; None if there is no such day."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


@functools.lru_cache(maxsize=1 << 12)
def days(qualifier: str, text: str) -> tuple[date, date] | None:
    """First and last day of a date or span as its qualifier says; None if it is neither."""
    first, _, last = text.partition("-")
    if qualifier == "RD8":
        span = (day(first), day(last))
    elif qualifier in {"D8", "DT"}:
        one = day(text[:8]) if len(text) == _LENGTHS[qualifier] else None
        span = (one, one)
    else:
        return None
    return (span[0], span[1]) if span[0] and span[1] else None
