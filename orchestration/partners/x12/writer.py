"""Claims are spelled as one 837P interchange, claim by claim, onto a stream.

Segments and the envelope's counts come from pyx12; the order of loops comes from here. The
writer refuses nothing a rule could say better: ``own_rules`` looks at claims before, ``gate`` at
the bytes after.

If anything fails half way, no trailer is written: a torn file must look torn. Write to a
candidate and publish it once this function has returned.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TextIO

from orchestration.partners.x12.claim import (
    COMPONENT_SEPARATOR,
    ELEMENT_SEPARATOR,
    REPETITION_SEPARATOR,
    Address,
    BillingProvider,
    Claim,
    Contact,
    Envelope,
    Payer,
    Receiver,
    RenderingProvider,
    ServiceLine,
    Submitter,
)
from orchestration.partners.x12.sheet import BatchNotWritten, Sheet, day_text, number_text

GUIDE_837P = "005010X222A1"
CLAIMS_PER_SET = 500

_BILLING_LEVEL = 1


@dataclass(frozen=True, slots=True)
class WrittenSet:
    """What one transaction set carries, to recognise the answers to it."""

    st02: str
    bht03: str
    claim_ids: tuple[str, ...]
    claim_starts: tuple[int, ...]
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


def write_837p(
    stream: TextIO,
    envelope: Envelope,
    *,
    submitter: Submitter,
    receiver: Receiver,
    billing: BillingProvider,
    payer: Payer,
    claims: Iterable[Claim],
    per_set: int = CLAIMS_PER_SET,
) -> WrittenBatch:
    """Write all claims as one interchange and tell what was written under which number.

    Claims are taken one at a time; a new transaction set begins after ``per_set`` of them.
    """
    if per_set < 1:
        raise BatchNotWritten("per_set must be at least 1")
    sheet = Sheet(stream)
    letterhead = _Letterhead(envelope, submitter, receiver, billing, payer)
    current: _OpenSet | None = None
    done: list[WrittenSet] = []
    for claim in claims:
        if current is not None and len(current.claim_ids) == per_set:
            done.append(_close_set(sheet, current))
            current = None
        if current is None:
            if not done:
                _open_interchange(sheet, envelope)
            current = _open_set(sheet, letterhead, number=len(done) + 1)
        current.claim_ids.append(claim.claim_id)
        current.claim_starts.append(sheet.position + 1)
        _put_subscriber(sheet, claim, payer, billing, level=_BILLING_LEVEL + len(current.claim_ids))
        _put_claim(sheet, claim)
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


@dataclass(slots=True)
class _OpenSet:
    st02: str
    bht03: str
    claim_ids: list[str] = field(default_factory=list)
    claim_starts: list[int] = field(default_factory=list)


def _isa13(envelope: Envelope) -> str:
    return f"{envelope.interchange_control:09d}"


def _open_interchange(sheet: Sheet, envelope: Envelope) -> None:
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
        *(str(envelope.group_control), "X", GUIDE_837P),
    )


def _open_set(sheet: Sheet, letterhead: _Letterhead, number: int) -> _OpenSet:
    envelope, billing = letterhead.envelope, letterhead.billing
    st02 = f"{number:04d}"
    bht03 = f"{envelope.batch_ref}-{st02}"
    made = envelope.created_at
    sheet.put("ST", "837", st02, GUIDE_837P)
    sheet.put("BHT", "0019", "00", bht03, day_text(made), made.strftime("%H%M"), "CH")
    _put_organisation(
        sheet, "41", letterhead.submitter.name, "46", letterhead.submitter.submitter_id
    )
    _put_contact(sheet, letterhead.submitter.contact)
    _put_organisation(sheet, "40", letterhead.receiver.name, "46", letterhead.receiver.receiver_id)
    sheet.put("HL", str(_BILLING_LEVEL), None, "20", "1")
    sheet.put("PRV", "BI", "PXC", billing.taxonomy)
    _put_organisation(sheet, "85", billing.name, "XX" if billing.npi else None, billing.npi)
    _put_address(sheet, billing.address)
    sheet.put("REF", "EI", billing.tax_id)
    if billing.contact is not None:
        _put_contact(sheet, billing.contact)
    return _OpenSet(st02, bht03)


def _close_set(sheet: Sheet, current: _OpenSet) -> WrittenSet:
    length = sheet.position + 1
    sheet.end_set()
    return WrittenSet(
        current.st02,
        current.bht03,
        tuple(current.claim_ids),
        tuple(current.claim_starts),
        length,
    )


def _put_organisation(
    sheet: Sheet, role: str, name: str, id_kind: str | None, number: str | None
) -> None:
    sheet.put("NM1", role, "2", name, None, None, None, None, id_kind, number)


def _put_contact(sheet: Sheet, contact: Contact) -> None:
    extension = ("EX", contact.extension) if contact.extension else ()
    sheet.put("PER", "IC", contact.name, "TE", contact.phone, *extension)


def _put_address(sheet: Sheet, address: Address) -> None:
    sheet.put("N3", address.line1, address.line2)
    sheet.put("N4", address.city, address.state, address.zip_code)


def _put_subscriber(
    sheet: Sheet, claim: Claim, payer: Payer, billing: BillingProvider, level: int
) -> None:
    person = claim.subscriber
    sheet.put("HL", str(level), str(_BILLING_LEVEL), "22", "0")
    blanks = (None,) * 6
    sheet.put("SBR", "P", "18", *blanks, payer.claim_filing_code)
    names = (person.last, person.first, person.middle)
    sheet.put("NM1", "IL", "1", *names, None, None, "MI", person.member_id)
    _put_address(sheet, person.address)
    sheet.put("DMG", "D8", day_text(person.birth_date), person.sex)
    _put_organisation(sheet, "PR", payer.name, "PI", payer.payer_id)
    if billing.npi is None and billing.secondary_id:
        sheet.put("REF", "G2", billing.secondary_id)


def _put_claim(sheet: Sheet, claim: Claim) -> None:
    place = (claim.place_of_service, "B", claim.frequency)
    signatures = ("Y", claim.assignment, claim.benefits_assigned, claim.release_signed)
    sheet.put("CLM", claim.claim_id, number_text(claim.total), None, None, place, *signatures)
    if claim.prior_auth:
        sheet.put("REF", "G1", claim.prior_auth)
    if claim.payer_claim_number:
        sheet.put("REF", "F8", claim.payer_claim_number)
    kinds = ("ABK", *("ABF",) * len(claim.diagnoses))
    if claim.diagnoses:
        sheet.put("HI", *zip(kinds, claim.diagnoses, strict=False))
    if claim.rendering is not None:
        _put_rendering(sheet, claim.rendering)
    for number, line in enumerate(claim.lines, start=1):
        _put_line(sheet, number, line)


def _put_rendering(sheet: Sheet, provider: RenderingProvider) -> None:
    kind = "1" if provider.first else "2"
    id_kind = "XX" if provider.npi else None
    names = (provider.last, provider.first)
    sheet.put("NM1", "82", kind, *names, None, None, None, id_kind, provider.npi)
    if provider.taxonomy:
        sheet.put("PRV", "PE", "PXC", provider.taxonomy)
    if provider.secondary_id:
        sheet.put("REF", "G2", provider.secondary_id)


def _put_line(sheet: Sheet, number: int, line: ServiceLine) -> None:
    sheet.put("LX", str(number))
    sheet.put(
        *("SV1", ("HC", line.service_code, *line.modifiers), number_text(line.charge)),
        *(line.unit_code, number_text(line.units), None, None),
        tuple(map(str, line.diagnosis_pointers)),
    )
    if line.from_date == line.to_date:
        sheet.put("DTP", "472", "D8", day_text(line.from_date))
    else:
        span = f"{day_text(line.from_date)}-{day_text(line.to_date)}"
        sheet.put("DTP", "472", "RD8", span)
    if line.prior_auth:
        sheet.put("REF", "G1", line.prior_auth)
    sheet.put("REF", "6R", line.line_key)
