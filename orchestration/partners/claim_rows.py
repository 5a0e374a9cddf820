"""Priced lines of a pass become claims, one at a time, each with its person's data.

Names, birth dates and addresses are read here, go into the claim, and are nowhere else: the
pass's tables hold ids only.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from itertools import chain, groupby
from typing import Any, Literal

import sqlalchemy as sa

from orchestration.partners.x12.claim import (
    Address,
    Claim,
    MalformedClaim,
    Payer,
    Person,
    Provider,
    ServiceLine,
)

_PER_FETCH = 2000

_LINES = """
select
    source.batch_key, source.claim_id, source.record_id, source.payer_id, source.payer_name
    , source.payer_edi_id, source.claim_filing_code, source.frequency, source.payer_claim_number
    , line.service_code, line.modifiers
    , line.service_date, line.units, line.charge_cents, line.auth_number, line.reconciliation_id
    , client.last_name, client.first_name, client.birth_date, client.sex, client.address_line
    , client.city, client.state_code, client.zip_code
    , coalesce(client.diagnosis_code, source.dx_default) as diagnosis_code, source.place_of_service
    , coalesce(client.medicaid_id, clocked.client_medicaid_id) as member_id
    , terms.visit_times_on_claim, terms.caregiver_on_claim, terms.splits_at_midnight
    , visit.start_at at time zone visit.time_zone as local_start
    , visit.end_at at time zone visit.time_zone as local_end
    , caregiver.last_name as caregiver_last_name, caregiver.first_name as caregiver_first_name
    , caregiver.npi as caregiver_npi
from audit.HOP__SOURCE as source
inner join core.billable_line as line on source.record_id = line.record_id
inner join core.coordination_visit as visit on source.record_id = visit.record_id
left join landing.client_now as client on source.client_id = client.client_id
left join landing.evv_visit_now as clocked
    on visit.source_system = clocked.source_system and visit.visit_id = clocked.visit_id
left join landing.caregiver_now as caregiver on line.caregiver_id = caregiver.caregiver_id
left join landing.payer_contract_now as terms
    on
        line.payer_id = terms.payer_id
        and line.payer_program = terms.payer_program
        and line.service_code = terms.service_code
        and line.modifiers = terms.modifiers
        and line.contract_valid_from = terms.valid_from
