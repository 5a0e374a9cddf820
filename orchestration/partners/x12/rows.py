"""Replies as rows for landing: the flat text a feed's contract describes."""

from collections.abc import Iterator
from decimal import Decimal

from orchestration.flow.landing.readers import Statement
from orchestration.flow.landing.receive import Received
from orchestration.partners.x12.interchanges import of_path
from orchestration.partners.x12.replies import statements
from orchestration.partners.x12.reply_rows import ReplyRow, Trouble


def reply_statements(received: Received) -> Iterator[Statement]:
    """The statements of a file, each under the file's sha256 and its place in the file.

    What could not be read comes with a fault and its bytes, and waits at landing: nothing a
    partner sent goes by unseen. Doubts are in the rows themselves.
    """
    place = 0
    for found in statements(of_path(received.path)):
        if isinstance(found, ReplyRow):
            place += 1
            yield Statement({"reply_id": f"{received.sha256}/{place}", **reply_values(found)})
        elif not found.is_doubt:
            place += 1
            yield _unreadable(f"{received.sha256}/{place}", found)


def _unreadable(reply_id: str, trouble: Trouble) -> Statement:
    values = {
        "reply_id": reply_id,
        "reply_kind": trouble.kind,
        "refers_to": trouble.refers_to or None,
        "reply_interchange": trouble.reply_interchange or None,
        "reply_set": trouble.reply_set or None,
    }
    fault = "X12-" + trouble.reason.upper().replace("_", "-")
    return Statement(values, fault, trouble.raw.encode("latin-1", errors="replace"))


def reply_values(row: ReplyRow) -> dict[str, str | None]:
    """One statement, keyed by the landing table's columns, without its own id."""
    envelope = row.envelope
    return {
        "reply_kind": row.kind,
        "level": row.level,
        "refers_to": row.refers_to or None,
        "group_control": row.group_control or None,
        "set_control": row.set_control or None,
        "batch_ref": row.batch_ref or None,
        "provider_id": row.provider_id or None,
        "line_key": row.line_key or None,
        "service_code": row.service_code or None,
        "outcome": row.outcome,
        "codes": ";".join(row.codes) or None,
        "payer_claim_number": row.payer_claim_number or None,
        "named_payer": row.named_payer or None,
        "charge": _money(row.charge),
        "amount": _money(row.amount),
        "adjustments": ";".join(f"{code}={amount:f}" for code, amount in row.adjustments) or None,
        "adjustment_kind": row.adjustment_kind or None,
        "is_balanced": _yes_or_no(row.is_balanced),
        "is_correction": _yes_or_no(row.is_correction),
        "payment_ref": row.payment.ref or None,
        "payment_payer": row.payment.payer or None,
        "payment_method": row.payment.method or None,
        "stated_on": None if row.stated_on is None else row.stated_on.isoformat(),
        "segment": row.segment or None,
        "element": row.element or None,
        "position": str(row.position) if row.position else None,
        "source_entity": row.source_entity,
        "sender_id": envelope.sender_id or None,
        "receiver_id": envelope.receiver_id or None,
        "usage": envelope.usage or None,
        "reply_interchange": envelope.reply_interchange or None,
        "reply_set": envelope.reply_set or None,
    }


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else format(amount, "f")


def _yes_or_no(answer: bool | None) -> str | None:
    return None if answer is None else str(answer).lower()
