"""The guide's gate names places, codes and claims, and never what stands there."""

import io
import logging
import logging.config
from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.partners.x12.gates.guide import guide_findings
from orchestration.partners.x12.gates.guide_report import known_code
from tests.unit.good_files import gates_say
from tests.unit.sample_batch import claim_number, written

GOOD, _ = written([claim_number(1), claim_number(2), claim_number(3)])
SECOND = GOOD.index("HL*3*1*22")
DATE = "DTP*472*D8*20260226~\n"


def spoiled(old: str, new: str, *, start: int = 0, times: int = 1) -> bytes:
    assert old in GOOD[start:]
    return (GOOD[:start] + GOOD[start:].replace(old, new, times)).encode("latin-1")


def places(document: bytes) -> list[tuple[str, str, str, str]]:
    return [
        (found.segment, found.element, found.claim_id, found.rule)
        for found in guide_findings(document)
    ]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(
            spoiled("12:B:1", "00:A:1", start=SECOND),
            [
                ("CLM", "CLM05-1", "V000002", "guide_element_7"),
                ("CLM", "CLM05-2", "V000002", "guide_element_7"),
            ],
            id="codes the guide does not list",
        ),
        pytest.param(
            spoiled("*20260226", "*20260231", start=SECOND),
            [("DTP", "DTP03", "V000002", "guide_element_8")],
            id="a day that is not in the calendar",
        ),
        pytest.param(
            spoiled(DATE, "", start=SECOND),
            [
                ("ST", "", "", "guide_set_4"),
                ("DTP", "", "V000002", "guide_segment_3"),
            ],
            id="a missing segment",
        ),
        pytest.param(
            spoiled(DATE + "REF*6R*V000002-1~\n", ""),
            [
                ("ST", "", "", "guide_set_4"),
                ("DTP", "", "V000002", "guide_segment_3"),
            ],
            id="a segment missing at a claim's end belongs to that claim",
        ),
        pytest.param(
            spoiled(DATE, DATE * 2, start=SECOND),
            [
                ("ST", "", "", "guide_set_4"),
                ("DTP", "", "V000002", "guide_segment_5"),
            ],
            id="a segment too many",
        ),
        pytest.param(
            spoiled("NM1*PR*2*EXAMPLE MEDICAID PLAN*****PI*EXMCD1~\n", "", start=SECOND),
            [
                ("ST", "", "", "guide_set_4"),
                ("NM1", "2010BB", "V000002", "guide_segment_3"),
            ],
            id="a missing loop",
        ),
        pytest.param(
            spoiled("***1~", "~", start=SECOND),
            [("SV1", "SV107", "V000002", "guide_segment_8")],
            id="a missing composite",
        ),
        pytest.param(
            spoiled("*0615*101*", "*0615*0101*"),
            [("GS", "", "", "guide_group_4")],
            id="group numbers that differ",
        ),
        pytest.param(
            spoiled("*20260302*0615*101", "*260302*0615*101"),
            [("GS", "GS04", "", "guide_element_4")],
            id="an envelope element the validator refuses in silence",
        ),
        pytest.param(
            spoiled("005010X222A1", "005010X222", times=2),
            [("ISA", "", "", "guide_not_known")],
            id="a guide nobody has",
        ),
        pytest.param(
            spoiled("IEA*1*", "IEA*2*"),
            [("ISA", "", "", "guide_interchange_021")],
            id="a wrong count of groups",
        ),
        pytest.param(
            GOOD[:900].encode(),
            [
                ("ISA", "", "", "guide_interchange_023"),
                ("GS", "", "", "guide_group_3"),
                ("ST", "", "", "guide_set_2"),
            ],
            id="a file cut short",
        ),
        pytest.param(
            spoiled("HI*ABK", "~\nHI*ABK", start=SECOND),
            [
                ("ISA", "", "", "guide_interchange_023"),
                ("GS", "", "", "guide_group_3"),
                ("ST", "", "", "guide_set_2"),
            ],
            id="a blank segment, at which the validator stops reading",
        ),
        pytest.param(
            spoiled("IEA*1*", "GE*1*101~\nIEA*1*"),
            [("GE", "", "", "validator_stopped")],
            id="a trailer without its header",
        ),
        pytest.param(b"<html></html>", [("", "", "", "not_x12")], id="not X12"),
        pytest.param(b"", [("", "", "", "not_x12")], id="an empty file"),
        pytest.param(GOOD[:50].encode(), [("", "", "", "not_x12")], id="half a header"),
        pytest.param(
            spoiled("ALPHA", "\xd1ALPHA"), [("", "", "", "not_ascii")], id="a letter of Latin-1"
        ),
        pytest.param(GOOD.encode("utf-16"), [("", "", "", "not_ascii")], id="UTF-16"),
    ],
)
def test_the_gate_says_where_and_why(
    document: bytes, expected: list[tuple[str, str, str, str]]
) -> None:
    assert places(document) == expected


