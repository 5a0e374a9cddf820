"""Defects of a claim as a whole and of the person and the caregiver it names."""

import re
from typing import Final

from orchestration.partners.x12.claim import Claim
from orchestration.partners.x12.rule import Rule
from orchestration.partners.x12.shapes import (
    LONGEST_FIRST_NAME,
    LONGEST_LAST_NAME,
    LONGEST_MIDDLE_NAME,
    LONGEST_REFERENCE,
    is_icd10,
    is_member_id,
    is_npi,
    is_sendable,
    is_sendable_address,
    is_state,
    is_taxonomy,
    is_zip,
)

MOST_LINES: Final = 50
MOST_DIAGNOSES: Final = 12


def _has_unsendable_name(claim: Claim) -> bool:
    person = claim.subscriber
    return not (
        is_sendable(person.last, LONGEST_LAST_NAME)
        and is_sendable(person.first, LONGEST_FIRST_NAME)
        and is_sendable(person.middle, LONGEST_MIDDLE_NAME, may_be_blank=True)
    )


def _has_unsendable_rendering_name(claim: Claim) -> bool:
    one = claim.rendering
    return one is not None and not (
        is_sendable(one.last, LONGEST_LAST_NAME)
        and is_sendable(one.first, LONGEST_FIRST_NAME, may_be_blank=True)
    )


def _has_wrong_rendering_npi(claim: Claim) -> bool:
    one = claim.rendering
    return bool(one and one.npi and not is_npi(one.npi))


def _has_odd_rendering_taxonomy(claim: Claim) -> bool:
    one = claim.rendering
    return bool(one and one.taxonomy and not is_taxonomy(one.taxonomy))


CLAIM_RULES: Final[tuple[Rule[Claim], ...]] = (
    Rule(
        "total_differs_from_lines",
        "CLM",
        "CLM02",
        "The claim's total must be the sum of its lines: price the claim again.",
        lambda claim: claim.total != sum(line.charge for line in claim.lines),
    ),
    Rule(
        "total_not_positive",
        "CLM",
        "CLM02",
        "A claim must ask for more than nothing.",
        lambda claim: claim.total <= 0,
    ),
    Rule(
        "replacement_without_payer_claim_number",
        "REF",
        "REF02",
        "A replacement or void needs the payer's number of the claim it takes the place of.",
        lambda claim: claim.frequency != "1" and not claim.payer_claim_number,
    ),
    Rule(
        "original_with_payer_claim_number",
        "REF",
        "REF02",
        "A first claim has no payer's number yet: send a replacement or take the number off.",
        lambda claim: claim.frequency == "1" and bool(claim.payer_claim_number),
    ),
    Rule(
        "payer_claim_number_too_long",
        "REF",
        "REF02",
        "The payer's claim number may have 50 characters.",
        lambda claim: (
            not is_sendable(claim.payer_claim_number, LONGEST_REFERENCE, may_be_blank=True)
        ),
    ),
    Rule(
        "prior_auth_too_long",
        "REF",
        "REF02",
        "The authorisation number may have 50 characters.",
        lambda claim: not is_sendable(claim.prior_auth, LONGEST_REFERENCE, may_be_blank=True),
    ),
    Rule(
        "place_of_service_malformed",
        "CLM",
        "CLM05-1",
        "The place of service has two digits; a home is 12.",
        lambda claim: not re.fullmatch(r"[0-9]{2}", claim.place_of_service),
    ),
    Rule(
        "diagnosis_missing",
        "HI",
        "HI01",
        "Name at least one diagnosis.",
        lambda claim: not claim.diagnoses,
    ),
    Rule(
        "too_many_diagnoses",
        "HI",
        "HI13",
        "A claim holds twelve diagnoses: keep those the lines point at.",
        lambda claim: len(claim.diagnoses) > MOST_DIAGNOSES,
    ),
    Rule(
        "diagnosis_has_decimal_point",
        "HI",
        "HI01-2",
        "Send the diagnosis code without its point.",
        lambda claim: any("." in code for code in claim.diagnoses),
    ),
    Rule(
        "diagnosis_not_icd10",
        "HI",
        "HI01-2",
        "The diagnosis is not shaped like an ICD-10 code: correct it in the care plan.",
        lambda claim: any(not is_icd10(code) for code in claim.diagnoses),
    ),
    Rule(
        "too_many_lines",
        "LX",
        "LX01",
        "A claim holds fifty lines: split it.",
        lambda claim: len(claim.lines) > MOST_LINES,
    ),
    Rule(
        "line_key_repeated",
        "REF",
        "REF02",
        "Each line of a claim needs its own key, or the reply to it cannot be placed.",
        lambda claim: len({line.line_key for line in claim.lines}) < len(claim.lines),
    ),
    Rule(
        "person_name_unsendable",
        "NM1",
        "NM103",
        "The person's name is blank in plain letters or longer than 60 and 35 characters.",
        _has_unsendable_name,
    ),
    Rule(
        "person_address_unsendable",
        "N3",
        "N301",
        "Street and city must be there, of at most 55 and 30 characters.",
        lambda claim: not is_sendable_address(claim.subscriber.address),
    ),
    Rule(
        "person_state_unknown",
        "N4",
        "N402",
        "The state has two letters, as the post office writes it.",
        lambda claim: not is_state(claim.subscriber.address.state),
    ),
    Rule(
        "person_zip_malformed",
        "N4",
        "N403",
        "A ZIP code has five or nine digits and no dash.",
        lambda claim: not is_zip(claim.subscriber.address.zip_code),
    ),
    Rule(
        "member_id_malformed",
        "NM1",
        "NM109",
        "A member number has 2 to 80 letters and digits: take blanks, dots and dashes out.",
        lambda claim: not is_member_id(claim.subscriber.member_id),
    ),
    Rule(
        "born_after_service",
        "DMG",
        "DMG02",
        "The birth date lies behind the service: correct one of them.",
        lambda claim: any(claim.subscriber.birth_date > line.from_date for line in claim.lines),
    ),
    Rule(
        "rendering_without_number",
        "NM1",
        "NM109",
        "A rendering provider needs an NPI or, without one, the payer's own number.",
        lambda claim: (
            claim.rendering is not None
            and not claim.rendering.npi
            and not claim.rendering.secondary_id
        ),
    ),
    Rule(
        "rendering_npi_check_digit_wrong",
        "NM1",
        "NM109",
        "The rendering provider's NPI is mistyped: ask for it again.",
        _has_wrong_rendering_npi,
    ),
    Rule(
        "rendering_taxonomy_malformed",
        "PRV",
        "PRV03",
        "A taxonomy code has ten characters and ends in X.",
        _has_odd_rendering_taxonomy,
    ),
    Rule(
        "rendering_name_unsendable",
        "NM1",
        "NM103",
        "The rendering provider's name is blank in plain letters or too long.",
        _has_unsendable_rendering_name,
    ),
)
