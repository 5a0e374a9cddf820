"""Claims of a pass are written as one file per payer, after three gates have looked at them.

``examine`` writes what would be sent and says which claims would come back; ``prepare`` writes
what is sent, once it is settled which claims those are: the same claims to the letter, in a file
that is read a second time. Control numbers are taken only then, in the transaction that publishes
the batch: a batch that was never published used none.
"""

import hashlib
import io
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import sqlalchemy as sa

from orchestration.ground.contracts import Examination, Found
from orchestration.ground.failures import TransientFailure
from orchestration.partners.claim_rows import Draft, PayerDrafts, drafts_by_payer
from orchestration.partners.sender import Sender, sender_in_force
from orchestration.partners.x12.claim import Claim, Envelope
from orchestration.partners.x12.gates.checking import FileCheck, same_as_meant
from orchestration.partners.x12.gates.document import Document
from orchestration.partners.x12.gates.finding import Finding
from orchestration.partners.x12.gates.gatekeepers import standing_gatekeepers
from orchestration.partners.x12.gates.judging import claim_counts, read_set_of
from orchestration.partners.x12.gates.tally import ClaimCount, Tally
from orchestration.partners.x12.sheet import BatchNotWritten
from orchestration.partners.x12.writer import WrittenBatch, write_837

GATE_CODE: Final = "CLM-GATE"
NPI_CODE: Final = "PROV-NPI"
_NPI_RULES: Final = frozenset({"billing_npi_missing", "billing_npi_check_digit_wrong"})

_CHANGED: Final = "a client's facts changed while claims were written; the next pass sees them"
_UNSPELLED: Final = "The claim cannot be spelled: tell the EDI analyst."

_log = logging.getLogger(__name__)


def examine(hop: str, examination: Examination) -> Iterator[Found]:
    """Which visits' claims would be sent back: record id, edit code, rules and places.

    What the gates hold against a claim is kept in ``core.gate_finding`` for whoever mends it.
    """
    connection = examination.connection
    for statement in (_FORGET, _NO_PRINTS, _PRINTS):
        connection.execute(sa.text(statement.replace("HOP", hop)))
    with drafts_by_payer(connection, hop, "candidate") as drafts:
        for of_payer in drafts:
            sender = sender_in_force(examination, of_payer.payer_id)
            rehearsal = _Rehearsal(examination, sender, of_payer)
            for draft, found in rehearsal.refused():
                _keep(examination, draft, found)
                for code, rules in _by_code(found).items():
                    yield from ((record_id, code, rules) for record_id in draft.record_ids)
            if rehearsal.prints:
                connection.execute(sa.text(_KEEP_PRINT.replace("HOP", hop)), rehearsal.prints)


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
    envelope = _envelope(examination, sender, batch_no, interchange, group)
    meant = Tally()
    claims = _settled(of_payer.drafts, meant)
    written = _write(text, envelope, sender, of_payer, claims)
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


def _by_code(found: Iterable[Finding]) -> dict[str, str]:
    """The rules broken, with their places, under the code of the edit each belongs to."""
    rules: dict[str, set[str]] = defaultdict(set)
    for one in found:
        code = NPI_CODE if one.rule in _NPI_RULES else GATE_CODE
        rules[code].add(f"{one.rule} at {one.element}" if one.element else one.rule)
    return {code: ", ".join(sorted(broken)) for code, broken in rules.items()}


class _Rehearsal:
    """One payer's file as it would be sent, and what the gates say about it."""

    def __init__(self, examination: Examination, sender: Sender, of_payer: PayerDrafts) -> None:
        self._of_payer = of_payer
        self._sender = sender
        self._envelope = _envelope(examination, sender, "B000000001", 1, 1)
        self._drafts: dict[str, Draft] = {}
        self._found: dict[str, list[Finding]] = defaultdict(list)
        self._meant: dict[str, ClaimCount] = {}
        self.prints: list[dict[str, object]] = []

    def refused(self) -> Iterator[tuple[Draft, list[Finding]]]:
        """The claims that would come back, each with everything against it."""
        text = io.StringIO()
        of_all: list[Finding] = []
        try:
            written = _write(
                *(text, self._envelope, self._sender, self._of_payer, self._claims()),
                refused=self._unspelled,
            )
        except BatchNotWritten:
            # no claim could even be spelled, or the library refused the envelope for all of them
            if not any(self._found.values()):
                raise
        else:
            self.prints = [
                {"claim_id": claim_id, "print": print_}
                for claim_id, print_ in _prints(written).items()
            ]
            check = FileCheck(standing_gatekeepers())
            for one in check.findings(io.BytesIO(text.getvalue().encode("ascii"))):
                (self._found[one.claim_id] if one.claim_id in self._drafts else of_all).append(one)
            of_all += same_as_meant(Tally.of(self._meant.values()), check.tally)
        _log_rules([*of_all, *(one for found in self._found.values() for one in found)])
        for claim_id, draft in self._drafts.items():
            found = [*of_all, *self._found[claim_id]]
            if found:
                yield draft, found

    def _claims(self) -> Iterator[Claim]:
        for draft in self._of_payer.drafts:
            # the claim itself is let go: a batch may hold many
            self._drafts[draft.claim_id] = Draft(draft.claim_id, draft.record_ids, None)
            if draft.claim is None:
                self._malformed(draft.claim_id, draft.why_not)
            else:
                self._meant[draft.claim_id] = _counted(draft.claim)
                yield draft.claim

    def _unspelled(self, claim_id: str) -> None:
        self._malformed(claim_id, _UNSPELLED)
        del self._meant[claim_id]

    def _malformed(self, claim_id: str, mend: str) -> None:
        self._found[claim_id].append(Finding("CLM", "", claim_id, "malformed", mend))


