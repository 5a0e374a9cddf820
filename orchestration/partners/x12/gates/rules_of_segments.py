"""Defects that a single segment shows by itself, wherever in the file it stands."""

from typing import Final

from orchestration.partners.x12.gates import shapes
from orchestration.partners.x12.gates.reading import Seg
from orchestration.partners.x12.gates.rule import Rule
from orchestration.partners.x12.gates.rules_of_money import amounts, not_positive, service

LONGEST_CLAIM_ID: Final = 20
LONGEST_BATCH_REFERENCE: Final = 30
LONGEST_LINE_KEY: Final = 30

_PROFESSIONAL_FREQUENCIES: Final = frozenset("178")
_INSTITUTIONAL_FREQUENCIES: Final = frozenset("0123456789ABCD")
_INSTITUTION: Final = "A"
_PEOPLE_WHO_CARE: Final = frozenset({"71", "72", "82", "85", "DK", "DN", "DQ", "P3", "ZZ"})
_ICD9: Final = frozenset({"BF", "BJ", "BK", "BN", "BO", "BQ", "BR", "PR"})
_ICD10: Final = frozenset({"ABF", "ABJ", "ABK", "ABN", "APR"})
_TELEPHONES: Final = frozenset({"TE", "FX"})
_HERE: Final = frozenset({"", "US"})


def _codes(seg: Seg, *qualifiers: str) -> list[str]:
    """The codes of a diagnosis segment that stand under one of these qualifiers."""
    return [
        seg.part(place, 2)
        for place in range(1, len(seg.elements))
        if seg.part(place, 1) in qualifiers
    ]


def _has_odd_telephone(seg: Seg) -> bool:
    return any(
        seg[place] in _TELEPHONES and not shapes.is_phone(seg[place + 1]) for place in (3, 5, 7)
    )


def _is_span_reversed(seg: Seg) -> bool:
    span = shapes.days(seg[2], seg[3])
    return span is not None and span[1] < span[0]


_NM1: Final[tuple[Rule[Seg], ...]] = (
    Rule(
        "billing_npi_check_digit_wrong",
        "NM1",
        "NM109",
        "The agency's NPI is mistyped.",
        lambda seg: seg[1] == "85" and seg[8] == "XX" and not shapes.is_npi(seg[9]),
    ),
    Rule(
        "provider_npi_check_digit_wrong",
        "NM1",
        "NM109",
        "The provider's NPI is mistyped: ask for it again.",
        lambda seg: seg[1] != "85" and seg[8] == "XX" and not shapes.is_npi(seg[9]),
    ),
    Rule(
        "member_id_malformed",
        "NM1",
        "NM109",
        "A member number has 2 to 80 letters and digits: take blanks, dots and dashes out.",
        lambda seg: seg[1] == "IL" and seg[8] == "MI" and not shapes.is_member_id(seg[9]),
    ),
    Rule(
        "provider_without_first_name",
        "NM1",
        "NM104",
        "A person has a first name; an organisation is a 2 in NM102.",
        lambda seg: seg[2] == "1" and seg[1] in _PEOPLE_WHO_CARE and not seg[4],
    ),
    Rule(
        "organisation_with_first_name",
        "NM1",
        "NM104",
        "An organisation has no first name; a person is a 1 in NM102.",
        lambda seg: seg[2] == "2" and bool(seg[4]),
    ),
)

