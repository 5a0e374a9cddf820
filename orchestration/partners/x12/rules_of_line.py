"""Defects of a service line, judged with its claim at hand: pointers point into the claim."""

from typing import Final, NamedTuple

from orchestration.partners.x12.claim import Claim, ServiceLine
from orchestration.partners.x12.rule import Rule
from orchestration.partners.x12.shapes import (
    LONGEST_REFERENCE,
    decimals,
    is_modifier,
    is_sendable,
    is_service_code,
)

MOST_POINTERS: Final = 4
MOST_MODIFIERS: Final = 4
MOST_DECIMALS: Final = 2


class LineOfClaim(NamedTuple):
    """A line and the claim it stands in."""

    claim: Claim
    line: ServiceLine


LINE_RULES: Final[tuple[Rule[LineOfClaim], ...]] = (
    Rule(
        "charge_not_positive",
        "SV1",
        "SV102",
        "A line must cost more than nothing: check the rate.",
        lambda at: at.line.charge <= 0,
    ),
    Rule(
        "charge_has_part_cents",
        "SV1",
        "SV102",
        "Money has two decimals: round by the payer's rule before the claim is built.",
        lambda at: decimals(at.line.charge) > MOST_DECIMALS,
    ),
    Rule(
        "units_not_positive",
        "SV1",
        "SV104",
        "A line must count more than no units: a visit too short to bill makes no line.",
        lambda at: at.line.units <= 0,
    ),
    Rule(
        "units_too_fine",
        "SV1",
        "SV104",
        "Units have at most two decimals: round by the payer's rule.",
        lambda at: decimals(at.line.units) > MOST_DECIMALS,
    ),
    Rule(
        "service_code_malformed",
        "SV1",
        "SV101-2",
        "A service code has five letters and digits.",
        lambda at: not is_service_code(at.line.service_code),
    ),
    Rule(
        "too_many_modifiers",
        "SV1",
        "SV101-7",
        "A line holds four modifiers; a fifth would be read as a description.",
        lambda at: len(at.line.modifiers) > MOST_MODIFIERS,
    ),
    Rule(
        "modifier_malformed",
        "SV1",
        "SV101-3",
        "A modifier has two letters or digits.",
        lambda at: any(not is_modifier(one) for one in at.line.modifiers),
    ),
    Rule(
        "diagnosis_pointer_missing",
        "SV1",
        "SV107",
        "Say which diagnosis the line was for.",
        lambda at: not at.line.diagnosis_pointers,
    ),
    Rule(
        "too_many_diagnosis_pointers",
        "SV1",
        "SV107",
        "A line points at four diagnoses at most.",
        lambda at: len(at.line.diagnosis_pointers) > MOST_POINTERS,
    ),
    Rule(
        "diagnosis_pointer_dangling",
        "SV1",
        "SV107",
        "The line points at a diagnosis the claim does not have.",
        lambda at: any(
            not 1 <= place <= len(at.claim.diagnoses) for place in at.line.diagnosis_pointers
        ),
    ),
    Rule(
        "service_ends_before_it_starts",
        "DTP",
        "DTP03",
        "The span's last day lies before its first.",
        lambda at: at.line.to_date < at.line.from_date,
    ),
    Rule(
        "line_prior_auth_too_long",
        "REF",
        "REF02",
        "The authorisation number may have 50 characters.",
        lambda at: not is_sendable(at.line.prior_auth, LONGEST_REFERENCE, may_be_blank=True),
    ),
)
