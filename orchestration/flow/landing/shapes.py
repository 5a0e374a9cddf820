"""How a value must be written, as SQL over its text.

A value must be written in one way: casts alone would take 'yesterday' for a date and '1_000' for
a number. Shapes are proved by casting and writing back, which costs a sixth of a regular
expression that counts.
"""

from collections.abc import Iterable

from orchestration.ground.contracts import Column

_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]"
_DAY = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_OFFSET = r"(Z|[+-][01][0-9]:[0-5][0-9])"
_UTC = rf"^{_DAY}[T ]{_TIME}(:[0-5][0-9](\.[0-9]{{1,6}})?)?{_OFFSET}$"
_LOCAL = rf"^{_DAY}[T ]{_TIME}(:[0-5][0-9](\.[0-9]{{1,6}})?)?{_OFFSET}?$"
_WHOLE = r"^[-+]?[0-9]+$"
_DECIMAL = r"^[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9])?$"
_NO_NUMBERS = "'NaN', 'Infinity', '-Infinity'"
_YES_OR_NO = ("true", "false", "t", "f", "yes", "no", "y", "n", "1", "0")


def literal(text: str) -> str:
    """A text as SQL; ``standard_conforming_strings`` is pinned while landing."""
    return "'" + text.replace("'", "''") + "'"


def listed(texts: Iterable[str]) -> str:
    """Several texts as SQL."""
    return ", ".join(literal(text) for text in texts)


def shape(column: Column, x: str, *, local: bool) -> str:
    """True when the text is written as it must be; may trip if it cannot be cast."""
    if column.type in ("bigint", "integer"):
        return (
            f"case when cast(cast({x} as {column.type}) as text) = {x} then true"
            f" else {x} ~ '{_WHOLE}' end"
        )
    if column.type == "numeric":
        return (
            f"case when cast(cast({x} as numeric) as text) = {x} then {x} not in ({_NO_NUMBERS})"
            f" else {x} ~ '{_DECIMAL}' end"
        )
    if column.type == "boolean":
        return f"(lower({x}) in ({listed(_YES_OR_NO)}))"
    if column.type == "date":
        return f"(length({x}) = 10 and cast(cast({x} as date) as text) = {x})"
    written = f"cast(cast({x} as timestamp) as text)"
    if local:
        return (
            f"case when case octet_length({x}) when 16 then {written} = {x} || ':00'"
            f" when 19 then {written} = {x} end then true"
            f" else {x} ~ '{_LOCAL}' and {written} <> '' end"
        )
    return (
        f"case when substr({x}, 20) = 'Z' and {written} = replace(left({x}, 19), 'T', ' ')"
        f" then true else {x} ~ '{_UTC}' and {written} <> '' end"
    )
