"""Defects of a claim as a whole: its parts do not agree, or one that it needs is not there."""

from datetime import date
from decimal import Decimal
from typing import Final

from orchestration.partners.x12.gates import shapes
from orchestration.partners.x12.gates.reading import Claim, Level, Loop
from orchestration.partners.x12.gates.rule import Rule

_SELF: Final = "18"
_AGAIN: Final = frozenset("78")
_CAS_AMOUNTS: Final = (3, 6, 9, 12, 15, 18)


def _money(text: str) -> Decimal:
    return shapes.amount(text) or Decimal(0)


def _charged(claim: Claim) -> Decimal:
    services = [line.service for line in claim.lines if line.service is not None]
    return sum((_money(one[2 if one.name == "SV1" else 3]) for one in services), Decimal(0))


def _is_own_subscriber(claim: Claim) -> bool:
    return claim.patient is None and claim.subscriber is not None


def _adjusted(loop: Loop) -> Decimal:
    return sum(
        (_money(seg[place]) for seg in loop.all("CAS") for place in _CAS_AMOUNTS), Decimal(0)
    )


def _other_payers_number(other: Loop) -> str:
    payer = other.party("PR")
    return payer.head[9] if payer else ""


def _does_not_balance(claim: Claim, other: Loop) -> bool:
    """Whether what another payer paid and took off is not what the claim asked for."""
    paid = other.first("AMT", "D")
    if paid is None:
        return False
    number = _other_payers_number(other)
    of_lines = sum(
        (
            _adjusted(judgement)
            for line in claim.lines
            for judgement in line.judgements
            if judgement.head[1] == number
        ),
        Decimal(0),
    )
    return _money(claim.head[2]) != _money(paid[2]) + _adjusted(other) + of_lines


def _payer_places(claim: Claim) -> list[str]:
    own = claim.subscriber.first("SBR") if claim.subscriber else None
    return [*([own[1]] if own else []), *(other.head[1] for other in claim.others)]


def _is_not_first_and_names_no_other(claim: Claim) -> bool:
    places = _payer_places(claim)
    return bool(places) and places[0] in {"S", "T"} and not claim.others


def _birth(claim: Claim) -> date | None:
    person = claim.person
    born = person.first("DMG") if person else None
    return shapes.day(born[2]) if born else None


def _service_days(claim: Claim) -> list[tuple[date, date]]:
    served = (line.first("DTP", "472") for line in claim.lines)
    spans = (shapes.days(seg[2], seg[3]) for seg in served if seg)
    return [span for span in spans if span]


def _lies_outside_statement(claim: Claim) -> bool:
    seg = claim.first("DTP", "434")
    span = shapes.days(seg[2], seg[3]) if seg else None
    return span is not None and any(
        first < span[0] or last > span[1] for first, last in _service_days(claim)
    )


def _paid_without_number(claim: Claim) -> bool:
    """Whether nobody can tell who is to be paid: no NPI and no number of the payer's."""
    agency = claim.billing.party("85") if claim.billing else None
    if agency is None or (agency.head[8] == "XX" and agency.head[9]):
        return False
    payer = claim.subscriber.party("PR") if claim.subscriber else None
    return payer is None or not payer.has("REF", "G2", "LU")


def _sbr(level: Level | None, position: int) -> str:
    seg = level.first("SBR") if level else None
    return seg[position] if seg else ""


CLAIM_RULES: Final[tuple[Rule[Claim], ...]] = (
    Rule(
        "total_differs_from_lines",
        "CLM",
        "CLM02",
        "The claim's total must be the sum of its lines: price the claim again.",
        lambda claim: _money(claim.head[2]) != _charged(claim),
    ),
    Rule(
        "replacement_without_payer_claim_number",
        "REF",
        "REF02",
        "A replacement or void needs the payer's number of the claim it takes the place of.",
        lambda claim: claim.head.part(5, 3) in _AGAIN and not claim.has("REF", "F8"),
    ),
    Rule(
        "original_with_payer_claim_number",
        "REF",
        "REF02",
        "A first claim has no payer's number yet: send a replacement or take the number off.",
        lambda claim: claim.head.part(5, 3) == "1" and claim.has("REF", "F8"),
    ),
    Rule(
        "diagnosis_missing",
        "HI",
        "HI01",
        "Name at least one diagnosis.",
        lambda claim: claim.first("HI") is None,
    ),
    Rule(
        "line_key_repeated",
        "REF",
        "REF02",
        "Each line of a claim needs its own key, or the reply to it cannot be placed.",
        lambda claim: (
            len({line.key for line in claim.lines if line.key})
            < len([line for line in claim.lines if line.key])
        ),
    ),
    Rule(
        "referral_number_without_referring_provider",
        "REF",
        "REF01",
        "9F is a referral's number; an authorisation's is G1.",
        lambda claim: claim.has("REF", "9F") and claim.party("DN") is None,
    ),
    Rule(
        "billing_npi_missing",
        "NM1",
        "NM109",
        "The agency needs an NPI or, as an atypical provider, the payer's own number.",
        _paid_without_number,
    ),
    Rule(
        "claim_filing_code_missing",
        "SBR",
        "SBR09",
        "Say what kind of payer it is: MC is Medicaid, CI a commercial insurer.",
        lambda claim: claim.subscriber is not None and not _sbr(claim.subscriber, 9),
    ),
    Rule(
        "relationship_missing",
        "SBR",
        "SBR02",
        "The insured is the patient (18), or a level for the patient must follow.",
        lambda claim: _is_own_subscriber(claim) and _sbr(claim.subscriber, 2) != _SELF,
    ),
    Rule(
        "patient_without_birth_date",
        "DMG",
        "DMG02",
        "The person cared for needs birth date and sex.",
        lambda claim: claim.person is not None and claim.person.first("DMG") is None,
    ),
    Rule(
        "patient_without_address",
        "N3",
        "N301",
        "The person cared for needs street, city, state and ZIP code.",
        lambda claim: (
            claim.person is not None
            and (claim.person.first("N3") is None or claim.person.first("N4") is None)
        ),
    ),
    Rule(
        "born_after_service",
        "DMG",
        "DMG02",
        "The birth date lies behind the service: correct one of them.",
        lambda claim: (
            (born := _birth(claim)) is not None
            and any(born > first for first, _ in _service_days(claim))
        ),
    ),
    Rule(
        "later_payer_without_earlier_one",
        "SBR",
        "SBR01",
        "A claim to the second payer must say what the first one paid.",
        _is_not_first_and_names_no_other,
    ),
    Rule(
        "payer_order_repeated",
        "SBR",
        "SBR01",
        "Two payers cannot both be first (or second): say in which order they pay.",
        lambda claim: len(set(_payer_places(claim))) < len(_payer_places(claim)),
    ),
    Rule(
        "other_payer_does_not_balance",
        "CAS",
        "CAS03",
        "What the other payer paid and took off must add up to what was asked for.",
        lambda claim: any(_does_not_balance(claim, other) for other in claim.others),
    ),
    Rule(
        "attending_missing",
        "NM1",
        "NM101",
        "An institutional claim names the attending provider.",
        lambda claim: claim.guide == "I" and claim.party("71") is None,
    ),
    Rule(
        "service_outside_statement_period",
        "DTP",
        "DTP03",
        "A line's day lies outside of the period the claim is for.",
        _lies_outside_statement,
    ),
)
