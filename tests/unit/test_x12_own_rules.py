"""Each of our own rules has one file it catches and a near one it leaves."""

import pytest

from orchestration.partners.x12.gates.judging import Asked
from orchestration.partners.x12.gates.reading import read_set
from orchestration.partners.x12.gates.rules_of_claims import CLAIM_RULES
from orchestration.partners.x12.gates.rules_of_lines import LINE_RULES
from orchestration.partners.x12.gates.rules_of_parties import PARTY_RULES
from orchestration.partners.x12.gates.rules_of_segments import SEGMENT_RULES
from orchestration.partners.x12.gates.rules_of_sets import LEVEL_RULES, MOST_CLAIMS, SET_RULES
from orchestration.partners.x12.gates.rules_of_texts import CHARACTER_RULES, TEXT_RULES
from orchestration.partners.x12.gates.shapes import is_npi
from tests.unit.good_files import gates_say, recounted
from tests.unit.mutations import GOOD, MUTATIONS, Spoil, put

ASKED = Asked(service_codes=frozenset({"T1019"}))
DAY = "DTP*472*D8*20260224"
SV1 = "SV1*HC:T1019:U1*110.4*UN*16***1"
INSTITUTION = (
    ("*005010X222A1~\nST", "*005010X223A2~\nST"),
    ("*0001*005010X222A1", "*0001*005010X223A2"),
)
OTHER = (
    "SBR*P*18*******MC~\nAMT*D*{paid}~\nOI***Y***Y~\nNM1*IL*1*TESTPERSON*ALPHA****MI*A1~\n"
    "NM1*PR*2*FIRST PLAN*****PI*FIRST1~\n"
)
LINE_JUDGED = "SVD*{payer}*{paid}*HC:T1019**16~\nCAS*CO*45*{off}~\nDTP*573*D8*20260228~\n"


def to_second_payer(
    *, order: str = "S", paid: str = "60", payer: str = "FIRST1", line_paid: str = "60"
) -> Spoil:
    """The second claim as one to a second payer, after the first one paid some of it."""

    def spoil(text: str) -> str:
        start = text.index("HL*3*")
        head, rest = text[:start], text[start:]
        rest = rest.replace("SBR*P*", f"SBR*{order}*", 1)
        rest = rest.replace("LX*1~\n", OTHER.format(paid=paid) + "LX*1~\n", 1)
        judged = LINE_JUDGED.format(payer=payer, paid=line_paid, off="8")
        key = "REF*6R*V000002-1~\n"
        return recounted(head + rest.replace(key, key + judged, 1))

    return spoil


def alike(text: str) -> str:
    return text


def without_claims(text: str) -> str:
    return recounted(text[: text.index("HL*2*")] + text[text.index("SE*65") :])


def many_claims(count: int) -> Spoil:
    def spoil(text: str) -> str:
        start, end = text.index("CLM*V000002"), text.index("HL*4*")
        claim = text[start:end]
        again = "".join(claim.replace("V000002", f"W{n:06d}") for n in range(count - 3))
        return recounted(text[:end] + again + text[end:])

    return spoil


def npi(number: str) -> Spoil:
    return put(("CARER*NIA****XX*1999999984", f"CARER*NIA****XX*{number}"))


