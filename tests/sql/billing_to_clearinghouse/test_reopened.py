"""A visit that billing looks at again waits for it, and goes on by itself."""

from datetime import date

import pytest

from tests.bench_of_records import Records
from tests.sql.billing_to_clearinghouse.good_claim import HOP, claims, lay_claim_ground, of
from tests.sql.delivery_to_billing.good_delivery import bill

pytestmark = pytest.mark.slow

MONDAY = date(2026, 11, 9)


def test_no_claim_is_made_of_a_visit_that_is_reconciled_again(records: Records) -> None:
    lay_claim_ground(records)
    bill(records, of("C1", MONDAY), of("C-P2", MONDAY, hour=12))
    again = records.one("select record_id from core.billable_line where client_id = 'C1'")
    assert again is not None
    look_again = "update ledger.entry set state = 'waiting' where hop = 'delivery_to_billing'"
    with records.database.transaction() as connection:
        connection.exec_driver_sql(f"{look_again} and client_id = 'C1'")

    records.run(HOP)
    assert records.state(again.record_id, HOP) == "waiting"
    assert records.codes(again.record_id, HOP) == ["RECON-REOPENED"]
    assert [claim[0] for claim in claims(records)] == ["C-P2"]

    records.run("delivery_to_billing")
    records.run(HOP)
    assert records.state(again.record_id, HOP) == "moved"
    assert sorted(claim[0] for claim in claims(records)) == ["C-P2", "C1"]


def test_no_claim_is_made_of_a_visit_that_was_cancelled_meanwhile(records: Records) -> None:
    lay_claim_ground(records)
    bill(records, of("C1", MONDAY), of("C-P2", MONDAY, hour=12))
    gone = records.one("select record_id from core.billable_line where client_id = 'C1'")
    assert gone is not None
    with records.database.transaction() as connection:
        connection.exec_driver_sql(
            "update ledger.entry set state = 'cancelled', reason_code = 'VISIT-CANCELLED'"
            ", reason_class = 'STATUS_LOCK' where hop = 'delivery_to_billing' and client_id = 'C1'"
        )

    records.run(HOP)
    assert records.state(gone.record_id, HOP) == "cancelled"
    assert records.codes(gone.record_id, HOP) == ["VISIT-CANCELLED"]
    assert [claim[0] for claim in claims(records)] == ["C-P2"]
