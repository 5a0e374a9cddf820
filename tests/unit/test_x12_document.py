"""Any file is cut into its transaction sets, and what is around them is judged."""

import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.partners.x12.gates import guide
from orchestration.partners.x12.gates.alone import claims_alone
from orchestration.partners.x12.gates.document import Document, SetText
from orchestration.partners.x12.gates.guide import guide_findings
from orchestration.partners.x12.gates.judging import judged, read_set_of
from tests.unit.sample_batch import claim_number, written

GOOD, _ = written([claim_number(1), claim_number(2), claim_number(3)], per_set=2)


def cut(document: bytes) -> tuple[list[SetText], list[str]]:
    read = Document(io.BytesIO(document))
    sets = list(read.sets())
    return sets, [finding.rule for finding in read.findings]


def spoiled(old: str, new: str) -> bytes:
    assert old in GOOD
    return GOOD.replace(old, new, 1).encode("latin-1")


def with_separators(element: str, component: str, repetition: str, terminator: str) -> bytes:
    table = str.maketrans("*:^~", element + component + repetition + terminator)
    return GOOD.replace("\n", "").translate(table).encode()


def test_a_file_is_cut_at_its_sets() -> None:
    sets, rules = cut(GOOD.encode())
    assert rules == []
    assert [one.segments[0] for one in sets] == [
        "ST*837*0001*005010X222A1",
        "ST*837*0002*005010X222A1",
    ]
    assert all(one.segments[-1].startswith("SE*") for one in sets)
    assert all(judged(one).findings == () for one in sets)


@pytest.mark.parametrize(
    "document",
    [
        with_separators("|", "<", "!", "\n"),
        with_separators("*", ">", "^", "'"),
        with_separators("\x1d", "\x1f", "\x1e", "\x1c"),
        GOOD.replace("~\n", "~\r\n").encode(),
        b"\r\n  " + GOOD.encode() + b"\n\n",
    ],
)
def test_any_separators_and_line_ends_read_the_same(document: bytes) -> None:
    sets, rules = cut(document)
    assert rules == []
    assert [len(read_set_of(one).claims) for one in sets] == [2, 1]


@pytest.mark.parametrize(
    ("document", "rules", "sets"),
    [
        (b"", ["not_x12"], 0),
        (b"<html><body>Sign in</body></html>", ["text_outside_interchange", "not_x12"], 0),
        (b"ISA*00*", ["header_unreadable", "text_outside_interchange", "not_x12"], 0),
        (b"\xef\xbb\xbf" + GOOD.encode(), ["byte_order_mark"], 2),
        (GOOD.encode("utf-16"), ["not_ascii"], 2),
        (spoiled("AGENCY01       *", "AGENCY01*"), ["header_element_width"], 2),
        (spoiled("*^*00501*", "*U*00501*"), ["repetition_separator_is_a_letter"], 2),
        (spoiled("*000000101*1*T", "*000000101*1*X"), ["header_code_wrong"], 2),
        (spoiled("IEA*1*000000101", "IEA*1*000000102"), ["interchange_control_differs"], 2),
        (spoiled("IEA*1*", "IEA*2*"), ["interchange_count_wrong"], 2),
        (spoiled("GE*2*", "GE*1*"), ["group_count_wrong"], 2),
        (spoiled("GE*2*101", "GE*2*0101"), ["group_control_differs"], 2),
        (spoiled("*0615*101*X", "*0615*0101*X"), [
            "group_control_has_leading_zero", "group_control_differs",
        ], 2),
        (spoiled("GE*2*101~\n", ""), ["group_trailer_missing"], 2),
        (spoiled("SE*40*0001~\n", ""), ["set_trailer_missing"], 2),
        (spoiled("ST*837*0002", "ST*837*0001"), ["set_control_repeated"], 2),
        (spoiled("20260302*0615*101", "260302*0615*101"), ["header_date_wrong"], 2),
        (spoiled("*X*005010X222A1", "*X*005010X222"), ["guide_unknown"], 2),
        (spoiled("GS*HC*", "GS*HP*"), ["header_code_wrong"], 2),
        (spoiled("ST*837*0001", "NTE*ADD*X~\nST*837*0001"), ["segment_outside_set"], 2),
        (spoiled("HI*ABK", "~\nHI*ABK"), ["segment_blank"], 2),
        (GOOD[:900].encode(), [
            "last_segment_unterminated", "set_trailer_missing", "group_trailer_missing",
            "interchange_trailer_missing",
        ], 1),
        ((GOOD * 2).encode(), ["second_interchange"], 4),
        (GOOD.encode() + b"GOODBYE", ["text_outside_interchange"], 2),
        (GOOD.encode() + with_separators("|", "<", "!", "\n"), ["second_interchange"], 4),
        (GOOD[: GOOD.index("ST*")].encode() + GOOD[GOOD.index("GE*") :].encode(), [
            "group_count_wrong", "no_transaction_set",
        ], 0),
    ],
)  # fmt: skip
def test_what_is_around_the_sets_is_judged(document: bytes, rules: list[str], sets: int) -> None:
    cut_sets, found = cut(document)
    assert (found, len(cut_sets)) == (rules, sets)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=40), st.integers(0, len(GOOD)), st.integers(0, 60))
