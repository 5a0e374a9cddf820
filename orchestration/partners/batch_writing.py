"""A payer's claims are written under an envelope, and counted as they were meant."""

import io
from collections.abc import Callable, Iterable

from orchestration.ground.contracts import Examination
from orchestration.partners.claim_rows import PayerDrafts
from orchestration.partners.sender import Sender
from orchestration.partners.x12.claim import Claim, Envelope
from orchestration.partners.x12.gates.tally import ClaimCount
from orchestration.partners.x12.writer import WrittenBatch, write_837


def envelope_of(
    examination: Examination, sender: Sender, batch_no: str, interchange: int, group: int
) -> Envelope:
    """The envelope of a file that is made now."""
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


def write_batch(
    text: io.StringIO,
    envelope: Envelope,
    sender: Sender,
    of_payer: PayerDrafts,
    claims: Iterable[Claim],
    *,
    refused: Callable[[str], None] | None = None,
) -> WrittenBatch:
    """Write a payer's claims; ``refused`` is told of each that cannot be spelled."""
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


def count_of(claim: Claim) -> ClaimCount:
    """The claim as the second reader should count it."""
    return ClaimCount(claim.claim_id, len(claim.lines), claim.total)


def prints_of(written: WrittenBatch) -> dict[str, bytes]:
    """What each claim says, to the letter, as a print."""
    return {
        claim_id: print_
        for one in written.sets
        for claim_id, print_ in zip(one.claim_ids, one.prints, strict=True)
    }