SEGMENT_RULES: Final[dict[str, tuple[Rule[Seg], ...]]] = {
    "NM1": _NM1,
    "BHT": (
        Rule(
            "batch_reference_too_long",
            "BHT",
            "BHT03",
            "A reference has 30 characters at most, or the answer cuts it off.",
            lambda seg: len(seg[3]) > LONGEST_BATCH_REFERENCE,
        ),
    ),
    "N4": (
        Rule(
            "state_unknown",
            "N4",
            "N402",
            "The state has two capital letters, as the post office writes it.",
            lambda seg: seg[4] in _HERE and not shapes.is_state(seg[2]),
        ),
        Rule(
            "zip_malformed",
            "N4",
            "N403",
            "A ZIP code has five or nine digits and no dash.",
            lambda seg: seg[4] in _HERE and not shapes.is_zip(seg[3]),
        ),
    ),
    "PER": (
        Rule(
            "phone_malformed",
            "PER",
            "PER04",
            "A telephone number has ten digits and no dashes.",
            _has_odd_telephone,
        ),
    ),
    "PRV": (
        Rule(
            "taxonomy_malformed",
            "PRV",
            "PRV03",
            "A taxonomy code has ten characters and ends in X.",
            lambda seg: seg[2] == "PXC" and not shapes.is_taxonomy(seg[3]),
        ),
    ),
    "REF": (
        Rule(
            "tax_id_malformed",
            "REF",
            "REF02",
            "A tax number has nine digits and no dash.",
            lambda seg: seg[1] in {"EI", "SY"} and not shapes.is_tax_id(seg[2]),
        ),
        Rule(
            "line_key_too_long",
            "REF",
            "REF02",
            "A line's key has 30 characters at most, or the answer cuts it off.",
            lambda seg: seg[1] == "6R" and len(seg[2]) > LONGEST_LINE_KEY,
        ),
    ),
    "CLM": (
        Rule(
            "claim_id_too_long",
            "CLM",
            "CLM01",
            "A claim's id has 20 characters at most, or the answer cuts it off.",
            lambda seg: len(seg[1]) > LONGEST_CLAIM_ID,
        ),
        Rule(
            "frequency_unknown",
            "CLM",
            "CLM05-3",
            "A claim is an original (1), a replacement (7) or a void (8).",
            lambda seg: (
                seg.part(5, 3)
                not in (
                    _INSTITUTIONAL_FREQUENCIES
                    if seg.part(5, 2) == _INSTITUTION
                    else _PROFESSIONAL_FREQUENCIES
                )
            ),
        ),
        Rule(
            "total_not_positive",
            "CLM",
            "CLM02",
            "A claim must ask for more than nothing.",
            not_positive(2),
        ),
        *amounts(2),
    ),
    "DTP": (
        Rule(
            "date_malformed",
            "DTP",
            "DTP03",
            "Not a day (D8), or not two days with a dash (RD8), as DTP02 says it is.",
            lambda seg: shapes.days(seg[2], seg[3]) is None and seg[2] != "TM",
        ),
        Rule(
            "span_ends_before_it_starts",
            "DTP",
            "DTP03",
            "The span's last day lies before its first.",
            _is_span_reversed,
        ),
    ),
    "HI": (
        Rule(
            "diagnosis_has_decimal_point",
            "HI",
            "HI01-2",
            "Send the diagnosis code without its point.",
            lambda seg: any("." in code for code in _codes(seg, *_ICD10)),
        ),
        Rule(
            "diagnosis_not_icd10",
            "HI",
            "HI01-2",
            "The diagnosis is not shaped like an ICD-10 code: correct it in the care plan.",
            lambda seg: any(
                not shapes.is_icd10(code.replace(".", "")) for code in _codes(seg, *_ICD10)
            ),
        ),
        Rule(
            "diagnosis_is_icd9",
            "HI",
            "HI01-1",
            "The qualifier stands for ICD-9: a principal diagnosis is ABK, others are ABF.",
            lambda seg: bool(_codes(seg, *_ICD9)),
        ),
    ),
    "SV1": (*service(charge=2, units=4, code=1), *amounts(2)),
    "SV2": (
        *service(charge=3, units=5, code=2),
        *amounts(3),
        Rule(
            "revenue_code_malformed",
            "SV2",
            "SV201",
            "A revenue code has four digits, a zero in front included.",
            lambda seg: not shapes.is_revenue_code(seg[1]),
        ),
    ),
    "AMT": amounts(2),
    "SVD": amounts(2),
    "CAS": amounts(3, 6, 9, 12, 15, 18),
}
