"""Claims are spelled as one interchange of a guide, claim by claim, onto a stream.

Segments and the envelope's counts come from pyx12; the order of loops from ``professional`` and
``institutional``. The writer refuses nothing a rule could say better: the gates look at the bytes
after. A claim that cannot be spelled at all is told to ``refused`` and left out.

If anything else fails half way, no trailer is written: a torn file must look torn. Write to a
candidate and publish it once this function has returned.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import TextIO

from orchestration.partners.x12 import institutional, professional
from orchestration.partners.x12.claim import (
    BillingProvider,
    Claim,
    Envelope,
    Payer,
    Receiver,
    Submitter,
)
from orchestration.partners.x12.sheet import BatchNotWritten, Sheet
from orchestration.partners.x12.spelling import (
    Row,
    address_rows,
    contact_row,
    day_text,
    level_rows,
    organisation_row,
    spell,
)
from orchestration.partners.x12.text import (
    COMPONENT_SEPARATOR,
    ELEMENT_SEPARATOR,
    REPETITION_SEPARATOR,
)

PROFESSIONAL = "005010X222A1"
INSTITUTIONAL = "005010X223A2"
CLAIMS_PER_SET = 500

_BILLING_LEVEL = 1
_LEVEL = f"HL{ELEMENT_SEPARATOR}"


@dataclass(frozen=True, slots=True)
class WrittenSet:
    """What one transaction set carries, to recognise the answers to it.

    ``prints`` tell of each claim what stands in it, but for the numbers of its levels: the same
    claim written again, in whatever file, has the same.
    """

    st02: str
    bht03: str
    claim_ids: tuple[str, ...]
    claim_starts: tuple[int, ...]
    prints: tuple[bytes, ...]
    segment_count: int

    def claim_at(self, position: int) -> str | None:
        """The claim a segment belongs to; a 999 may name only its position, with ST as 1."""
        place = bisect_right(self.claim_starts, position) - 1
        if place < 0 or position >= self.segment_count:
            return None
        return self.claim_ids[place]


@dataclass(frozen=True, slots=True)
class WrittenBatch:
    """What one interchange carries."""

    isa13: str
    gs06: str
    sets: tuple[WrittenSet, ...]

    @property
    def claim_count(self) -> int:
        """How many claims the file holds."""
        return sum(len(one.claim_ids) for one in self.sets)


def guide_of(claim: Claim) -> str:
    """The guide a claim is written by."""
    return INSTITUTIONAL if claim.institution else PROFESSIONAL


def write_837(
    stream: TextIO,
    envelope: Envelope,
    *,
    submitter: Submitter,
    receiver: Receiver,
    billing: BillingProvider,
    payer: Payer,
    claims: Iterable[Claim],
    guide: str = PROFESSIONAL,
    per_set: int = CLAIMS_PER_SET,
    refused: Callable[[str], None] | None = None,
) -> WrittenBatch:
    """Write all claims as one interchange and tell what was written under which number.

    Claims are taken one at a time; a new transaction set begins after ``per_set`` of them.

    Args:
        stream: Where to.
        envelope: Control numbers and addresses.
        submitter: Who sends.
        receiver: Who takes in.
        billing: Who is paid.
        payer: Who pays.
        claims: What is asked for; all by the same guide.
        guide: That guide.
        per_set: How many claims a transaction set may hold.
        refused: Told the id of each claim that cannot be spelled; without it that is raised.

    Raises:
        BatchNotWritten: there was no claim to write, or the library refused the envelope.
    """
    if per_set < 1:
        raise BatchNotWritten("per_set must be at least 1")
    sheet = Sheet(stream)
    letterhead = _Letterhead(envelope, submitter, receiver, billing, payer, guide)
    current: _OpenSet | None = None
    done: list[WrittenSet] = []
    for claim in claims:
        level = current.level if current and len(current.claim_ids) < per_set else _BILLING_LEVEL
        segments = _spelled(claim, letterhead, level + 1, refused)
        if not segments:
            continue
        if current is not None and len(current.claim_ids) == per_set:
            done.append(_close_set(sheet, current))
            current = None
        if current is None:
            if not done:
                _open_interchange(sheet, envelope, guide)
            current = _open_set(sheet, letterhead, number=len(done) + 1)
        _put_claim(sheet, current, claim.claim_id, segments)
    if current is None:
        raise BatchNotWritten("there is no claim to write")
    done.append(_close_set(sheet, current))
    sheet.close()
    return WrittenBatch(_isa13(envelope), str(envelope.group_control), tuple(done))


@dataclass(frozen=True, slots=True)
class _Letterhead:
    envelope: Envelope
    submitter: Submitter
    receiver: Receiver
    billing: BillingProvider
    payer: Payer
    guide: str


@dataclass(slots=True)
class _OpenSet:
    st02: str
    bht03: str
    level: int = _BILLING_LEVEL
    claim_ids: list[str] = field(default_factory=list)
    claim_starts: list[int] = field(default_factory=list)
    prints: list[bytes] = field(default_factory=list)


def _isa13(envelope: Envelope) -> str:
    return f"{envelope.interchange_control:09d}"


def _rows(claim: Claim, letterhead: _Letterhead, level: int) -> Iterator[Row]:
    if guide_of(claim) != letterhead.guide:
        raise BatchNotWritten("a file holds professional or institutional claims, not both")
    levels = level_rows(claim, letterhead.payer, letterhead.billing, level, _BILLING_LEVEL)
    if claim.institution:
        return chain(levels, institutional.claim_rows(claim, claim.institution))
    return chain(levels, professional.claim_rows(claim))


def _spelled(
    claim: Claim, letterhead: _Letterhead, level: int, refused: Callable[[str], None] | None
) -> list[str]:
    try:
        return [spell(row) for row in _rows(claim, letterhead, level)]
    except BatchNotWritten:
        raise
    except Exception:
        # whatever it is about this claim: its neighbours shall go, and the text may quote it
        if refused is None:
            raise
        refused(claim.claim_id)
        return []


def _put_claim(sheet: Sheet, current: _OpenSet, claim_id: str, segments: list[str]) -> None:
    current.claim_ids.append(claim_id)
    current.claim_starts.append(sheet.position + 1)
    content = hashlib.blake2b(digest_size=16)
    for segment in segments:
        sheet.put_raw(segment)
        if segment.startswith(_LEVEL):
            current.level += 1
        else:
            content.update(segment.encode())
    current.prints.append(content.digest())


def _open_interchange(sheet: Sheet, envelope: Envelope, guide: str) -> None:
    made = envelope.created_at
    header = (
        "ISA",
        *("00", " " * 10, "00", " " * 10),
        *(envelope.sender_qualifier, envelope.sender_id.ljust(15)),
        *(envelope.receiver_qualifier, envelope.receiver_id.ljust(15)),
        *(made.strftime("%y%m%d"), made.strftime("%H%M"), REPETITION_SEPARATOR, "00501"),
        *(_isa13(envelope), "1" if envelope.wants_ta1 else "0", envelope.usage),
        COMPONENT_SEPARATOR,
    )
    sheet.put_raw(ELEMENT_SEPARATOR.join(header))
    sheet.put(
        *("GS", "HC", envelope.sender_id, envelope.receiver_id),
        *(day_text(made), made.strftime("%H%M")),
        *(str(envelope.group_control), "X", guide),
    )


def _open_set(sheet: Sheet, letterhead: _Letterhead, number: int) -> _OpenSet:
    envelope, billing = letterhead.envelope, letterhead.billing
    st02 = f"{number:04d}"
    bht03 = f"{envelope.batch_ref}-{st02}"
    made = envelope.created_at
    submitter, receiver = letterhead.submitter, letterhead.receiver
    rows: tuple[Row, ...] = (
        ("ST", "837", st02, letterhead.guide),
        ("BHT", "0019", "00", bht03, day_text(made), made.strftime("%H%M"), "CH"),
        organisation_row("41", submitter.name, "46", submitter.submitter_id),
        contact_row(submitter.contact),
        organisation_row("40", receiver.name, "46", receiver.receiver_id),
        ("HL", str(_BILLING_LEVEL), None, "20", "1"),
        ("PRV", "BI", "PXC", billing.taxonomy),
        organisation_row("85", billing.name, "XX" if billing.npi else None, billing.npi),
        *address_rows(billing.address),
        ("REF", "EI", billing.tax_id),
        *([contact_row(billing.contact)] if billing.contact else []),
    )
    for row in rows:
        sheet.put(*row)
    return _OpenSet(st02, bht03)


def _close_set(sheet: Sheet, current: _OpenSet) -> WrittenSet:
    length = sheet.position + 1
    sheet.end_set()
    return WrittenSet(
        current.st02,
        current.bht03,
        tuple(current.claim_ids),
        tuple(current.claim_starts),
        tuple(current.prints),
        length,
    )