WHERE
order by source.batch_key, source.claim_id, line.service_date, line.record_id, line.line_no
"""

# a claim is examined without those of its visits that are held already
_NOTHING_FOUND = """
where source.goes_out and not exists (
    select 1 from audit.HOP__finding as finding where finding.record_id = source.record_id
)
"""


@dataclass(frozen=True)
class Draft:
    """A claim as far as it could be built.

    Args:
        claim_id: Its id.
        record_ids: Its visits.
        claim: The claim, or None when a value cannot even be spelled.
        why_not: What is wrong then; names the field, never the value.
    """

    claim_id: str
    record_ids: tuple[str, ...]
    claim: Claim | None
    why_not: str = ""


@dataclass(frozen=True)
class PayerDrafts:
    """All claims of a pass for one payer.

    Args:
        batch_key: What they have in common.
        payer_id: The payer, in our own words.
        payer: The payer, as the claim names it.
        drafts: The claims, to be taken once and before the next payer's.
    """

    batch_key: str
    payer_id: str
    payer: Payer
    drafts: Iterator[Draft]


@contextmanager
def drafts_by_payer(
    connection: sa.Connection, hop: str, source: Literal["candidate", "passed"]
) -> Iterator[Iterator[PayerDrafts]]:
    """Every claim that nothing speaks against yet, payer by payer, for as long as it is asked for.

    Args:
        connection: The pass's transaction.
        hop: The hop whose pass it is.
        source: Which of the pass's tables says what is on a claim.
    """
    where = _NOTHING_FOUND if source == "candidate" else "where source.goes_out"
    sql = _LINES.replace("WHERE", where).replace("HOP", hop).replace("SOURCE", source)
    with connection.execute(sa.text(sql), execution_options={"yield_per": _PER_FETCH}) as rows:
        yield _of_payers(rows)


def _of_payers(rows: Iterable[sa.Row[Any]]) -> Iterator[PayerDrafts]:
    for batch_key, of_payer in groupby(rows, key=lambda row: str(row.batch_key)):
        lines = iter(of_payer)
        first = next(lines)
        payer = Payer(first.payer_name, first.payer_edi_id, first.claim_filing_code)
        yield PayerDrafts(batch_key, first.payer_id, payer, _drafts(chain([first], lines)))


def _drafts(rows: Iterator[sa.Row[Any]]) -> Iterator[Draft]:
    for claim_id, of_claim in groupby(rows, key=lambda row: str(row.claim_id)):
        lines = list(of_claim)
        record_ids = tuple(dict.fromkeys(str(line.record_id) for line in lines))
        try:
            yield Draft(claim_id, record_ids, _claim(claim_id, lines))
        except MalformedClaim as error:
            yield Draft(claim_id, record_ids, None, str(error))


def _claim(claim_id: str, lines: list[sa.Row[Any]]) -> Claim:
    client = lines[0]
    auth_number = client.auth_number
    carers = {_caregiver(line) for line in lines}
    is_one = len(carers) == 1
    return Claim(
        claim_id=claim_id,
        total=sum((_money(line.charge_cents) for line in lines), Decimal(0)),
        subscriber=_person(client),
        diagnoses=(client.diagnosis_code or "",),
        lines=tuple(_line(line, auth_number, names_caregiver=not is_one) for line in lines),
        rendering=carers.pop() if is_one else None,
        prior_auth=auth_number,
        place_of_service=client.place_of_service or "",
        frequency=client.frequency,
        payer_claim_number=client.payer_claim_number,
    )


def _person(client: sa.Row[Any]) -> Person:
    home = Address(
        client.address_line or "", client.city or "", client.state_code or "", client.zip_code or ""
    )
    return Person(
        last=client.last_name or "",
        first=client.first_name or "",
        birth_date=client.birth_date,
        sex=client.sex,
        address=home,
        member_id=client.member_id or "",
    )


def _caregiver(line: sa.Row[Any]) -> Provider | None:
    """Who gave the care, for a payer who wants to know."""
    if not line.caregiver_on_claim:
        return None
    return Provider(
        last=line.caregiver_last_name or "",
        first=line.caregiver_first_name,
        npi=line.caregiver_npi,
    )


def _times(line: sa.Row[Any]) -> tuple[time, time]:
    """When the line's care began and ended by the clock; a night that is split ends at midnight."""
    first, last = line.local_start, line.local_end
    if line.splits_at_midnight and first.date() < last.date():
        is_first, is_last = line.service_date == first.date(), line.service_date == last.date()
        return first.time() if is_first else time(), last.time() if is_last else time(23, 59)
    return first.time(), last.time()


def _line(line: sa.Row[Any], claim_auth: str | None, *, names_caregiver: bool) -> ServiceLine:
    own_auth = line.auth_number if line.auth_number != claim_auth else None
    wanted = line.visit_times_on_claim or "no"
    first, last = _times(line)
    return ServiceLine(
        line_key=line.reconciliation_id,
        service_code=line.service_code,
        charge=_money(line.charge_cents),
        units=line.units,
        from_date=line.service_date,
        to_date=line.service_date,
        modifiers=() if line.modifiers == "-" else tuple(line.modifiers.split(";")),
        prior_auth=own_auth,
        times=(first, last) if wanted == "code" else None,
        note=f"EVV {first:%H%M}-{last:%H%M}" if wanted == "note" else None,
        rendering=_caregiver(line) if names_caregiver else None,
    )


def _money(cents: int) -> Decimal:
    return Decimal(cents) / 100
