"""Text is made safe to send, and what X12 cannot spell is refused without being quoted."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.partners.x12.claim import MalformedClaim, Provider, clean_text
from tests.unit.sample_batch import CLAIM, ENVELOPE, LINE, PERSON


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Testperson", "TESTPERSON"),
        ("  O'Hara-Smith  ", "O'HARA-SMITH"),
        ("José Núñez", "JOSE NUNEZ"),
        ("Ødegård", "ODEGARD"),
        ("Straße", "STRASSE"),
        ("Łódź", "LODZ"),
        ("Æbelø", "AEBELO"),
        ("DO*E~X:Y^Z", "DOEXYZ"),
        ("12 Elm St\r\nApt\t2", "12 ELM ST APT 2"),
        ("a\x00b\x1bc", "ABC"),
        ("wide\N{FULLWIDTH COLON}colon\N{FULLWIDTH ASTERISK}", "WIDECOLON"),
        ("O\N{RIGHT SINGLE QUOTATION MARK}Neil", "O'NEIL"),
        ("non\N{NO-BREAK SPACE}breaking", "NON BREAKING"),
        ("\N{CJK UNIFIED IDEOGRAPH-674E}", ""),
        ("", ""),
    ],
)
def test_text_is_written_in_plain_capitals(text: str, expected: str) -> None:
    assert clean_text(text) == expected


@given(st.text())
def test_no_text_can_break_a_segment(text: str) -> None:
    clean = clean_text(text)
    assert clean.isascii()
    assert clean == clean.upper().strip()
    assert not set("*:~^") & set(clean)
    assert clean == "" or clean.isprintable()
    assert clean_text(clean) == clean


@pytest.mark.parametrize(
    ("whole", "field", "value"),
    [
        (CLAIM, "claim_id", "SECRETNAMEOF21LETTERS"),
        (CLAIM, "claim_id", "SECRET-1"),
        (CLAIM, "claim_id", ""),
        (CLAIM, "total", 68.0),
        (CLAIM, "total", Decimal("NaN")),
        (CLAIM, "frequency", "9"),
        (CLAIM, "lines", ()),
        (LINE, "line_key", "SECRET" * 6),
        (LINE, "line_key", "SEC*RET"),
        (LINE, "charge", "68"),
        (LINE, "units", Decimal("Infinity")),
        (LINE, "from_date", "20260226"),
        (LINE, "to_date", None),
        (LINE, "to_date", datetime(2026, 2, 26, 9, tzinfo=UTC)),
        (LINE, "unit_code", "HR"),
        (PERSON, "sex", "SECRET"),
        (PERSON, "birth_date", "SECRET"),
        (ENVELOPE, "interchange_control", 0),
        (ENVELOPE, "interchange_control", 1_000_000_000),
        (ENVELOPE, "group_control", "101"),
        (ENVELOPE, "usage", "X"),
        (ENVELOPE, "created_at", date(2026, 3, 2)),
        (ENVELOPE, "sender_id", "LONGER THAN FIFTEEN"),
        (ENVELOPE, "receiver_id", "A*B"),
        (ENVELOPE, "sender_qualifier", "Z"),
        (ENVELOPE, "batch_ref", "A BATCH"),
    ],
)
def test_what_x12_cannot_spell_is_refused_by_field_and_never_quoted(
    whole: Any, field: str, value: object
) -> None:
    with pytest.raises(MalformedClaim, match=f"^{field} must be ") as refusal:
        replace(whole, **{field: value})
    assert "SECRET" not in str(refusal.value)


def test_a_claim_prints_its_keys_and_nobodys_data() -> None:
    assert repr(CLAIM) == "Claim(V000001)"
    assert repr(LINE) == "ServiceLine(V000001-1)"
    assert repr(PERSON) == "Person(...)"
    assert repr(Provider("Carer", "Nia")) == "Provider(...)"
