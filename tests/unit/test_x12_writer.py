"""The writer streams, numbers its sets, and remembers what went where."""

import io
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.partners.x12.claim import Claim
from orchestration.partners.x12.gates.guide import guide_findings
from orchestration.partners.x12.sheet import BatchNotWritten
from orchestration.partners.x12.spelling import number_text
from orchestration.partners.x12.writer import WrittenSet, write_837
from tests.unit.sample_batch import (
    BILLING,
    CLAIM,
    ENVELOPE,
    LINE,
    PAYER,
    PERSON,
    RECEIVER,
    SUBMITTER,
    claim_number,
    written,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("68.00", "68"),
        ("68.50", "68.5"),
        ("4E+6", "4000000"),
        ("4000000", "4000000"),
        ("100", "100"),
        ("0.75", ".75"),
        ("-0.50", "-.5"),
        ("0.00", "0"),
        ("-0", "0"),
    ],
)
def test_a_number_is_written_without_exponent_or_idle_zeros(value: str, text: str) -> None:
    assert number_text(Decimal(value)) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_a_number_keeps_its_value(value: Decimal) -> None:
    text = number_text(value)
    assert Decimal(text) == value
    assert "E" not in text


def test_a_new_set_begins_when_one_is_full() -> None:
    text, batch = written((claim_number(number) for number in range(1, 6)), per_set=2)
    assert [one.st02 for one in batch.sets] == ["0001", "0002", "0003"]
    assert [one.bht03 for one in batch.sets] == [
        "B20260302A-0001",
        "B20260302A-0002",
        "B20260302A-0003",
    ]
    assert [one.claim_ids for one in batch.sets] == [
        ("V000001", "V000002"),
        ("V000003", "V000004"),
        ("V000005",),
    ]
    assert (batch.isa13, batch.gs06, batch.claim_count) == ("000000101", "101", 5)
    assert text.count("\nST*837*") == text.count("\nSE*") == 3
    assert text.endswith("GE*3*101~\nIEA*1*000000101~\n")
    assert guide_findings(text.encode("ascii")) == []


def test_a_full_last_set_is_not_followed_by_an_empty_one() -> None:
    _, batch = written([claim_number(1), claim_number(2)], per_set=2)
    assert len(batch.sets) == 1


def test_a_position_in_a_set_leads_back_to_its_claim() -> None:
    text, batch = written([claim_number(number) for number in range(1, 4)])
    (only,) = batch.sets
    segments = text.splitlines()[2:-2]
    assert len(segments) == only.segment_count
    owners = [only.claim_at(position) for position in range(1, len(segments) + 1)]
    first, last = segments.index("HL*2*1*22*0~"), len(segments) - 1
    assert owners[:first] == [None] * first
    assert owners[first] == "V000001"
    assert owners[segments.index("CLM*V000002*68***12:B:1*Y*A*Y*Y~")] == "V000002"
    assert owners[last - 1] == "V000003"
    assert owners[last] is None


def test_what_a_partner_would_misread_is_cleaned_on_the_way() -> None:
    person = replace(PERSON, last="Te*st~person:", first="Ál^pha\n")
    text, _ = written([replace(CLAIM, subscriber=person)])
    assert "NM1*IL*1*TESTPERSON*ALPHA****MI*000000000101~" in text
    assert guide_findings(text.encode("ascii")) == []


def test_a_claim_without_diagnosis_is_written_for_the_gate_to_find() -> None:
    text, _ = written([replace(CLAIM, diagnoses=())])
    (found,) = guide_findings(text.encode("ascii"))
    assert (found.segment, found.claim_id, found.rule) == ("HI", "V000001", "guide_segment_3")


def test_an_empty_batch_is_refused_before_anything_is_written() -> None:
    stream = io.StringIO()
    with pytest.raises(BatchNotWritten, match="no claim"):
        write_837(
            stream,
            ENVELOPE,
            submitter=SUBMITTER,
            receiver=RECEIVER,
            billing=BILLING,
            payer=PAYER,
            claims=[],
        )
    assert stream.getvalue() == ""


def test_a_set_of_no_claims_is_refused() -> None:
    with pytest.raises(BatchNotWritten, match="per_set"):
        written([CLAIM], per_set=0)


def test_a_batch_torn_half_way_looks_torn() -> None:
    stream = io.StringIO()

    def claims_until_the_source_fails() -> Iterator[Claim]:
        yield CLAIM
        message = "the source failed"
        raise OSError(message)

    with pytest.raises(OSError, match="source failed"):
        write_837(
            stream,
            ENVELOPE,
            submitter=SUBMITTER,
            receiver=RECEIVER,
            billing=BILLING,
            payer=PAYER,
            claims=claims_until_the_source_fails(),
        )
    assert "CLM*V000001" in stream.getvalue()
    assert "\nSE*" not in stream.getvalue()
    assert guide_findings(stream.getvalue().encode("ascii")) != []


class CountingStream(io.StringIO):
    """Keeps no text, only how much went through."""

    length = 0

    def write(self, text: str) -> int:
        self.length += len(text)
        return len(text)


def test_two_thousand_claims_stream_one_by_one() -> None:
    stream = CountingStream()
    seen: list[int] = []

    def claims() -> Iterator[Claim]:
        for number in range(1, 2001):
            seen.append(stream.length)
            yield claim_number(number)

    batch = write_837(
        stream,
        ENVELOPE,
        submitter=SUBMITTER,
        receiver=RECEIVER,
        billing=BILLING,
        payer=PAYER,
        claims=claims(),
    )
    assert batch.claim_count == 2000
    assert [len(one.claim_ids) for one in batch.sets] == [500, 500, 500, 500]
    grown = [later - earlier for earlier, later in pairwise(seen[1:])]
    assert min(grown) > 0, "each claim is on the stream before the next is asked for"


def test_a_position_outside_all_claims_leads_to_none() -> None:
    one = WrittenSet("0001", "B-0001", ("V1", "V2"), (12, 26), (b"1", b"2"), 40)
    assert [one.claim_at(position) for position in (0, 11, 12, 26, 39, 40, 99)] == [
        *(None, None, "V1", "V2", "V2", None, None)
    ]


def test_lines_of_a_claim_are_numbered_from_one() -> None:
    lines = tuple(replace(LINE, line_key=f"K{number}") for number in range(3))
    text, _ = written([replace(CLAIM, lines=lines), claim_number(2)])
    assert [row for row in text.splitlines() if row.startswith("LX*")] == [
        *("LX*1~", "LX*2~", "LX*3~", "LX*1~")
    ]
