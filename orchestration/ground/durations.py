"""Lengths of time as people say them."""

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
