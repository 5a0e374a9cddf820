"""A professional claim (837P) as rows, in the order of the guide's loops."""

from collections.abc import Iterator

from orchestration.partners.x12.claim import Claim, ServiceLine
from orchestration.partners.x12.spelling import (
    Row,
    facility_rows,
    judgement_rows,
    number_text,
    other_payer_rows,
    procedure_of,
    provider_rows,
    span_row,
)


def claim_rows(claim: Claim) -> Iterator[Row]:
    """The claim from CLM to its last line."""
    place = (claim.place_of_service, "B", claim.frequency)
    signatures = ("Y", claim.assignment, claim.benefits_assigned, claim.release_signed)
    yield ("CLM", claim.claim_id, number_text(claim.total), None, None, place, *signatures)
    numbers = (("9F", claim.referral), ("G1", claim.prior_auth), ("F8", claim.payer_claim_number))
    yield from (("REF", kind, number) for kind, number in numbers if number)
    if claim.note:
        yield ("NTE", "ADD", claim.note)
    kinds = ("ABK", *("ABF",) * len(claim.diagnoses))
    if claim.diagnoses:
        yield ("HI", *zip(kinds, claim.diagnoses, strict=False))
    if claim.referring:
        yield from provider_rows("DN", claim.referring)
    if claim.rendering:
        yield from provider_rows("82", claim.rendering, "PE")
    if claim.facility:
        yield from facility_rows(claim.facility)
    if claim.supervising:
        yield from provider_rows("DQ", claim.supervising)
    for other in claim.others:
        yield from other_payer_rows(other)
    for number, line in enumerate(claim.lines, start=1):
        yield from _line_rows(number, line)


def _line_rows(number: int, line: ServiceLine) -> Iterator[Row]:
    procedure = procedure_of(line)
    yield ("LX", str(number))
    yield (
        *("SV1", procedure, number_text(line.charge), line.unit_code, number_text(line.units)),
        *(None, None, tuple(map(str, line.diagnosis_pointers))),
    )
    yield span_row("472", line.from_date, line.to_date)
    if line.prior_auth:
        yield ("REF", "G1", line.prior_auth)
    yield ("REF", "6R", line.line_key)
    if line.note:
        yield ("NTE", "ADD", line.note)
    if line.rendering:
        yield from provider_rows("82", line.rendering, "PE")
    if line.ordering:
        yield from provider_rows("DK", line.ordering)
    for judgement in line.judgements:
        yield from judgement_rows(judgement, procedure[:6], None)
