"""Billable visits of several clients and payers, and how their claims are looked at."""

from datetime import date
from pathlib import Path
from typing import Any

from tests.bench_of_records import Records
from tests.sql.delivery_to_billing.good_delivery import (
    client,
    contract,
    enrolment,
    lay_ground,
    local,
    visit,
)

HOP = "billing_to_clearinghouse"
P2 = {"payer_id": "P2", "payer_program": "PLUS"}


def lay_claim_ground(records: Records, *clients: str, **changes: Any) -> None:
    """Clients of payer P1 beside C1, one client of payer P2, and both payers' terms."""
    lay_ground(records)
    records.put(
        "payer_contract",
        contract(payer_name="SECOND PLAN", payer_edi_id="PLAN2", claim_filing_code="HM", **P2),
    )
    records.put("provider_enrolment", enrolment(**P2))
    records.put(
        "client",
        client("C-P2", **P2),
        *(client(one, medicaid_id="000000000103", **changes) for one in clients),
    )


def of(client_id: str, day: date, hour: int = 9, **changes: Any) -> dict[str, Any]:
    """A visit of a client, named after client, day and hour."""
    payer = P2 if client_id == "C-P2" else {}
    return visit(
        f"{client_id}-{day:%m%d}-{hour}",
        local(day, hour),
        client_id=client_id,
        **payer,
        **changes,
    )


def claims(records: Records) -> list[tuple[Any, ...]]:
    """Client, payer, week, lines and cents of every claim, in order."""
    return [
        tuple(row)
        for row in records.all(
            "select client_id, payer_id, service_week, line_count, total_cents from core.claim "
            "order by client_id, service_week, claim_id"
        )
    ]


def files(records: Records) -> dict[str, bytes]:
    """What lies in the outbox."""
    outbox: Path = records.settings.outbox
    return {path.name: path.read_bytes() for path in sorted(outbox.iterdir())}