def test_a_position_counts_the_segments_of_its_set() -> None:
    (found,) = guide_findings(spoiled("12:B:1", "12:A:1", start=SECOND))
    segments = GOOD.splitlines()[2:]
    assert segments[found.position - 1].startswith("CLM*V000002")
    assert found.set_control == "0001"


def test_every_finding_says_how_to_mend_it() -> None:
    for document in (GOOD[:900].encode(), spoiled("12:B:1", "00:A:1"), b"", spoiled(DATE, "")):
        assert all(found.mend.endswith(".") for found in guide_findings(document))


def test_a_stream_that_is_not_ascii_is_a_finding_too() -> None:
    with io.TextIOWrapper(io.BytesIO(spoiled("ALPHA", "\xd1ALPHA")), encoding="ascii") as stream:
        assert [found.rule for found in guide_findings(stream)] == ["not_ascii"]


CANARIES = ("ZZCANARY", "ZZSECRET")
LEAKS = [
    ("TESTPERSON*ALPHA", f"{CANARIES[0]} *{CANARIES[1]}" + "X" * 40),
    ("TESTPERSON*ALPHA", f"{CANARIES[0]}~LEE*{CANARIES[1]}"),
    ("TESTPERSON*ALPHA", f"{CANARIES[0]}~MIA~ANN*{CANARIES[1]}"),
    ("TESTPERSON*ALPHA", f"{CANARIES[0]}:X*{CANARIES[1]}"),
    ("TESTPERSON*ALPHA", f"{CANARIES[0]}\x07*{CANARIES[1]}"),
    ("TESTPERSON*ALPHA", f"{CANARIES[0]}^*{CANARIES[1]}"),
    ("D8*19500101", f"D8*{CANARIES[0]}"),
    ("V000001*68", f"V000001*{CANARIES[0]}"),
    ("MI*000000000101", f"{CANARIES[0]}*{CANARIES[1]}"),
    ("HI*ABK:R69", f"{CANARIES[0]}*{CANARIES[1]}"),
    ("12:B:1", f"{CANARIES[0]}:{CANARIES[1]}:1"),
    ("*101~\nIEA", f"*{CANARIES[0]}~\nIEA"),
    ("GE*1*", f"GE*{CANARIES[0]}*"),
    ("ST*837*0001", f"ST*837*{CANARIES[0]}"),
    ("*0001*005010X222A1", f"*0001*{CANARIES[0]}"),
    ("HC*AGENCY01*CLRHOUSE01", f"HC*{CANARIES[0]}*{CANARIES[1]}~"),
    ("20260302*0615*101*X*005010X222A1", f"20260302*0615*101*X*{CANARIES[0]}"),
]


@pytest.mark.parametrize(("old", "new"), LEAKS)
def test_nothing_of_the_file_is_repeated_in_findings_logs_or_output(
    old: str,
    new: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    found = [*guide_findings(spoiled(old, new)), *gates_say(spoiled(old, new))]
    out, err = capfd.readouterr()
    told = repr([asdict(one) for one in found]) + caplog.text + out + err
    assert found
    assert not [name for name in (*CANARIES, "LEE", "MIA", "ANN") if f"'{name}" in told]
    assert not [name for name in CANARIES if name in told]
    assert caplog.records == []


def test_the_log_stays_silent_after_somebody_configures_logging(
    caplog: pytest.LogCaptureFixture,
) -> None:
    guide_findings(spoiled("TESTPERSON", "ZZCANARY "))
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "incremental": True,
            "loggers": {"pyx12": {"level": "DEBUG"}, "pyx12.error_handler": {"level": "DEBUG"}},
        }
    )
    found = guide_findings(spoiled("TESTPERSON", "ZZCANARY "))
    assert [one.element for one in found] == ["NM103"]
    assert caplog.records == []


def test_a_code_that_is_not_shaped_like_one_is_not_passed_on() -> None:
    assert known_code("7") == "7"
    assert known_code("DOE, JANE") == "unknown"


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=40), st.integers(0, len(GOOD)), st.integers(0, 60))
def test_no_damage_makes_a_gate_raise(noise: bytes, place: int, lost: int) -> None:
    whole = GOOD.encode()
    gates_say(whole[:place] + noise + whole[place + lost :])