# rule: (what it catches, what it leaves)
CASES: dict[str, tuple[Spoil, Spoil]] = {
    # segments
    "billing_npi_check_digit_wrong": (
        MUTATIONS["b05_npi_bad_luhn"],
        put(("1999999984", "1234567893")),
    ),
    "provider_npi_check_digit_wrong": (npi("1999999985"), npi("1234567893")),
    "member_id_malformed": (MUTATIONS["s15_member_id_punct"], put(("000000000101", "AB12345"))),
    "provider_without_first_name": (
        put(("CARER*NIA*", "CARER**")),
        put(("*1*CARER*NIA*", "*2*CARER**")),
    ),
    "organisation_with_first_name": (put(("*1*CARER*NIA*", "*2*CARER*NIA*")), alike),
    "batch_reference_too_long": (
        MUTATIONS["h09_bht03_31chars"],
        put(("B20260302A-0001", "B" * 30)),
    ),
    "state_unknown": (MUTATIONS["b13_state_bad"], put(("*OH*", "*PR*"))),
    "zip_malformed": (
        put(("AVE~\nN4*COLUMBUS*OH*432150000", "AVE~\nN4*COLUMBUS*OH*43215-0000")),
        put(("AVE~\nN4*COLUMBUS*OH*432150000", "AVE~\nN4*COLUMBUS*OH*43215")),
    ),
    "phone_malformed": (MUTATIONS["h06_phone_dashes"], put(("*6145550100", "*6145550100*EX*77"))),
    "taxonomy_malformed": (MUTATIONS["b12_taxonomy_9chars"], put(("251E00000X", "374U00000X"))),
    "tax_id_malformed": (MUTATIONS["b10_taxid_dash"], put(("*EI*123456789", "*EI*987654321"))),
    "line_key_too_long": (
        MUTATIONS["l13b_6R_31chars"],
        put(("REF*6R*V000001-1", f"REF*6R*{'L' * 30}")),
    ),
    "claim_id_too_long": (put(("V000001*", f"{'9' * 21}*")), put(("V000001*", f"{'9' * 20}*"))),
    "frequency_unknown": (MUTATIONS["c06b_freq_bad"], put(("12:B:7", "12:B:8"))),
    "total_not_positive": (put(("*246.4*", "*0*")), alike),
    "amount_has_part_cents": (MUTATIONS["c03d_charge_3_decimals"], put(("*246.4*", "*246.400*"))),
    "amount_has_leading_zero": (
        MUTATIONS["l19_leading_zero_amount"],
        put(("*110.4*UN", "*.4*UN"), ("*246.4*", "*136.4*")),
    ),
    "date_malformed": (
        put((DAY, "DTP*472*D8*20260229")),
        put((DAY, "DTP*472*RD8*20260224-20260225")),
    ),
    "span_ends_before_it_starts": (
        MUTATIONS["l11b_RD8_reversed"],
        put((DAY, "DTP*472*RD8*20260224-20260224")),
    ),
    "diagnosis_has_decimal_point": (MUTATIONS["c12_dx_decimal"], alike),
    "diagnosis_not_icd10": (put(("ABF:I10", "ABF:29420")), put(("ABF:I10", "ABF:Z99A1"))),
    "diagnosis_is_icd9": (put(("ABF:I10", "BF:I10")), alike),
    "charge_not_positive": (put(("*68*UN", "*0*UN")), alike),
    "units_not_positive": (MUTATIONS["l07b_units_zero"], put(("*UN*16", "*UN*.25"))),
    "units_too_fine": (MUTATIONS["l07c_units_3_decimals"], put(("*UN*16", "*UN*16.250"))),
    "service_code_malformed": (put(("HC:T1019:U1", "HC:T101:U1")), alike),
    "modifier_malformed": (put(("T1019:U1", "T1019:U1A")), put(("T1019:U1", "T1019:U1::22"))),
    "too_many_modifiers": (
        MUTATIONS["l15_5_modifiers"],
        put(("T1019:U1*", "T1019:U1:U2:U3:U4:0915-1315*")),
    ),
    "revenue_code_malformed": (
        put(*INSTITUTION, (SV1, "SV2*572*HC:T1019*110.4*UN*16")),
        put(*INSTITUTION, (SV1, "SV2*0572*HC:T1019*110.4*UN*16")),
    ),
    # parties
    "zip_not_nine_digits": (
        MUTATIONS["b07_billing_zip5"],
        put(("AVE~\nN4*COLUMBUS*OH*432150000", "AVE~\nN4*COLUMBUS*OH*43215")),
    ),
    "billing_address_is_post_box": (
        MUTATIONS["b08_billing_po_box"],
        put(("100 TEST ST", "1 PO BOXER LN")),
    ),
    "provider_without_number": (
        MUTATIONS["c19_rendering_no_id"],
        put(("NIA****XX*1999999984~\nPRV*PE*PXC*374U00000X~", "NIA~\nREF*G2*A1~")),
    ),
    # the set
    "set_names_other_guide_than_group": (MUTATIONS["e16_st03_missing"], alike),
    "set_is_no_claim_set": (put(("ST*837*", "ST*835*")), alike),
    "set_holds_no_claim": (without_claims, alike),
    "set_count_differs": (MUTATIONS["e06_se01_wrong"], alike),
    "set_control_differs": (MUTATIONS["e05_se02_mismatch"], alike),
    "level_number_out_of_order": (MUTATIONS["b04_hl01_not_sequential"], alike),
    "level_kind_unknown": (put(("HL*4*1*22", "HL*4*1*24")), alike),
    "level_parent_wrong": (MUTATIONS["b03_hl02_wrong_parent"], alike),
    "level_children_differ": (MUTATIONS["b02_hl04_0_with_children"], alike),
    # the claim
    "total_differs_from_lines": (put(("*246.4*", "*246.41*")), put(("*246.4*", "*246.40*"))),
    "replacement_without_payer_claim_number": (
        MUTATIONS["c09_freq7_no_F8"],
        put(("12:B:7", "12:B:8")),
    ),
    "original_with_payer_claim_number": (put(("12:B:7", "12:B:1")), alike),
    "diagnosis_missing": (MUTATIONS["c11_no_hi"], put(("*ABF:I10", ""))),
    "line_key_repeated": (
        MUTATIONS["l20_duplicate_6R"],
        put(("REF*6R*V000002-1", "REF*6R*V000001-1")),
    ),
    "referral_number_without_referring_provider": (
        MUTATIONS["c24_ref_9F_used_for_auth"],
        put(
            (
                "REF*G1*AUTH0001~\nHI*ABK:R69~\nNM1*82*1*CARER*NIA****XX*1999999984~\nPRV*PE*PXC*374U00000X",
                "REF*9F*R1~\nHI*ABK:R69~\nNM1*DN*1*DOC*ANA****XX*1999999984",
            )
        ),
    ),
    "billing_npi_missing": (
        MUTATIONS["b06_npi_missing"],
        put(
            ("HOME CARE LLC*****XX*1999999984", "HOME CARE LLC"),
            *[("*PI*EXMCD1~\nCLM", "*PI*EXMCD1~\nREF*G2*OLD1~\nCLM")] * 3,
        ),
    ),
    "claim_filing_code_missing": (MUTATIONS["s01_sbr09_missing"], put(("*******MC", "*******CI"))),
    "relationship_missing": (MUTATIONS["s02_sbr02_missing_no_2000C"], alike),
    "patient_without_birth_date": (MUTATIONS["s03_no_dmg"], alike),
    "patient_without_address": (MUTATIONS["s12_no_subscriber_address"], alike),
    "born_after_service": (put(("19500101", "20260225")), put(("19500101", "20260224"))),
    "later_payer_without_earlier_one": (put(("SBR*P*", "SBR*S*")), to_second_payer()),
    "payer_order_repeated": (to_second_payer(order="P"), to_second_payer()),
    "other_payer_does_not_balance": (to_second_payer(paid="59"), to_second_payer()),
    "attending_missing": (put(*INSTITUTION), alike),
    "service_outside_statement_period": (
        put(("Y*A*Y*Y~", "Y*A*Y*Y~\nDTP*434*RD8*20260225-20260228~")),
        put(("Y*A*Y*Y~", "Y*A*Y*Y~\nDTP*434*RD8*20260224-20260228~")),
    ),
    # the line
    "diagnosis_pointer_dangling": (put((SV1, SV1[:-1] + "1:3")), put((SV1, SV1[:-1] + "2:1"))),
    "line_judged_by_unknown_payer": (to_second_payer(payer="OTHER9"), to_second_payer()),
    "line_judgement_does_not_balance": (to_second_payer(line_paid="59"), to_second_payer()),
    # any text
    "character_not_sendable": (
        MUTATIONS["x07b_caret_in_name"],
        put(("TESTPERSON", "O'TEST-PERSON")),
    ),
    "small_letters": (
        MUTATIONS["x01_lowercase_names"],
        put(("*TE*6145550100", "*EM*desk@example.org")),
    ),
    "service_in_the_future": (put((DAY, "DTP*472*D8*20260303")), put((DAY, "DTP*472*D8*20260302"))),
    "born_in_the_future": (MUTATIONS["s14_dob_future"], put(("19500101", "20260224"))),
    "service_code_unknown": (MUTATIONS["l21_unknown_hcpcs"], alike),
}

