"""Replies as rows for landing: the flat text a feed's contract describes."""

import hashlib
from collections.abc import Iterator, Mapping
from decimal import Decimal

from orchestration.partners.x12.replies import read_replies


def reply_rows(document: bytes) -> Iterator[Mapping[str, str | None]]:
    """The statements of one file of replies, in order, keyed by the landing table's columns.

    What could not be read comes as a row without a kind, which landing holds: nothing a partner
    sent goes by unseen.
    """
    sha256 = hashlib.sha256(document).hexdigest()
    replies = read_replies(document)
    for row in replies.rows:
        yield {
            "reply_id": f"{sha256}/{row.ordinal}",
            "reply_kind": row.kind,
            "level": row.level,
            "refers_to": row.refers_to or None,
            "group_control": row.group_control or None,
            "set_control": row.set_control or None,
            "batch_ref": row.batch_ref or None,
            "line_key": row.line_key or None,
            "outcome": row.outcome,
            "codes": ";".join(row.codes) or None,
            "payer_claim_number": row.payer_claim_number,
            "charge": _money(row.charge),
            "amount": _money(row.amount),
            "adjustments": ";".join(f"{code}={amount:f}" for code, amount in row.adjustments)
            or None,
            "source_entity": row.source_entity,
            "segment": row.segment or None,
            "element": row.element or None,
            "position": str(row.position) if row.position else None,
            "sender_id": row.sender_id or None,
            "reply_interchange": row.reply_interchange or None,
            "reply_set": row.reply_set or None,
        }
    for number, trouble in enumerate(replies.unreadable, start=1):
        yield {
            "reply_id": f"{sha256}/unreadable-{number}",
            "reply_kind": None,
            "level": None,
            "refers_to": trouble.refers_to or None,
            "outcome": "unreadable",
            "codes": trouble.reason,
        }


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else format(amount, "f")
