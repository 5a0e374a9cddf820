"""Each of our own rules has one thing it catches and one it leaves."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from orchestration.partners.x12.claim import (
    BillingProvider,
    Claim,
    Contact,
    RenderingProvider,
    ServiceLine,
)
from orchestration.partners.x12.own_rules import (
    CLAIM_ID_REPEATED,
    SERVICE_CODE_UNKNOWN,
    own_findings,
)
from orchestration.partners.x12.rule import Rule
from orchestration.partners.x12.rules_of_claim import CLAIM_RULES
from orchestration.partners.x12.rules_of_line import LINE_RULES
from orchestration.partners.x12.rules_of_sender import BILLING_RULES, SUBMITTER_RULES
from orchestration.partners.x12.shapes import is_npi
from tests.unit.test_x12_sample_batch import (
    BILLING,
    CLAIM,
    LINE,
    PERSON,
    STREET,
    SUBMITTER,
    claim_number,
)

AIDE = RenderingProvider("Carer", "Nia", "1999999984", "374U00000X")


def of_claim(**changes: Any) -> Claim:
    return replace(CLAIM, **changes)


def of_line(**changes: Any) -> Claim:
    line: ServiceLine = replace(LINE, **changes)
    return replace(CLAIM, lines=(line,), total=line.charge)


def of_person(**changes: Any) -> Claim:
    return replace(CLAIM, subscriber=replace(PERSON, **changes))


def of_home(**changes: Any) -> Claim:
    return of_person(address=replace(STREET, **changes))


def of_aide(**changes: Any) -> Claim:
    return replace(CLAIM, rendering=replace(AIDE, **changes))


def many_lines(count: int, *, same_key: bool = False) -> Claim:
    keys = ["K" if same_key else f"K{number}" for number in range(count)]
    lines = tuple(replace(LINE, line_key=key) for key in keys)
    return replace(CLAIM, lines=lines, total=LINE.charge * count)


# rule: (what it catches, what it leaves)
CLAIM_CASES = {
    "total_differs_from_lines": (
        of_claim(total=Decimal("68.01")),
        of_claim(total=Decimal("68.0")),
    ),
    "total_not_positive": (of_line(charge=Decimal(0)), of_line(charge=Decimal("0.01"))),
    "replacement_without_payer_claim_number": (
        of_claim(frequency="7"),
        of_claim(frequency="8", payer_claim_number="ICN1"),
    ),
    "original_with_payer_claim_number": (
        of_claim(payer_claim_number="ICN1"),
        of_claim(payer_claim_number=None),
    ),
    "payer_claim_number_too_long": (
        of_claim(frequency="7", payer_claim_number="9" * 51),
        of_claim(frequency="7", payer_claim_number="9" * 50),
    ),
    "prior_auth_too_long": (of_claim(prior_auth="A" * 51), of_claim(prior_auth="A" * 50)),
    "place_of_service_malformed": (
        of_claim(place_of_service="1"),
        of_claim(place_of_service="99"),
    ),
    "diagnosis_missing": (of_claim(diagnoses=()), of_claim(diagnoses=("R69",))),
    "too_many_diagnoses": (of_claim(diagnoses=("R69",) * 13), of_claim(diagnoses=("R69",) * 12)),
    "diagnosis_has_decimal_point": (
        of_claim(diagnoses=("R69", "F03.90")),
        of_claim(diagnoses=("R69", "F0390")),
    ),
    "diagnosis_not_icd10": (of_claim(diagnoses=("29420",)), of_claim(diagnoses=("Z99A1",))),
    "too_many_lines": (many_lines(51), many_lines(50)),
    "line_key_repeated": (many_lines(2, same_key=True), many_lines(2)),
    "person_name_unsendable": (
        of_person(last="\N{CJK UNIFIED IDEOGRAPH-674E}"),
        of_person(last="L" * 60, first="F" * 35, middle="M" * 25),
    ),
    "person_address_unsendable": (of_home(line1="A" * 56), of_home(line1="A" * 55)),
    "person_state_unknown": (of_home(state="OX"), of_home(state="pr")),
    "person_zip_malformed": (of_home(zip_code="43215-0000"), of_home(zip_code="43215")),
    "member_id_malformed": (of_person(member_id="123-45"), of_person(member_id="ab12345")),
    "born_after_service": (
        of_person(birth_date=date(2026, 2, 27)),
        of_person(birth_date=date(2026, 2, 26)),
    ),
    "rendering_without_number": (of_aide(npi=None), of_aide(npi=None, secondary_id="A1")),
    "rendering_npi_check_digit_wrong": (of_aide(npi="1999999985"), of_aide(npi="1234567893")),
    "rendering_taxonomy_malformed": (of_aide(taxonomy="374U00000"), of_aide(taxonomy=None)),
    "rendering_name_unsendable": (of_aide(last=" "), of_aide(first=None)),
}
LINE_CASES = {
    "charge_not_positive": (of_line(charge=Decimal(-1)), of_line(charge=Decimal(1))),
    "charge_has_part_cents": (of_line(charge=Decimal("1.005")), of_line(charge=Decimal("1.500"))),
    "units_not_positive": (of_line(units=Decimal(0)), of_line(units=Decimal("0.25"))),
    "units_too_fine": (of_line(units=Decimal("1.125")), of_line(units=Decimal("1.250"))),
    "service_code_malformed": (of_line(service_code="T101"), of_line(service_code="s5125")),
    "too_many_modifiers": (
        of_line(modifiers=("U1", "U2", "U3", "U4", "U5")),
        of_line(modifiers=("U1", "U2", "U3", "U4")),
    ),
    "modifier_malformed": (of_line(modifiers=("U",)), of_line(modifiers=("u1",))),
    "diagnosis_pointer_missing": (
        of_line(diagnosis_pointers=()),
        of_line(diagnosis_pointers=(1,)),
    ),
    "too_many_diagnosis_pointers": (
        of_line(diagnosis_pointers=(1,) * 5),
        of_line(diagnosis_pointers=(1,) * 4),
    ),
    "diagnosis_pointer_dangling": (
        of_line(diagnosis_pointers=(1, 2)),
        replace(of_line(diagnosis_pointers=(1, 2)), diagnoses=("R69", "F0390")),
    ),
    "service_ends_before_it_starts": (
        of_line(to_date=date(2026, 2, 25)),
        of_line(to_date=date(2026, 2, 27)),
    ),
    "line_prior_auth_too_long": (of_line(prior_auth="A" * 51), of_line(prior_auth="A" * 50)),
}


def agency(**changes: Any) -> BillingProvider:
    return replace(BILLING, **changes)


def agency_at(**changes: Any) -> BillingProvider:
    return replace(BILLING, address=replace(STREET, **changes))


BILLING_CASES = {
    "billing_npi_missing": (agency(npi=None), agency(npi=None, secondary_id="A1")),
    "billing_npi_check_digit_wrong": (agency(npi="1999999948"), agency(npi="1234567893")),
    "billing_taxonomy_malformed": (agency(taxonomy="251E00000"), agency(taxonomy="3747P1801X")),
    "billing_tax_id_malformed": (agency(tax_id="12-3456789"), agency(tax_id="987654321")),
    "billing_zip_not_nine_digits": (agency_at(zip_code="43215"), agency_at(zip_code="432151234")),
    "billing_address_is_post_box": (
        agency_at(line2="P.O. Box 12"),
        agency_at(line1="12 Post Office Boxwood Rd"),
    ),
    "billing_address_unsendable": (agency_at(city=""), agency_at(line2="Suite 4")),
    "billing_state_unknown": (agency_at(state="Ohio"), agency_at(state="DC")),
    "billing_name_unsendable": (agency(name="N" * 61), agency(name="N" * 60)),
    "billing_phone_malformed": (
        agency(contact=Contact("Desk", "614-555-0100")),
        agency(contact=Contact("Desk", "6145550100")),
    ),
}


def rules_against(claim: Claim) -> set[str]:
    return {found.rule for found in own_findings([claim])}


@pytest.mark.parametrize("rule", [*CLAIM_CASES, *LINE_CASES])
def test_a_rule_catches_its_defect_and_leaves_the_rest(rule: str) -> None:
    caught, left = (CLAIM_CASES | LINE_CASES)[rule]
    assert rule in rules_against(caught)
    assert rule not in rules_against(left)


@pytest.mark.parametrize("rule", list(BILLING_CASES))
def test_a_rule_about_the_agency_catches_its_defect_and_leaves_the_rest(rule: str) -> None:
    caught, left = BILLING_CASES[rule]
    assert rule in {found.rule for found in own_findings([], billing=caught)}
    assert own_findings([], billing=left) == []


def test_a_submitter_is_reached_by_ten_digits() -> None:
    dashed = replace(SUBMITTER, contact=Contact("Desk", "614-555-0100"))
    (found,) = own_findings([], submitter=dashed)
    assert (found.rule, found.claim_id) == ("submitter_phone_malformed", "")
    assert own_findings([], submitter=SUBMITTER) == []


def test_every_rule_has_its_case() -> None:
    assert [rule.name for rule in CLAIM_RULES] == list(CLAIM_CASES)
    assert [rule.name for rule in LINE_RULES] == list(LINE_CASES)
    assert [rule.name for rule in BILLING_RULES] == list(BILLING_CASES)
    assert [rule.name for rule in SUBMITTER_RULES] == ["submitter_phone_malformed"]


def test_every_rule_says_how_to_mend() -> None:
    rules: list[Rule[Any]] = [*CLAIM_RULES, *LINE_RULES, *BILLING_RULES, *SUBMITTER_RULES]
    assert all(rule.mend.endswith(".") for rule in rules)
    assert len({rule.name for rule in rules}) == len(rules)


def test_a_claim_is_sent_once_in_a_batch() -> None:
    twice = own_findings([CLAIM, claim_number(2), CLAIM])
    assert [(found.claim_id, found.rule) for found in twice] == [("V000001", CLAIM_ID_REPEATED)]
    assert own_findings([CLAIM, claim_number(2)]) == []


def test_the_agency_bills_only_codes_it_knows() -> None:
    (found,) = own_findings([CLAIM], service_codes={"S5125"})
    assert (found.rule, found.line_key) == (SERVICE_CODE_UNKNOWN, "V000001-1")
    assert own_findings([CLAIM], service_codes={"S5125", "T1019"}) == []


def test_a_finding_names_its_claim_and_line_and_holds_no_data() -> None:
    person = replace(PERSON, last="Zzcanary" * 9, member_id="ZZSECRET 1")
    claim = replace(of_line(units=Decimal(0)), subscriber=person)
    found = own_findings([claim, claim_number(2)])
    assert {one.claim_id for one in found} == {"V000001"}
    assert {one.line_key for one in found if one.segment == "SV1"} == {"V000001-1"}
    assert "ZZ" not in repr(found).upper()


@pytest.mark.parametrize(
    ("npi", "expected"),
    [
        ("1999999984", True),
        ("1234567893", True),
        ("1234567890", False),
        ("1243567893", False),
        ("9999999995", False),
        ("123456789", False),
        ("12345678931", False),
        ("123456789X", False),
    ],
)
def test_an_npi_ends_in_its_check_digit(npi: str, expected: bool) -> None:
    assert is_npi(npi) is expected
