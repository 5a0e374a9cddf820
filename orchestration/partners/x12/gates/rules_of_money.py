"""Defects of what costs money: amounts, units and the service they are for.

Each table is hung up in ``rules_of_segments`` for the segments that hold such a thing.
"""

from collections.abc import Callable
from typing import Final

from orchestration.partners.x12.gates import shapes
from orchestration.partners.x12.gates.reading import Seg
from orchestration.partners.x12.gates.rule import Rule

MOST_DECIMALS: Final = 2
LAST_MODIFIER: Final = 6  # components 3 to 6 of a procedure are its modifiers


def amounts(*positions: int) -> tuple[Rule[Seg], ...]:
    """The rules about money for these elements of a segment, whatever it is."""
    return (
        Rule(
            "amount_has_part_cents",
            "",
            f"{positions[0]:02d}",
            "Money has two decimals: round by the payer's rule before the claim is built.",
            lambda seg: any(shapes.decimals(seg[place]) > MOST_DECIMALS for place in positions),
        ),
        Rule(
            "amount_has_leading_zero",
            "",
            f"{positions[0]:02d}",
            "Write amounts without zeros in front.",
            lambda seg: any(shapes.has_leading_zero(seg[place]) for place in positions),
        ),
    )


def not_positive(place: int) -> Callable[[Seg], bool]:
    """True of a segment whose amount at this place is zero or less."""

    def is_not_positive(seg: Seg) -> bool:
        value = shapes.amount(seg[place])
        return value is not None and value <= 0

    return is_not_positive


def service(charge: int, units: int, code: int) -> tuple[Rule[Seg], ...]:
    """The rules about a service, wherever its segment keeps charge, units and procedure."""
    return (
        Rule(
            "charge_not_positive",
            "",
            f"{charge:02d}",
            "A line must cost more than nothing: check the rate.",
            not_positive(charge),
        ),
        Rule(
            "units_not_positive",
            "",
            f"{units:02d}",
            "A line must count more than no units: a visit too short to bill makes no line.",
            not_positive(units),
        ),
        Rule(
            "units_too_fine",
            "",
            f"{units:02d}",
            "Units have at most two decimals: round by the payer's rule.",
            lambda seg: shapes.decimals(seg[units]) > MOST_DECIMALS,
        ),
        Rule(
            "service_code_malformed",
            "",
            f"{code:02d}-2",
            "A service code has five capital letters and digits.",
            lambda seg: seg.part(code, 1) == "HC" and not shapes.is_service_code(seg.part(code, 2)),
        ),
        Rule(
            "modifier_malformed",
            "",
            f"{code:02d}-3",
            "A modifier has two capital letters or digits.",
            lambda seg: any(
                one and not shapes.is_modifier(one) for one in seg.parts(code)[2:LAST_MODIFIER]
            ),
        ),
        Rule(
            "too_many_modifiers",
            "",
            f"{code:02d}-7",
            "A line holds four modifiers; a fifth is read as a description.",
            lambda seg: shapes.is_modifier(seg.part(code, LAST_MODIFIER + 1)),
        ),
    )
