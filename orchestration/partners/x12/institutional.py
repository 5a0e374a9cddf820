"""An institutional claim (837I) as rows: home health, billed by revenue codes."""

from collections.abc import Iterator

from orchestration.partners.x12.claim import Claim, Institution, ServiceLine
from orchestration.partners.x12.spelling import (
    Row,
    day_text,
    facility_rows,
    judgement_rows,
    number_text,
    other_payer_rows,
    procedure_of,
    provider_rows,
    span_row,
)

_CODES_IN_A_ROW = 12


def claim_rows(claim: Claim, about: Institution) -> Iterator[Row]:
    """The claim from CLM to its last line."""
    kind = (about.bill_type, "A", claim.frequency)
    signatures = (None, claim.assignment, claim.benefits_assigned, claim.release_signed)
    yield ("CLM", claim.claim_id, number_text(claim.total), None, None, kind, *signatures)
    yield span_row("434", about.from_date, about.to_date, is_always_span=True)
    if about.admitted_on:
        yield ("DTP", "435", "D8", day_text(about.admitted_on))
    yield ("CL1", about.admission_type, about.admission_source, about.patient_status)
    numbers = (("9F", claim.referral), ("G1", claim.prior_auth), ("F8", claim.payer_claim_number))
    yield from (("REF", kind, number) for kind, number in numbers if number)
    if claim.note:
        yield ("NTE", "ADD", claim.note)
    yield from _code_rows(claim, about)
    if about.attending:
        yield from provider_rows("71", about.attending, "AT")
    if claim.rendering:
        yield from provider_rows("82", claim.rendering)
    if claim.facility:
        yield from facility_rows(claim.facility)
    if claim.referring:
        yield from provider_rows("DN", claim.referring)
    for other in claim.others:
        yield from other_payer_rows(other)
    for number, line in enumerate(claim.lines, start=1):
        yield from _line_rows(number, line)


def _code_rows(claim: Claim, about: Institution) -> Iterator[Row]:
    """Diagnoses and the uniform bill's own codes, each kind in rows of its own."""
    principal, others = claim.diagnoses[:1], claim.diagnoses[1:]
    kinds = (
        [("ABK", code) for code in principal],
        [("ABJ", about.admitting_diagnosis)] if about.admitting_diagnosis else [],
        [("ABF", code) for code in others],
        [
            ("BI", code, "RD8", f"{day_text(first)}-{day_text(last)}")
            for code, first, last in about.occurrence_spans
        ],
        [("BH", code, "D8", day_text(day)) for code, day in about.occurrences],
        [("BE", code, "", "", number_text(amount)) for code, amount in about.values],
        [("BG", code) for code in about.conditions],
    )
    for codes in kinds:
        for start in range(0, len(codes), _CODES_IN_A_ROW):
            yield ("HI", *codes[start : start + _CODES_IN_A_ROW])


def _line_rows(number: int, line: ServiceLine) -> Iterator[Row]:
    procedure = procedure_of(line)
    charge, units = number_text(line.charge), number_text(line.units)
    yield ("LX", str(number))
    yield ("SV2", line.revenue_code, procedure, charge, line.unit_code, units)
    yield span_row("472", line.from_date, line.to_date)
    yield ("REF", "6R", line.line_key)
    if line.rendering:
        yield from provider_rows("82", line.rendering)
    for judgement in line.judgements:
        yield from judgement_rows(judgement, procedure[:6], line.revenue_code)