SET_ASIDE = {"too_many_claims_in_set"}  # has a test of its own: five thousand claims take a while


def every_rule() -> set[str]:
    tables = (SET_RULES, LEVEL_RULES, PARTY_RULES, CLAIM_RULES, LINE_RULES, CHARACTER_RULES)
    return {
        rule.name
        for table in (*tables, *SEGMENT_RULES.values(), *TEXT_RULES.values())
        for rule in table
    }


def test_every_rule_has_its_case() -> None:
    assert set(CASES) == every_rule() - SET_ASIDE


@pytest.mark.parametrize("name", CASES)
def test_a_rule_catches_its_defect_and_leaves_what_is_like_it(name: str) -> None:
    catch, leave = CASES[name]
    assert name in {found.rule for found in gates_say(catch(GOOD), ASKED)}
    assert name not in {found.rule for found in gates_say(leave(GOOD), ASKED)}


@pytest.mark.parametrize(
    ("name", "segment", "element", "claim_id", "line_key"),
    [
        ("l05_negative_charge", "SV1", "SV102", "V000001", "V000001-1"),
        ("b03_hl02_wrong_parent", "HL", "HL02", "V000002", ""),
        ("b05_npi_bad_luhn", "NM1", "NM109", "", ""),
        ("x07b_caret_in_name", "NM1", "NM103", "V000001", ""),
        ("c24_ref_9F_used_for_auth", "REF", "REF01", "V000001", ""),
    ],
)
def test_a_finding_says_place_claim_and_line(
    name: str, segment: str, element: str, claim_id: str, line_key: str
) -> None:
    (found,) = [one for one in gates_say(MUTATIONS[name](GOOD)) if not one.rule.startswith("guide")]
    assert (found.segment, found.element, found.claim_id, found.line_key) == (
        *(segment, element, claim_id, line_key),
    )
    lines = GOOD.split("~\n")[2:]
    assert lines[found.position - 1].startswith(segment)
    assert found.set_control == "0001"


