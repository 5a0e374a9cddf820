"""One term of a payer's contract: whether its value is one, and the mend when it is not."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, TypeGuard

from orchestration.ground.contracts import Column

Wrong = tuple[str, str]
"""What is wrong, and the mend."""

A_DAY = "a day, like 2026-01-31, without quotes"
_KINDS: Mapping[str, tuple[type, ...]] = {
    "text": (str,),
    "bigint": (int,),
    "integer": (int,),
    "numeric": (int, float),
    "boolean": (bool,),
    "date": (date,),
}
_WORDS = {
    "text": 'text in quotes, like "12"',
    "bigint": "a whole number",
    "integer": "a whole number",
    "numeric": "a number",
    "boolean": "true or false",
    "date": A_DAY,
}
#: Of a code's own unit, the rules that count in it.
_RULES_OF_UNIT = {"day": {"PER_DIEM"}, "visit": {"PER_VISIT"}}


def is_day(value: object) -> TypeGuard[date]:
    """Whether it is a date and no instant."""
    return isinstance(value, date) and not isinstance(value, datetime)


def column_of(term: str) -> str:
    """The column a term is kept in: managers write dollars, lines are priced in cents."""
    return "rate_cents" if term == "rate" else term


def stored(term: str, value: object) -> object:
    """The value as its column keeps it; dollars that are no whole cents stay as they are."""
    if term != "rate" or isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    cents = Decimal(str(value)) * 100
    return int(cents) if cents == int(cents) else value


def nearest(word: str, known: Iterable[str]) -> str:
    """The mend for a word nobody knows."""
    near = get_close_matches(word, list(known), 1)
    return f"Did you mean {near[0]}?" if near else "Take it out."


def misfit(term: str, column: Column, value: Any) -> Wrong | None:
    """What is wrong with a term's value; None when it fits its column."""
    said = "dollars and whole cents, like 6.12" if term == "rate" else _WORDS[column.type]
    is_kind = isinstance(value, _KINDS[column.type])
    if not is_kind or isinstance(value, bool) != (column.type == "boolean"):
        return f"{term} is not {said}", f"Write {said}."
    if column.one_of and value not in column.one_of:
        return f"there is no {term} {value}", f"There are {', '.join(column.one_of)}."
    if column.type in ("bigint", "integer"):
        if column.at_least is not None and value < column.at_least:
            return f"{term} is {_amount(term, value)}", f"It must be {column.at_least} or more."
        if column.at_most is not None and value > column.at_most:
            return f"{term} is {value}", f"It must be {column.at_most} or less."
    if column.pattern and not re.fullmatch(column.pattern, str(value)):
        return f"{term} is {value}", f"It must look like {column.pattern}."
    return _no_pattern(str(value)) if term == "member_id_pattern" else None


def _amount(term: str, value: int) -> str:
    return str(Decimal(value) / 100) if term == "rate" else str(value)


def _no_pattern(pattern: str) -> Wrong | None:
    try:
        re.compile(pattern)
    except re.error as error:
        return f"member_id_pattern is no pattern ({error})", "Write it like [0-9]{12}."
    return None


def contradiction(terms: Mapping[str, Any], unit: str | None) -> Wrong | None:
    """Two terms of one service that cannot both hold.

    Args:
        terms: By column.
        unit: What the service's code counts, where the code set says.
    """
    least, most = terms.get("per_visit_minimum_minutes", 0), terms.get("max_visit_minutes")
    if most is not None and least > most:
        return (
            f"a visit must last {least} minutes and may not last longer than {most}",
            "Change per_visit_minimum_minutes or max_visit_minutes.",
        )
    seen, review = terms.get("last_validated_on"), terms.get("review_on")
    if seen is not None and review is not None and review <= seen:
        return (
            f"the review on {review} is not after the last one on {seen}",
            "Set the day of the next review.",
        )
    rule = terms.get("unit_rule")
    fitting = _RULES_OF_UNIT.get(unit or "")
    if rule and fitting and rule not in fitting:
        return (
            f"the code is paid by the {unit}, the unit rule {rule} counts otherwise",
            f"Use {' or '.join(sorted(fitting))}, or another code.",
        )
    if rule and unit == "15min" and rule in ("PER_DIEM", "PER_VISIT"):
        return (
            f"the code is paid by the quarter hour, the unit rule {rule} is not",
            "Use a rule of quarter hours, or another code.",
        )
    return None
