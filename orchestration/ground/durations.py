"""Lengths of time as people say them."""

import re
from datetime import timedelta

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


def in_words(length: timedelta) -> str:
    """The two largest units, rounded down: ``3 d 4 h``, ``2 h 10 min``, ``45 min``."""
    seconds = max(int(length.total_seconds()), 0)
    if seconds < 60:  # noqa: PLR2004 - a minute
        return "less than a minute"
    said = []
    for size, unit in _UNITS:
        amount, seconds = divmod(seconds, size)
        if amount:
            said.append(f"{amount} {unit}")
        elif said:
            break
    return " ".join(said[:2])


def parse_length(text: str) -> timedelta:
    """Read a length as people write it: ``30 min``, ``4 h``, ``2 d``, ``1 d 12 h``.

    Raises:
        ValueError: it cannot be read, or is none; the message says how one is written.
    """
    parts = re.findall(r"(\d+)\s*([a-z]+)", text)
    sizes = {unit: size for size, unit in _UNITS}
    if not re.fullmatch(r"\s*(\d+\s*[a-z]+\s*)+", text) or any(u not in sizes for _, u in parts):
        raise ValueError("a length is written like 30 min, 4 h or 2 d")
    length = timedelta(seconds=sum(int(amount) * sizes[unit] for amount, unit in parts))
    if not length:
        raise ValueError("a length of nothing is none")
    return length
