"""What partners answer, as rows of landing, and how claims stand after it."""

from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from tests.bench_of_records import Records

FIRST_FILE = "000000001"


def claim_of(records: Records, client_id: str) -> str:
    """The client's only claim."""
    (row,) = records.all("select claim_id from core.claim where client_id = :id", id=client_id)
    return str(row.claim_id)


def ta1(outcome: str, interchange: str = FIRST_FILE) -> dict[str, Any]:
    """An answer to an interchange."""
    return {
        "reply_kind": "TA1",
        "level": "interchange",
        "refers_to": interchange,
        "outcome": outcome,
    }


def group(outcome: str, control: str = "1") -> dict[str, Any]:
    """A 999's verdict on a group."""
    return {
        "reply_kind": "999",
        "level": "group",
        "refers_to": control,
        "group_control": control,
        "outcome": outcome,
    }


def one_set(outcome: str, set_control: str = "0001", control: str = "1") -> dict[str, Any]:
    """A 999's verdict on a transaction set."""
    return {
        "reply_kind": "999",
        "level": "set",
        "refers_to": set_control,
        "group_control": control,
        "set_control": set_control,
        "outcome": outcome,
    }


def on_claim(claim_id: str, outcome: str, source: str, **more: Any) -> dict[str, Any]:
    """A 277CA's verdict on a claim."""
    return {
        "reply_kind": "277CA",
        "level": "claim",
        "refers_to": claim_id,
        "outcome": outcome,
        "source_entity": source,
        **more,
    }


def remitted(claim_id: str, outcome: str, amount: str, **more: Any) -> tuple[dict[str, Any], ...]:
    """An 835's word on one claim, and its payment; both add up unless said otherwise."""
    of_payment = {"payment_ref": "EFT1", "payment_payer": "1999", "is_balanced": True}
    claim = {
        "reply_kind": "835",
        "level": "claim",
        "refers_to": claim_id,
        "outcome": outcome,
        "amount": amount,
        "source_entity": "payer",
        **of_payment,
        **more,
    }
    ref = str(claim["payment_ref"])
    payment = {
        "reply_kind": "835",
        "level": "payment",
        "refers_to": ref,
        "outcome": "paid",
        "amount": amount,
        **of_payment,
        "payment_ref": ref,
    }
    return claim, payment


def land(records: Records, *replies: dict[str, Any]) -> int:
    """Land replies in one file."""
    return records.put(
        "clearinghouse_reply", *({"reply_id": uuid4().hex, **reply} for reply in replies)
    )


def standing(connection: sa.Connection) -> list[tuple[Any, ...]]:
    """Everything answers may change: claims, attempts, visits, and what is odd whatever the order.

    That an answer came out of order is not among it: in another order it did not.
    """
    rows: list[tuple[Any, ...]] = []
    for sql in _STANDING:
        rows += [tuple(row) for row in connection.execute(sa.text(sql))]
    return rows


_STANDING = (
    "select claim_id, rung, reply_standing, standing_rung from core.claim order by 1",
    "select claim_id, attempt_no, rung, standing, standing_rung, payer_claim_number, paid_cents"
    " from core.attempt_standing order by 1, 2",
    "select spoken.claim_id, spoken.attempt_no, answer.digest from core.claim_answer as spoken"
    " inner join core.answer as answer on spoken.answer_id = answer.answer_id order by 1, 2, 3",
    "select claim_id, attempt_no, rung, code, verdict, cents from core.escape order by 1, 2, 3",
    "select record_id, hop, state, rung from ledger.entry order by 1, 2",
    "select odd.kind, answer.digest from core.odd_answer as odd"
    " inner join core.answer as answer on odd.answer_id = answer.answer_id"
    " where odd.kind <> 'out_of_order' order by 1, 2",
)