def test_no_damage_makes_reading_raise(noise: bytes, place: int, lost: int) -> None:
    whole = GOOD.encode()
    sets, _ = cut(whole[:place] + noise + whole[place + lost :])
    for one in sets:
        list(claims_alone(one, read_set_of(one)))


def test_a_claim_that_ends_the_torn_file_stands_alone_too() -> None:
    torn = GOOD[: GOOD.index("~\n", GOOD.index("CLM*V000002")) + 2]
    (one,) = cut(torn.encode())[0]
    parts = list(claims_alone(one, read_set_of(one)))
    assert [part.text.segments[-2].split("*")[0] for part in parts] == ["REF", "CLM"]
    assert all(part.text.segments[-1].startswith("SE*") for part in parts)


def test_a_claim_alone_is_a_good_set_and_keeps_its_places() -> None:
    one = cut(GOOD.encode())[0][0]
    parts = list(claims_alone(one, read_set_of(one)))
    assert [part.claim_id for part in parts] == ["V000001", "V000002"]
    assert all(judged(part.text).findings == () for part in parts)
    spoiled_set = cut(spoiled("V000002*68***12:B", "V000002*68***12:A"))[0][0]
    second = list(claims_alone(spoiled_set, read_set_of(spoiled_set)))[1]
    (whole,) = judged(spoiled_set).findings
    (part,) = judged(second.text).findings
    assert second.placed(part) == whole


def test_what_gate_one_finds_in_the_whole_file_it_finds_set_by_set() -> None:
    document = spoiled("12:B:1", "00:A:1")
    sets, rules = cut(document)
    by_set = [finding for one in sets for finding in judged(one).findings]
    assert rules == []
    assert by_set == guide_findings(document)


def test_a_claim_the_library_breaks_over_stands_out_and_the_others_are_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    validate = guide.x12n_document

    def break_over_the_second(
        parameters: object, document: io.StringIO, *rest: Any, **more: Any
    ) -> Any:
        if "CLM*V000002" in document.getvalue():
            raise RuntimeError("ZZCANARY")
        return validate(parameters, document, *rest, **more)

    monkeypatch.setattr(guide, "x12n_document", break_over_the_second)
    text, _ = written([claim_number(1), claim_number(2), claim_number(3)])
    (one,) = cut(text.replace("V000003*68***12:B", "V000003*68***12:A").encode())[0]
    assert [(found.claim_id, found.rule) for found in judged(one).findings] == [
        ("V000002", "validator_stopped"),
        ("V000003", "guide_element_7"),
    ]
