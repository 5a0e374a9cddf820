"""Parts of a claim as rows of elements, the same in professional and institutional claims.

A row is a segment that is not yet text: its name, then its elements; a tuple is a composite.
``spell`` makes it text and cleans every value on the way, so no caller can let a separator
through.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby

from orchestration.partners.x12.claim import (
    Address,
    BillingProvider,
    Claim,
    Contact,
    Dependent,
    Facility,
    Payer,
    Person,
    Provider,
    ServiceLine,
)
from orchestration.partners.x12.others import Adjustment, LineJudgement, OtherPayer
from orchestration.partners.x12.text import COMPONENT_SEPARATOR, ELEMENT_SEPARATOR, clean_text

Element = str | tuple[str, ...] | None
Row = tuple[Element, ...]

_SELF = "18"
_ADJUSTMENTS_IN_A_ROW = 6


def spell(row: Row) -> str:
    """The row as a segment, without its terminator; blank elements at its end are left off."""
    return ELEMENT_SEPARATOR.join(map(_spelled, row)).rstrip(ELEMENT_SEPARATOR)


def _spelled(element: Element) -> str:
    if element is None:
        return ""
    if isinstance(element, tuple):
        parts = COMPONENT_SEPARATOR.join(clean_text(part) for part in element)
        return parts.rstrip(COMPONENT_SEPARATOR)
    return clean_text(element)


def number_text(value: Decimal) -> str:
    """A Decimal as X12 wants it: no exponent, no zeros that say nothing."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    if digits.startswith("0."):
        digits = digits[1:]
    return sign + digits if digits.strip("0") else "0"


def day_text(day: date) -> str:
    """A day as eight digits."""
    return day.strftime("%Y%m%d")


def span_row(qualifier: str, first: date, last: date, *, is_always_span: bool = False) -> Row:
    """A day, or first and last day."""
    if first == last and not is_always_span:
        return ("DTP", qualifier, "D8", day_text(first))
    return ("DTP", qualifier, "RD8", f"{day_text(first)}-{day_text(last)}")


def organisation_row(role: str, name: str, id_kind: str | None, number: str | None) -> Row:
    """An organisation in a role."""
    return ("NM1", role, "2", name, None, None, None, None, id_kind, number)


def contact_row(contact: Contact) -> Row:
    """Who answers the telephone."""
    extension = ("EX", contact.extension) if contact.extension else ()
    return ("PER", "IC", contact.name, "TE", contact.phone, *extension)


def address_rows(address: Address) -> Iterator[Row]:
    """Street, and city with state and ZIP code."""
    yield ("N3", address.line1, address.line2)
    yield ("N4", address.city, address.state, address.zip_code)


def provider_rows(role: str, provider: Provider, taxonomy_role: str = "") -> Iterator[Row]:
    """A provider in a role, with its taxonomy where the guide has a place for it."""
    names = (provider.last, provider.first)
    id_kind = "XX" if provider.npi else None
    kind = "1" if provider.first else "2"
    yield ("NM1", role, kind, *names, None, None, None, id_kind, provider.npi)
    if provider.taxonomy and taxonomy_role:
        yield ("PRV", taxonomy_role, "PXC", provider.taxonomy)
    if provider.secondary_id:
        yield ("REF", "G2", provider.secondary_id)


def facility_rows(facility: Facility) -> Iterator[Row]:
    """Where care was given."""
    yield organisation_row("77", facility.name, "XX" if facility.npi else None, facility.npi)
    yield from address_rows(facility.address)
    if facility.secondary_id:
        yield ("REF", "G2", facility.secondary_id)


def person_rows(role: str, person: Person | Dependent, member_id: str | None) -> Iterator[Row]:
    """Somebody with address, birth date and sex."""
    id_kind = "MI" if member_id else None
    names = (person.last, person.first, person.middle)
    yield ("NM1", role, "1", *names, None, None, id_kind, member_id)
    yield from address_rows(person.address)
    yield ("DMG", "D8", day_text(person.birth_date), person.sex)


def level_rows(
    claim: Claim, payer: Payer, billing: BillingProvider, level: int, above: int
) -> Iterator[Row]:
    """Who is insured and by whom, and on a level of its own who depends on them."""
    dependent = claim.dependent
    yield ("HL", str(level), str(above), "22", "1" if dependent else "0")
    relation = None if dependent else _SELF
    yield ("SBR", claim.payer_order, relation, *(None,) * 6, payer.claim_filing_code)
    yield from person_rows("IL", claim.subscriber, claim.subscriber.member_id)
    yield organisation_row("PR", payer.name, "PI", payer.payer_id)
    if billing.npi is None and billing.secondary_id:
        yield ("REF", "G2", billing.secondary_id)
    if dependent:
        yield ("HL", str(level + 1), str(level), "23", "0")
        yield ("PAT", dependent.relationship)
        yield from person_rows("QC", dependent, None)


def other_payer_rows(other: OtherPayer) -> Iterator[Row]:
    """Another payer: its place, what it took off and paid, who is insured there."""
    yield ("SBR", other.order, other.relationship, *(None,) * 6, other.claim_filing_code)
    yield from adjustment_rows(other.adjustments)
    yield ("AMT", "D", number_text(other.paid))
    if other.still_owed is not None:
        yield ("AMT", "EAF", number_text(other.still_owed))
    yield ("OI", None, None, "Y", None, None, "Y")
    insured = other.insured
    names = (insured.last, insured.first, insured.middle)
    yield ("NM1", "IL", "1", *names, None, None, "MI", insured.member_id)
    yield from address_rows(insured.address)
    yield organisation_row("PR", other.name, "PI", other.payer_id)
    if other.judged_on:
        yield ("DTP", "573", "D8", day_text(other.judged_on))
    if other.payer_claim_number:
        yield ("REF", "F8", other.payer_claim_number)


def judgement_rows(
    judgement: LineJudgement, procedure: tuple[str, ...], revenue: str | None
) -> Iterator[Row]:
    """What another payer paid and took off for a line."""
    paid, units = number_text(judgement.paid), number_text(judgement.units)
    yield ("SVD", judgement.payer_id, paid, procedure, revenue, units)
    yield from adjustment_rows(judgement.adjustments)
    yield ("DTP", "573", "D8", day_text(judgement.judged_on))


def adjustment_rows(adjustments: Iterable[Adjustment]) -> Iterator[Row]:
    """Adjustments, six of a group in a row."""
    for group, of_group in groupby(adjustments, key=lambda one: one.group):
        members = list(of_group)
        for start in range(0, len(members), _ADJUSTMENTS_IN_A_ROW):
            elements: list[Element] = []
            for one in members[start : start + _ADJUSTMENTS_IN_A_ROW]:
                units = number_text(one.units) if one.units is not None else None
                elements += (one.reason, number_text(one.amount), units)
            yield ("CAS", group, *elements)


def procedure_of(line: ServiceLine) -> tuple[str, ...]:
    """Service code and modifiers, and behind them the clock times for a payer who wants them."""
    coded = ("HC", line.service_code, *line.modifiers)
    if line.times is None:
        return coded
    blanks = ("",) * max(0, _PROCEDURE_PARTS - len(coded))
    first, last = line.times
    return (*coded, *blanks, f"{first:%H%M}-{last:%H%M}")


_PROCEDURE_PARTS = 6  # qualifier, code and four modifiers
