"""Claims of a pass are written as one file per payer, after three gates have looked at them.

``examine`` writes what would be sent and says which claims would come back; ``prepare`` writes
what is sent, once it is settled which claims those are: the same claims to the letter, in a file
that is read a second time. Control numbers are taken only then, in the transaction that publishes
the batch: a batch that was never published used none.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator
from typing import Final

import sqlalchemy as sa

from orchestration.ground.contracts import Examination, Found
from orchestration.ground.failures import TransientFailure
from orchestration.partners.batch_writing import count_of, envelope_of, prints_of, write_batch
from orchestration.partners.claim_rows import Draft, PayerDrafts, drafts_by_payer
from orchestration.partners.rehearsal import GATE_CODE, Rehearsal, by_code, keep_findings
from orchestration.partners.routes import RouteUnknown
from orchestration.partners.sender import sender_in_force
from orchestration.partners.x12.claim import Claim
from orchestration.partners.x12.gates.checking import same_as_meant
from orchestration.partners.x12.gates.document import Document
from orchestration.partners.x12.gates.judging import claim_counts, read_set_of
from orchestration.partners.x12.gates.tally import Tally
from orchestration.partners.x12.sheet import BatchNotWritten
from orchestration.partners.x12.writer import WrittenBatch

_CHANGED: Final = "a client's facts changed while claims were written; the next pass sees them"


def examine(hop: str, examination: Examination) -> Iterator[Found]:
    """Which visits' claims would be sent back: record id, edit code, rules and places.

    What the gates hold against a claim is kept in ``core.gate_finding`` for whoever mends it.
    """
    connection = examination.connection
    for statement in (_FORGET, _NO_PRINTS, _PRINTS):
        connection.execute(sa.text(statement.replace("HOP", hop)))
    with drafts_by_payer(connection, hop, "candidate") as drafts:
        for of_payer in drafts:
            try:
                sender = sender_in_force(examination, of_payer.payer_id)
            except RouteUnknown as unknown:
                yield from _going_nowhere(of_payer, unknown)
                continue
            rehearsal = Rehearsal(examination, sender, of_payer)
            for draft, found in rehearsal.refused():
                keep_findings(examination, draft, found)
                for code, rules in by_code(found).items():
                    yield from ((record_id, code, rules) for record_id in draft.record_ids)
            if rehearsal.prints:
                connection.execute(sa.text(_KEEP_PRINT.replace("HOP", hop)), rehearsal.prints)


def _going_nowhere(of_payer: PayerDrafts, unknown: RouteUnknown) -> Iterator[Found]:
    for draft in of_payer.drafts:
        for record_id in draft.record_ids:
            yield record_id, GATE_CODE, f"partner's file cannot be read: {unknown.place}"


def prepare(hop: str, examination: Examination) -> None:
    """Write the final file for each payer into the pass's own tables.

    Raises:
        TransientFailure: what a claim is made of changed since it was examined.
    """
    connection = examination.connection
    with drafts_by_payer(connection, hop, "passed") as drafts:
        for of_payer in drafts:
            _prepare_one(hop, examination, of_payer)


def _prepare_one(hop: str, examination: Examination, of_payer: PayerDrafts) -> None:
    connection = examination.connection
    sender = sender_in_force(examination, of_payer.payer_id)
    batch_no, interchange, group = _numbers(connection, sender.receiver.receiver_id)
    text = io.StringIO()
    envelope = envelope_of(examination, sender, batch_no, interchange, group)
    meant = Tally()
    claims = _settled(of_payer.drafts, meant)
    written = write_batch(text, envelope, sender, of_payer, claims)
    content = text.getvalue().encode("ascii")
    _read_again(content, meant)
    _require_same_claims(hop, examination, written)
    connection.execute(
        sa.text(_KEEP_BATCH.replace("HOP", hop)),
        {
            "batch_no": batch_no,
            "payer_id": of_payer.payer_id,
            "partner": sender.partner,
            "receiver_id": sender.receiver.receiver_id,
            "interchange_control": written.isa13,
            "group_control": written.gs06,
            "file_name": f"{batch_no}.837",
            "sha256": hashlib.sha256(content).hexdigest(),
            "claim_count": written.claim_count,
            "total_cents": int(meant.total * 100),
            "usage": sender.usage,
            "content": content,
        },
    )
    connection.execute(
        sa.text(f"insert into audit.{hop}__written_claim values (:claim_id, :batch_no, :set)"),
        [
            {"claim_id": claim_id, "batch_no": batch_no, "set": one.st02}
            for one in written.sets
            for claim_id in one.claim_ids
        ],
    )


def _read_again(content: bytes, meant: Tally) -> None:
    """Have a second reader count what is sent, which gate 1 has seen claim by claim.

    Raises:
        BatchNotWritten: it is not what was meant.
    """
    document, read = Document(io.BytesIO(content)), Tally()
    for one in document.sets():
        for claim in claim_counts(read_set_of(one)):
            read.add(claim)
    rules = [one.rule for one in (*document.findings, *same_as_meant(meant, read))]
    if rules:
        message = f"the written file is not what was meant: {', '.join(rules)}"
        raise BatchNotWritten(message)


def _require_same_claims(hop: str, examination: Examination, written: WrittenBatch) -> None:
    """Each claim is to the letter the one that passed the gates.

    Raises:
        TransientFailure: what a claim is made of changed since.
    """
    prints = prints_of(written)
    sql = sa.text(_PRINTS_OF.replace("HOP", hop))
    passed = examination.connection.execute(sql, {"claim_ids": list(prints)})
    if {row.claim_id: bytes(row.print) for row in passed} != prints:
        raise TransientFailure(_CHANGED)


def _settled(drafts: Iterable[Draft], meant: Tally) -> Iterator[Claim]:
    for draft in drafts:
        if draft.claim is None:
            raise TransientFailure(_CHANGED)
        meant.add(count_of(draft.claim))
        yield draft.claim


def _numbers(connection: sa.Connection, partner: str) -> tuple[str, int, int]:
    """Names nobody has seen: of the batch, the interchange and the group."""
    row = connection.execute(_NEXT_NUMBERS, {"partner": partner}).one()
    return row.batch_no, row.interchange_no, row.group_no


# an upsert locks the partner's row: two writers never get the same number
_NEXT_NUMBERS = sa.text("""
insert into core.control_number as known (partner, interchange_no, group_no)
values (:partner, 1, 1)
on conflict (partner) do update set
    interchange_no = known.interchange_no + 1, group_no = known.group_no + 1
returning
    interchange_no, group_no
    , 'B' || lpad(cast(nextval('core.batch_no_seq') as text), 9, '0') as batch_no
""")

_FORGET = """
delete from core.gate_finding as finding
using audit.HOP__work as work
where finding.record_id = work.record_id
"""

# what of each claim passed the gates; the pass's own, as its other tables are
_NO_PRINTS = "drop table if exists audit.HOP__gated"
_PRINTS = "create table audit.HOP__gated (claim_id text primary key, print bytea not null)"
_KEEP_PRINT = "insert into audit.HOP__gated (claim_id, print) values (:claim_id, :print)"
_PRINTS_OF = "select claim_id, print from audit.HOP__gated where claim_id = any(:claim_ids)"

_KEEP_BATCH = """
insert into audit.HOP__written_batch
    (batch_no, payer_id, partner, receiver_id, interchange_control, group_control, file_name
    , sha256, claim_count, total_cents, usage, content)
values
    (:batch_no, :payer_id, :partner, :receiver_id, :interchange_control, :group_control, :file_name
    , :sha256, :claim_count, :total_cents, :usage, :content)
"""
