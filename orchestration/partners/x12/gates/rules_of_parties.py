"""Defects of those a claim names: what is written below a name does not fit it."""

from typing import Final

from orchestration.partners.x12.gates import shapes
from orchestration.partners.x12.gates.reading import Loop
from orchestration.partners.x12.gates.rule import Rule

_LONG_ZIP: Final = 9
_PAID: Final = "85"
_WITH_LONG_ZIP: Final = frozenset({_PAID, "77"})
_WITH_NUMBER: Final = frozenset({"71", "72", "82", "DK", "DN", "DQ", "P3"})
_OTHER_NUMBERS: Final = ("0B", "1G", "G2", "LU")


def _zip_is_short(party: Loop) -> bool:
    home = party.first("N4")
    return home is not None and shapes.is_zip(home[3]) and len(home[3]) != _LONG_ZIP


def _lives_in_post_box(party: Loop) -> bool:
    street = party.first("N3")
    return street is not None and any(shapes.names_post_box(street[place]) for place in (1, 2))


PARTY_RULES: Final[tuple[Rule[Loop], ...]] = (
    Rule(
        "zip_not_nine_digits",
        "N4",
        "N403",
        "The ZIP code of the agency and of a facility needs all nine digits.",
        lambda party: party.head[1] in _WITH_LONG_ZIP and _zip_is_short(party),
    ),
    Rule(
        "billing_address_is_post_box",
        "N3",
        "N301",
        "The agency's address must be a street; a post box belongs in the pay-to address.",
        lambda party: party.head[1] == _PAID and _lives_in_post_box(party),
    ),
    Rule(
        "provider_without_number",
        "NM1",
        "NM109",
        "A provider needs an NPI or, without one, the payer's own number.",
        lambda party: (
            party.head[1] in _WITH_NUMBER
            and not (party.head[8] == "XX" and party.head[9])
            and not party.has("REF", *_OTHER_NUMBERS)
        ),
    ),
)
