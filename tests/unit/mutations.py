"""What naive writers get wrong: each name is one way to spoil a good file.

The list is that of the errors seen in practice and tried against every tool at hand; most tools
let a third of them pass, some let all but two. ``HARMLESS`` names those that no receiver minds.
"""

from collections.abc import Callable
from typing import Final

from tests.unit.good_files import recounted, three_claims

GOOD: Final = three_claims()
_HOME: Final = "N3*200 SAMPLE AVE~\n"
_AGENCY: Final = "NM1*85*2*EXAMPLE HOME CARE LLC*****XX*1999999984"
_PERSON: Final = "NM1*IL*1*TESTPERSON*ALPHA****MI*000000000101"
_DAY: Final = "DTP*472*D8*20260224"
_SV1: Final = "SV1*HC:T1019:U1*110.4*UN*16***1"
_CLM: Final = "CLM*V000001*246.4***12:B:1*Y*A*Y*Y"
_FACILITY: Final = "NM1*77*2*DAY CENTER*****XX*1999999984~\n"

Spoil = Callable[[str], str | bytes]

# Legal X12 that says the same: zeros behind the point, and line ends of any make.
HARMLESS: Final = frozenset(
    {"c03b_charge_trailing_zero", "e25_newline_terminator", "x14_crlf"}
)  # fmt: skip


def put(*changes: tuple[str, str], count: bool = True) -> Spoil:
    """Replace the first of each; the set's count is put right unless it is what is spoiled."""

    def spoil(text: str) -> str:
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        return recounted(text) if count else text

    return spoil


def drop(segment: str) -> Spoil:
    """Leave the first such segment out."""
    return put((f"{segment}~\n", ""))


def everywhere(old: str, new: str) -> Spoil:
    """Replace all of them."""

    def spoil(text: str) -> str:
        assert old in text, old
        return recounted(text.replace(old, new))

    return spoil


def many_lines(text: str) -> str:
    """The first claim with 52 lines, at prices that add up."""
    start, end = text.index("LX*1~"), text.index("HL*3*")
    lines = "".join(
        f"LX*{n}~\nSV1*HC:T1019:U1*1*UN*16***1~\n{_DAY}~\nREF*6R*V000001-{n}~\n"
        for n in range(1, 53)
    )
    return recounted(text[:start] + lines + text[end:]).replace("*246.4*", "*52*", 1)


def without_billing_level(text: str) -> str:
    """The agency's level without the segment that begins it."""
    text = text.replace("HL*1**20*1~\n", "")
    return recounted(text)


