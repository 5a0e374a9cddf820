"""What may not be is refused by the database itself, whoever asks."""

from typing import Any

import pytest
import sqlalchemy as sa

from tests.bench_of_records import Records
from tests.sql.delivery_to_billing.good_delivery import DAY, bill, lay_ground, local, visit

pytestmark = pytest.mark.slow

A_LINE = """
insert into core.billable_line
    (record_id, line_no, client_id, caregiver_id, payer_id, payer_program, service_code, modifiers
    , service_date, minutes, units, unit_rule, rate_cents, charge_cents, contract_version
    , contract_valid_from, visit_sequence_id, reconciliation_id, batch_id, published_at)
values
    (:record_id, :line_no, 'C1', 'G1', 'P1', 'WAIVER', 'T1019', '-', '2026-11-10', 60, :units
    , 'CMS_8MIN', 425, :charge, 1, '2025-01-01', 1, 'R0000000000000000000', 1, now())
"""
A_CLAIM_LINE = """
insert into core.claim_line
    (record_id, line_no, claim_id, reconciliation_id, charge_cents, batch_id, published_at)
values (:record_id, 1, :claim_id, :reconciliation_id, :charge, 1, now())
"""


@pytest.fixture(scope="module")
def claimed(module_records: Records) -> Records:
    """V1 on a claim, V2 reconciled but on none."""
    lay_ground(module_records)
    bill(module_records, visit("V1", local(DAY, 9)))
    module_records.run("billing_to_clearinghouse")
    bill(module_records, visit("V2", local(DAY, 12)), visit("V3", local(DAY, 15), schedule_id=None))
    return module_records


def refused(records: Records, sql: str, first: str = "select 1", **binds: Any) -> str:
    """The words a statement is refused with, after another one in the same transaction."""
    connection = records.database.engine.connect()
    connection.execute(sa.text(first))
    with pytest.raises(sa.exc.DBAPIError) as refusal:
        connection.execute(sa.text(sql), binds)
    connection.close()
    return str(refusal.value.orig)


def reconciliation_of(records: Records, record_id: str) -> str:
    row = records.one(
        "select reconciliation_id from core.billable_line where record_id = :id", id=record_id
    )
    assert row is not None
    return str(row.reconciliation_id)


def claim_id(records: Records) -> str:
    row = records.one("select claim_id from core.claim")
    assert row is not None
    return str(row.claim_id)


@pytest.mark.proves("S2-22")
def test_a_visit_that_was_not_reconciled_cannot_be_on_a_claim(claimed: Records) -> None:
    assert "claim_line_record_id_line_no_reconciliation_id_fkey" in refused(
        claimed,
        A_CLAIM_LINE,
        record_id="hhax/V3",
        claim_id=claim_id(claimed),
        reconciliation_id="R0000000000000000000",
        charge=1700,
    )


def test_a_line_goes_on_a_claim_as_it_was_reconciled_or_not_at_all(claimed: Records) -> None:
    assert "reconciliation_id_fkey" in refused(
        claimed,
        A_CLAIM_LINE,
        record_id="hhax/V2",
        claim_id=claim_id(claimed),
        reconciliation_id=reconciliation_of(claimed, "hhax/V1"),
        charge=1700,
    )


@pytest.mark.parametrize(
    ("first", "charge"),
    [
        ("select 1", 0),  # one line more than the claim says
        ("update core.claim set line_count = 2", 1700),  # more money than it says
    ],
)
def test_a_claim_is_the_sum_of_its_lines(claimed: Records, first: str, charge: int) -> None:
    line = {
        "record_id": "hhax/V2",
        "claim_id": claim_id(claimed),
        "reconciliation_id": reconciliation_of(claimed, "hhax/V2"),
        "charge": charge,
    }
    assert "is not the sum of its lines" in refused(claimed, A_CLAIM_LINE, first=first, **line)


@pytest.mark.parametrize(
    "change",
    [
        "update core.billable_line set reconciliation_id = 'R0000000000000000001'",
        "update core.billable_line set line_no = 2",
        "delete from core.billable_line",
    ],
)
def test_a_line_on_a_claim_stays_as_the_claim_says(claimed: Records, change: str) -> None:
    assert "claim_line" in refused(claimed, f"{change} where record_id = 'hhax/V1'")


@pytest.mark.proves("S2-23")
@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"record_id": "hhax/V9"}, "billable_line_record_id_fkey"),
        ({"charge": 1699}, "check"),
        ({"units": 0, "charge": 0}, "check"),
        ({"record_id": "hhax/V2", "line_no": 1}, "billable_line_pkey"),
    ],
)
def test_a_line_is_a_delivered_visit_in_units_at_a_rate(
    claimed: Records, wrong: dict[str, Any], why: str
) -> None:
    good = {"record_id": "hhax/V3", "line_no": 1, "units": 4, "charge": 1700}
    assert why in refused(claimed, A_LINE, **{**good, **wrong})


@pytest.mark.parametrize(
    "change",
    [
        "update core.control_number set interchange_no = interchange_no - 1",
        "update core.control_number set group_no = 0",
        "delete from core.control_number",
        "truncate core.control_number",
    ],
)
def test_a_control_number_is_never_used_twice(claimed: Records, change: str) -> None:
    assert "control number" in refused(claimed, change)


def test_a_batch_is_the_bytes_its_sum_says(claimed: Records) -> None:
    assert "check" in refused(claimed, "update core.claim_batch set content = content || 'x'")


def test_a_claim_cannot_exist_without_its_file(claimed: Records) -> None:
    assert "claim_batch_no_fkey" in refused(
        claimed, "update core.claim set batch_no = 'B999999999'"
    )
