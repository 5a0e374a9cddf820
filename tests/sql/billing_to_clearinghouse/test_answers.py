"""Answers move visits up the ladder, never down, and a refusal is seen as one."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from orchestration.partners.x12.replies import read_replies
from orchestration.partners.x12.rows import reply_values
from tests.bench_of_records import Records
from tests.sql.billing_to_clearinghouse.good_claim import HOP

pytestmark = pytest.mark.slow

MONDAY = date(2026, 11, 9)
ANSWERS = Path(__file__).parents[2] / "data" / "x12"
FIRST, SECOND = "hhax/C1-1109-9", "hhax/C2-1109-12"


def claim_of(records: Records, record_id: str) -> str:
    row = records.one("select claim_id from core.claim_line where record_id = :id", id=record_id)
    assert row is not None
    return str(row.claim_id)


def answer(records: Records, *replies: dict[str, Any]) -> None:
    """Land replies and run the hop."""
    records.put(
        "clearinghouse_reply",
        *({"reply_id": uuid4().hex, **reply} for reply in replies),
    )
    records.run(HOP)


def stand(records: Records, record_id: str) -> tuple[str, str, str]:
    """The visit's rung, and its claim's rung and standing."""
    row = records.one(
        "select entry.rung, claim.rung as claim_rung, claim.reply_standing "
        "from ledger.entry as entry "
        "inner join core.claim_line as line on entry.record_id = line.record_id "
        "inner join core.claim as claim on line.claim_id = claim.claim_id "
        "where entry.hop = :hop and entry.record_id = :id",
        hop=HOP,
        id=record_id,
    )
    assert row is not None
    return (row.rung, row.claim_rung, row.reply_standing)


def ta1(outcome: str) -> dict[str, Any]:
    return {
        "reply_kind": "TA1",
        "level": "interchange",
        "refers_to": "000000001",
        "outcome": outcome,
    }


def group(outcome: str) -> dict[str, Any]:
    return {
        "reply_kind": "999",
        "level": "group",
        "refers_to": "1",
        "group_control": "1",
        "outcome": outcome,
    }


def on_claim(claim_id: str, outcome: str, source: str, kind: str = "277CA") -> dict[str, Any]:
    return {
        "reply_kind": kind,
        "level": "claim",
        "refers_to": claim_id,
        "outcome": outcome,
        "source_entity": source,
    }


def test_each_answer_is_a_rung_and_taking_a_file_in_accepts_no_claim(sent: Records) -> None:
    claim = claim_of(sent, FIRST)
    assert stand(sent, FIRST) == ("sent", "sent", "none")
    answer(sent, ta1("accepted"))
    assert stand(sent, FIRST) == ("TA1", "TA1", "none")
    answer(sent, group("accepted"))
    assert stand(sent, FIRST) == ("999", "999", "none")
    answer(sent, on_claim(claim, "received", "clearinghouse"))
    assert stand(sent, FIRST) == ("clearinghouse 277CA", "clearinghouse 277CA", "none")
    answer(sent, on_claim(claim, "accepted", "payer"))
    assert stand(sent, FIRST) == ("payer 277CA", "payer 277CA", "accepted")
    answer(sent, on_claim(claim, "paid", "payer", kind="835"))
    assert stand(sent, FIRST) == ("835", "835", "paid")


def test_an_answer_to_one_claim_says_nothing_of_its_neighbour(sent: Records) -> None:
    answer(sent, on_claim(claim_of(sent, FIRST), "rejected", "payer"))
    assert stand(sent, FIRST) == ("payer 277CA", "payer 277CA", "rejected")
    assert stand(sent, SECOND) == ("sent", "sent", "none")


@pytest.mark.parametrize("reply", [ta1("rejected"), group("rejected")])
def test_a_refused_file_is_a_refusal_of_all_its_claims(
    sent: Records, reply: dict[str, Any]
) -> None:
    answer(sent, reply)
    assert {stand(sent, FIRST)[2], stand(sent, SECOND)[2]} == {"rejected"}


@pytest.mark.parametrize(("set_control", "standing"), [("0001", "rejected"), ("0002", "none")])
def test_a_refused_set_is_a_refusal_of_its_own_claims_only(
    sent: Records, set_control: str, standing: str
) -> None:
    refusal = {
        "reply_kind": "999",
        "level": "set",
        "refers_to": set_control,
        "group_control": "1",
        "set_control": set_control,
        "outcome": "rejected",
    }
    answer(sent, group("partial"), refusal)
    assert stand(sent, FIRST) == ("999", "999", standing)


def test_a_batch_refused_without_naming_a_claim_is_a_refusal_of_its_claims(sent: Records) -> None:
    refusal = {"reply_kind": "277CA", "level": "batch", "outcome": "rejected"}
    answer(sent, {**refusal, "refers_to": "B000000001-0001"})
    assert stand(sent, FIRST) == stand(sent, SECOND)
    assert stand(sent, FIRST) == ("clearinghouse 277CA", "clearinghouse 277CA", "rejected")


def test_a_receipt_for_a_batch_is_no_answer_to_its_claims(sent: Records) -> None:
    receipt = {"reply_kind": "277CA", "level": "batch", "outcome": "received"}
    answer(sent, {**receipt, "refers_to": "B000000001-0001"})
    assert stand(sent, FIRST) == ("sent", "sent", "none")


@pytest.mark.parametrize(
    ("name", "ours", "expected"),
    [
        ("interchange_accept.ta1", {"000000101": "000000001"}, ("TA1", "none")),
        ("interchange_reject.ta1", {"000000101": "000000001"}, ("TA1", "none")),
        ("ack_accept.999", {"HC*101*": "HC*1*"}, ("999", "none")),
        ("ack_reject.999", {"HC*101*": "HC*1*"}, ("999", "rejected")),
        ("claimack.277ca", {"V000001": "CLAIM"}, ("payer 277CA", "accepted")),
        ("claimack_rejected.277ca", {"V000001": "CLAIM"}, ("payer 277CA", "rejected")),
        ("remit.835", {"V000001": "CLAIM"}, ("posted", "paid")),
        ("remit_denied.835", {"V000001": "CLAIM"}, ("posted", "denied")),
    ],
)
def test_a_partners_own_bytes_find_what_they_answer(
    sent: Records, name: str, ours: dict[str, str], expected: tuple[str, str]
) -> None:
    text = (ANSWERS / name).read_text()
    for theirs, mine in ours.items():
        text = text.replace(theirs, mine.replace("CLAIM", claim_of(sent, FIRST)))
    replies = read_replies(text.encode())
    assert not replies.unreadable
    answer(sent, *(reply_values(row) for row in replies.rows))
    rung, claim_rung, standing = stand(sent, FIRST)
    assert (rung, standing) == expected
    assert claim_rung == rung


def test_answers_in_any_order_never_move_a_visit_down(sent: Records) -> None:
    claim = claim_of(sent, FIRST)
    answer(sent, on_claim(claim, "accepted", "payer"))
    answer(sent, ta1("accepted"), on_claim(claim, "received", "clearinghouse"))
    assert stand(sent, FIRST) == ("payer 277CA", "payer 277CA", "accepted")


def test_an_answer_to_somebody_else_moves_nobody(sent: Records) -> None:
    answer(sent, {**ta1("rejected"), "refers_to": "000000002"}, on_claim("C0", "paid", "payer"))
    assert stand(sent, FIRST) == ("sent", "sent", "none")


def test_a_pass_without_news_writes_no_claim_again(sent: Records) -> None:
    answer(sent, ta1("accepted"))
    assert not any(sent.run(HOP).written.values())