MUTATIONS: Final[dict[str, Spoil]] = {
    "b01_no_billing_HL": without_billing_level,
    "b02_hl04_0_with_children": put(("HL*1**20*1", "HL*1**20*0")),
    "b03_hl02_wrong_parent": put(("HL*3*1*22", "HL*3*2*22")),
    "b04_hl01_not_sequential": put(("HL*3*1*22", "HL*9*1*22")),
    "b05_npi_bad_luhn": put((_AGENCY, _AGENCY[:-1] + "5")),
    "b06_npi_missing": put((_AGENCY, "NM1*85*2*EXAMPLE HOME CARE LLC")),
    "b07_billing_zip5": put(("*OH*432150000", "*OH*43215")),
    "b08_billing_po_box": put(("N3*100 TEST ST", "N3*PO BOX 100")),
    "b09_no_taxid": drop("REF*EI*123456789"),
    "b10_taxid_dash": put(("REF*EI*123456789", "REF*EI*12-3456789")),
    "b11_prv02_ZZ_4010": put(("PRV*BI*PXC", "PRV*BI*ZZ")),
    "b12_taxonomy_9chars": put(("251E00000X", "251E0000X")),
    "b13_state_bad": put(("*OH*", "*XX*")),
    "b14_no_billing_n3": drop("N3*100 TEST ST"),
    "b15_entity_type_person_no_first": put((_AGENCY, _AGENCY.replace("*85*2*", "*85*1*"))),
    "c01_clm01_28chars": put(("CLM*V000001*", "CLM*SHC-2026-000001-A1-TWENTYONE*")),
    "c02_clm01_39chars": put(("CLM*V000001*", f"CLM*{'X' * 39}*")),
    "c03_charge_dollar": put(("*246.4*", "*$246.40*")),
    "c03b_charge_trailing_zero": put(("*246.4*", "*246.40*")),
    "c03c_charge_comma": put(("*246.4*", "*1,246.4*")),
    "c03d_charge_3_decimals": put(("*246.4*", "*246.405*")),
    "c04_charge_ne_sum_lines": put(("*246.4*", "*250*")),
    "c05_facility_qual_missing": put(("12:B:1", "12::1")),
    "c05b_facility_qual_A": put(("12:B:1", "12:A:1")),
    "c06_freq_missing": put(("12:B:1", "12:B")),
    "c06b_freq_bad": put(("12:B:1", "12:B:9")),
    "c07_clm06_09_missing": put(("*Y*A*Y*Y", "")),
    "c08_pos_bad": put(("12:B:1", "00:B:1")),
    "c09_freq7_no_F8": drop("REF*F8*ICN0000001"),
    "c11_no_hi": drop("HI*ABK:F0390*ABF:I10"),
    "c12_dx_decimal": put(("ABK:F0390", "ABK:F03.90")),
    "c13_icd9_qualifier": put(("ABK:F0390*ABF:I10", "BK:F0390*BF:I10")),
    "c14_first_hi_not_principal": put(("ABK:F0390*ABF:I10", "ABF:F0390*ABF:I10")),
    "c15_13_dx": put(("ABF:I10", "*".join(["ABF:I10"] * 12))),
    "c16_two_prior_auths": put(("REF*G1*AUTH0001~", "REF*G1*AUTH0001~\nREF*G1*AUTH0002~")),
    "c17_statement_dates_434": put((_CLM + "~", _CLM + "~\nDTP*434*RD8*20260224-20260226~")),
    "c19_rendering_no_id": put(("CARER*NIA****XX*1999999984", "CARER*NIA")),
    "c20_facility_no_address": put(("NM1*82*1*CARER", _FACILITY + "NM1*82*1*CARER")),
    "c22_provider_before_hi": put(
        ("HI*ABK:F0390", "NM1*82*1*CARER*NIA****XX*1999999984~\nHI*ABK:F0390")
    ),
    "c23_attending_in_837P": put(("NM1*82*1*CARER", "NM1*71*1*CARER")),
    "c24_ref_9F_used_for_auth": put(("REF*G1*", "REF*9F*")),
    "c25_pat_in_subscriber": put(
        ("SBR*P*18*******MC~", "SBR*P*18*******MC~\nPAT*18~")
    ),
    "c26_F8_empty": put(("REF*F8*ICN0000001", "REF*F8*")),
    "e01_isa06_unpadded": put(("AGENCY01       *", "AGENCY01*")),
    "e02_isa13_not_9digits": put(("*00501*000000101*", "*00501*101*")),
    "e03_iea02_mismatch": put(("IEA*1*000000101", "IEA*1*000000102")),
    "e04_ge02_mismatch": put(("GE*1*101", "GE*1*102")),
    "e05_se02_mismatch": put(("SE*65*0001", "SE*65*0002"), count=False),
    "e06_se01_wrong": put(("SE*65*0001", "SE*64*0001"), count=False),
    "e07_ge01_wrong": put(("GE*1*101", "GE*2*101")),
    "e08_iea01_wrong": put(("IEA*1*", "IEA*2*")),
    "e09_missing_se": put(("SE*65*0001~\n", ""), count=False),
    "e10_missing_iea": put(("IEA*1*000000101~\n", "")),
    "e10b_missing_ge": put(("GE*1*101~\n", "")),
    "e12_isa11_U_4010_habit": put(("*^*00501*", "*U*00501*")),
    "e13_isa12_00401": put(("*00501*", "*00401*")),
    "e14_gs08_no_A1": put(("*X*005010X222A1", "*X*005010X222")),
    "e15_gs08_A2": put(("*X*005010X222A1", "*X*005010X222A2")),
    "e16_st03_missing": put(("*0001*005010X222A1", "*0001")),
    "e17_st03_ne_gs08": put(("*0001*005010X222A1", "*0001*005010X222")),
    "e18_gs04_6digit": put(("CLRHOUSE01*20260302", "CLRHOUSE01*260302")),
    "e19_isa09_8digit": put(("*260302*0615*^", "*20260302*0615*^")),
    "e20_st02_short": put(
        ("ST*837*0001", "ST*837*1"), ("SE*65*0001", "SE*65*1"), count=False
    ),
    "e21_duplicate_st02": lambda text: text[: text.index("GE*")]
    + text[text.index("ST*837") : text.index("GE*")].replace("V00000", "W00000")
    + text[text.index("GE*") :].replace("GE*1*", "GE*2*"),
    "e22_gs06_leading_zeros_ge02_not": put(("*0615*101*X", "*0615*0101*X")),
    "e24_no_final_terminator": lambda text: text[:-2],
    "e25_newline_terminator": lambda text: text.replace("~\n", "\n"),
    "e26_gs01_HP": put(("GS*HC*", "GS*HP*")),
    "h01_bht06_missing": put(("*0615*CH~", "*0615~")),
    "h02_bht06_bad": put(("*0615*CH~", "*0615*XX~")),
    "h03_bht02_bad": put(("BHT*0019*00*", "BHT*0019*01*")),
    "h04_bht04_6digit": put(("-0001*20260302*", "-0001*260302*")),
    "h05_no_submitter_per": drop("PER*IC*BILLING DESK*TE*6145550100"),
    "h06_phone_dashes": put(("6145550100", "614-555-0100")),
    "h07_submitter_no_id": put(("LLC*****46*AGENCY01", "LLC")),
    "h08_no_receiver": drop("NM1*40*2*EXAMPLE CLEARINGHOUSE*****46*CLRHOUSE01"),
    "h09_bht03_31chars": put(("B20260302A-0001", "B" * 31)),
    "h09b_bht03_51chars": put(("B20260302A-0001", "B" * 51)),
    "h10_no_bht": drop("BHT*0019*00*B20260302A-0001*20260302*0615*CH"),
    "l01_no_lx": drop("LX*1"),
    "l02_lx_gap": put(("LX*2", "LX*5")),
    "l03_lx_not_restart_per_claim": lambda text: "LX*4".join(text.rsplit("LX*1", 1)),
    "l04_no_HC_qualifier": put(("SV1*HC:T1019:U1", "SV1*T1019:U1")),
    "l05_negative_charge": put(("*110.4*UN", "*-110.4*UN"), ("*246.4*", "*25.6*")),
    "l06_bad_unit": put(("*UN*16", "*HR*16")),
    "l07_units_missing": put(("*UN*16", "*UN*")),
    "l07b_units_zero": put(("*UN*16", "*UN*0")),
    "l07c_units_3_decimals": put(("*UN*16", "*UN*16.125")),
    "l08_no_dx_pointer": put((_SV1, _SV1[:-4])),
    "l09_dx_pointer_dangling": put((_SV1, _SV1[:-1] + "4")),
    "l10_no_service_date": drop(_DAY),
    "l11_D8_with_range": put((_DAY, "DTP*472*D8*20260224-20260226")),
    "l11b_RD8_reversed": put((_DAY, "DTP*472*RD8*20260226-20260224")),
    "l12_impossible_date": put((_DAY, "DTP*472*D8*20260231")),
    "l13_6R_51chars": put(("REF*6R*V000001-1", f"REF*6R*{'L' * 51}")),
    "l13b_6R_31chars": put(("REF*6R*V000001-1", f"REF*6R*{'L' * 31}")),
    "l14_52_lines": many_lines,
    "l15_5_modifiers": put(("HC:T1019:U1*", "HC:T1019:U1:U2:U3:U4:U5*")),
    "l16_trailing_empty_elements": put((_SV1, _SV1 + "***")),
    "l18_lowercase_hcpcs": put(("HC:T1019:U1", "HC:t1019:U1")),
    "l19_leading_zero_amount": put(("*110.4*UN", "*0110.4*UN")),
    "l20_duplicate_6R": put(("REF*6R*V000001-2", "REF*6R*V000001-1")),
    "l21_unknown_hcpcs": put(("HC:T1019:U1", "HC:T9999:U1")),
    "l22_two_service_dates": put((_DAY + "~", _DAY + "~\n" + _DAY + "~")),
    "s01_sbr09_missing": put(("SBR*P*18*******MC", "SBR*P*18")),
    "s02_sbr02_missing_no_2000C": put(("SBR*P*18*", "SBR*P**")),
    "s03_no_dmg": drop("DMG*D8*19500101*F"),
    "s04_dmg_iso_date": put(("D8*19500101", "D8*1950-01-01")),
    "s05_dmg_sex_bad": put(("19500101*F", "19500101*X")),
    "s06_member_id_missing": put((_PERSON, "NM1*IL*1*TESTPERSON*ALPHA")),
    "s07_payer_id_missing": put(("PLAN*****PI*EXMCD1", "PLAN")),
    "s08_no_payer": drop("NM1*PR*2*EXAMPLE MEDICAID PLAN*****PI*EXMCD1"),
    "s09_sbr01_bad": put(("SBR*P*", "SBR*X*")),
    "s12_no_subscriber_address": put((_HOME, ""), ("N4*COLUMBUS*OH*432150000~\nDMG", "DMG")),
    "s13_sbr09_bad": put(("*******MC", "*******ZZX")),
    "s14_dob_future": put(("19500101", "20990101")),
    "s15_member_id_punct": put(("MI*000000000101", "MI*0000-0000.0101")),
    "x01_lowercase_names": put(("TESTPERSON*ALPHA", "Testperson*Alpha")),
    "x02_utf8_accents": lambda text: text.replace("TESTPERSON", "TÉSTPERSON", 1).encode(),
    "x02b_latin1_accents": lambda text: text.replace("TESTPERSON", "TÉSTPERSON", 1).encode(
        "latin-1"
    ),
    "x03_star_in_name": put(("TESTPERSON", "TEST*PERSON")),
    "x04_colon_in_name": put(("TESTPERSON", "TEST:PERSON")),
    "x05_tilde_in_name": put(("TESTPERSON", "TEST~PERSON"), count=False),
    "x06_padded_names": put(("TESTPERSON", " TESTPERSON ")),
    "x07_newline_in_name": put(("TESTPERSON", "TEST\nPERSON")),
    "x07b_caret_in_name": put(("TESTPERSON", "TEST^PERSON")),
    "x08_bom": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "x09_utf16": lambda text: text.encode("utf-16"),
    "x10_last_name_61": put(("TESTPERSON", "D" * 61)),
    "x11_first_name_36": put(("*ALPHA*", f"*{'J' * 36}*")),
    "x12_addr_56+": put(("200 SAMPLE AVE", "1 ELM ST " + "X" * 50)),
    "x13_smart_quote": lambda text: text.replace("TESTPERSON", "O\u2019PERSON", 1).encode(),
    "x14_crlf": lambda text: text.replace("~\n", "~\r\n"),
}  # fmt: skip