def test_five_thousand_claims_are_the_most_in_a_set() -> None:
    rules = {rule.name: rule for rule in SET_RULES}

    def breaks(count: int) -> bool:
        segments = many_claims(count)(GOOD).replace("\n", "").split("~")[2:-3]
        return rules["too_many_claims_in_set"].is_broken_by(read_set(segments, "*", ":", ""))

    assert breaks(MOST_CLAIMS + 1)
    assert not breaks(MOST_CLAIMS)


@pytest.mark.parametrize(
    ("number", "valid"),
    [("1999999984", True), ("1234567893", True), ("1234567890", False), ("0123456789", False),
     ("123456789", False), ("12345678933", False), ("199999998A", False)],
)  # fmt: skip
def test_an_npi_ends_in_its_check_digit(number: str, valid: bool) -> None:
    assert is_npi(number) is valid


def test_nothing_of_the_file_is_told_unless_somebody_asks() -> None:
    spoiled = GOOD.replace("TESTPERSON", "ZZCANARY^").replace("12:B:1", "12:A:1")
    quiet = gates_say(spoiled)
    assert "ZZCANARY" not in repr(quiet)
    assert not any(one.quoted for one in quiet)
    told = gates_say(spoiled, Asked(with_text=True))
    assert "ZZCANARY" not in repr(told)
    assert any("ZZCANARY" in one.quoted for one in told)
