"""Whether a header row, or the fields of JSON elements, are those the contract names.

What a sender calls a column is shown only when most of the row is known, so that a data row
where the header should be never ends up in a message.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches

from orchestration.flow.landing.reasons import MEND_CONTRACT
from orchestration.flow.landing.stops import Quarantined

MOST_NAMES = 12
OTHER_DELIMITERS = {",": "commas", ";": "semicolons", "|": "bars", "\t": "tabs"}


def check_header(header: Sequence[str], wanted: Collection[str]) -> None:
    """Refuse a header with a column added, removed, renamed or doubled; order is free.

    Args:
        header: The columns as they stand in the file.
        wanted: The columns the contract names.

    Raises:
        Quarantined: they differ; the message says which and what they resemble.
    """
    if set(header) == set(wanted) and len(header) == len(wanted):
        return
    places = [
        place
        for place, name in enumerate(header, start=1)
        if name in wanted and name in header[: place - 1]
    ]
    if places:
        raise Quarantined(
            "COLUMN-TWICE",
            f"the header names a column twice (at place {_listed(places)})",
            MEND_CONTRACT,
        )
    raise _differ(header, wanted, "header", "columns")


def check_delimiter(line: str, delimiter: str, wanted: Collection[str]) -> None:
    """Refuse a header that only makes sense with another delimiter.

    Raises:
        Quarantined: it does.
    """
    for other, word in OTHER_DELIMITERS.items():
        known = {name.strip('" ') for name in line.split(other)} & set(wanted)
        if other != delimiter and len(known) * 2 > len(wanted) > 1:
            raise Quarantined(
                "WRONG-DELIMITER",
                f"fields are separated by {word}, the contract says "
                f"{OTHER_DELIMITERS.get(delimiter, repr(delimiter))}",
                MEND_CONTRACT,
            )


def check_fields(seen: Sequence[str], wanted: Collection[str]) -> None:
    """Refuse JSON elements with fields the contract does not know; absent ones are empty.

    Raises:
        Quarantined: there are unknown fields.
    """
    if not set(seen) <= set(wanted):
        raise _differ(seen, wanted, "file", "fields")


def _differ(found: Sequence[str], wanted: Collection[str], place: str, word: str) -> Quarantined:
    missing = [name for name in wanted if name not in found]
    unknown = [name for name in found if name not in wanted]
    if (len(found) - len(unknown)) * 2 < min(len(wanted), len(found)):
        return Quarantined(
            "HEADER-MISSING",
            f"the {place} does not hold the {word} of this feed: {len(missing)} of "
            f"{len(wanted)} are missing",
            "Look whether the header row is there and the file belongs to this feed.",
        )
    said = []
    if missing:
        said.append(f"missing: {_listed(missing)}")
    if len(unknown) * 2 > len(found) - len(unknown):
        # so many may be a row of values run into the header
        said.append(f"unknown: {len(unknown)} {word}")
        unknown = []
    elif unknown:
        said.append(f"unknown: {_listed(_shown(name) for name in unknown)}")
    for name in missing:
        near = get_close_matches(name.lower(), [other.lower() for other in unknown], 1, 0.5)
        if near:
            other = next(other for other in unknown if other.lower() == near[0])
            said.append(f"perhaps {name} is now called {_shown(other)}")
    return Quarantined(
        "COLUMNS-DIFFER",
        f"{word} of the {place} differ from the contract; {'; '.join(said)}",
        MEND_CONTRACT,
    )


def _listed(names: Iterable[object]) -> str:
    shown = [str(name) for name in names]
    more = f" and {len(shown) - MOST_NAMES} more" if len(shown) > MOST_NAMES else ""
    return ", ".join(shown[:MOST_NAMES]) + more


def _shown(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9 _.-]", "_", name)[:40].strip() or "(no name)"