def _counted(claim: Claim) -> ClaimCount:
    """The claim as the second reader should count it."""
    return ClaimCount(claim.claim_id, len(claim.lines), claim.total)


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
    prints = _prints(written)
    sql = sa.text(_PRINTS_OF.replace("HOP", hop))
    passed = examination.connection.execute(sql, {"claim_ids": list(prints)})
    if {row.claim_id: bytes(row.print) for row in passed} != prints:
        raise TransientFailure(_CHANGED)


def _prints(written: WrittenBatch) -> dict[str, bytes]:
    return {
        claim_id: print_
        for one in written.sets
        for claim_id, print_ in zip(one.claim_ids, one.prints, strict=True)
    }


def _settled(drafts: Iterable[Draft], meant: Tally) -> Iterator[Claim]:
    for draft in drafts:
        if draft.claim is None:
            raise TransientFailure(_CHANGED)
        meant.add(_counted(draft.claim))
        yield draft.claim


def _envelope(
    examination: Examination, sender: Sender, batch_no: str, interchange: int, group: int
) -> Envelope:
    return Envelope(
        interchange_control=interchange,
        group_control=group,
        created_at=examination.clock.now().astimezone(sender.zone),
        usage=sender.usage,
        sender_id=sender.submitter.submitter_id,
        receiver_id=sender.receiver.receiver_id,
        batch_ref=batch_no,
        sender_qualifier=sender.submitter_qualifier,
        receiver_qualifier=sender.receiver_qualifier,
        wants_ta1=sender.wants_ta1,
    )


def _write(
    text: io.StringIO,
    envelope: Envelope,
    sender: Sender,
    of_payer: PayerDrafts,
    claims: Iterable[Claim],
    *,
    refused: Callable[[str], None] | None = None,
) -> WrittenBatch:
    return write_837(
        text,
        envelope,
        submitter=sender.submitter,
        receiver=sender.receiver,
        billing=sender.billing,
        payer=of_payer.payer,
        claims=claims,
        refused=refused,
    )


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

_KEEP_FINDING = sa.text("""
insert into core.gate_finding
    (record_id, claim_id, rule, segment, element, line_key, mend, pass_id, found_at)
values
    (:record_id, :claim_id, :rule, :segment, :element, :line_key, :mend, :pass_id, :found_at)
""")

_KEEP_BATCH = """
insert into audit.HOP__written_batch
    (batch_no, payer_id, partner, receiver_id, interchange_control, group_control, file_name
    , sha256, claim_count, total_cents, usage, content)
values
    (:batch_no, :payer_id, :partner, :receiver_id, :interchange_control, :group_control, :file_name
    , :sha256, :claim_count, :total_cents, :usage, :content)
"""


def _keep(examination: Examination, draft: Draft, found: Iterable[Finding]) -> None:
    seen = examination.clock.now()
    rows = [
        {
            "record_id": record_id,
            "claim_id": draft.claim_id,
            "rule": one.rule,
            "segment": one.segment,
            "element": one.element,
            "line_key": one.line_key,
            "mend": one.mend,
            "pass_id": examination.pass_id,
            "found_at": seen,
        }
        for record_id in draft.record_ids
        for one in found
    ]
    examination.connection.execute(_KEEP_FINDING, rows)


def _log_rules(found: Iterable[Finding]) -> None:
    for (segment, rule), times in sorted(Counter((one.segment, one.rule) for one in found).items()):
        _log.warning("claims would be refused: %s %s, %d times", segment, rule, times)
