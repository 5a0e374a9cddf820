"""The two suites hold on good visits and on an empty pass, and stop a batch that is not good."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from expectations import billing_to_clearinghouse, delivery_to_billing
from orchestration.flow.audit import check
from tests.bench_of_records import Records
from tests.sql.billing_to_clearinghouse.good_claim import lay_claim_ground, of
from tests.sql.delivery_to_billing.good_delivery import bill

pytestmark = pytest.mark.slow

HOPS = {
    "delivery_to_billing": delivery_to_billing.SUITE,
    "billing_to_clearinghouse": billing_to_clearinghouse.SUITE,
}


def failed(records: Records, hop: str) -> set[str]:
    results = check(records.database.url, "audit", f"{hop}__passed", HOPS[hop])
    return {result.expect.name for result in results if result.stops}


@pytest.fixture(scope="module")
def passed(module_records: Records) -> Records:
    lay_claim_ground(module_records, "C2")
    bill(
        module_records,
        of("C1", date(2026, 11, 9)),
        of("C2", date(2026, 11, 9), hour=12),
    )
    module_records.run("billing_to_clearinghouse")
    return module_records


@pytest.mark.parametrize("hop", HOPS)
def test_good_visits_pass(passed: Records, hop: str) -> None:
    assert failed(passed, hop) == set()


# each spoils another truth of the suite; together they must be stopped by all of them
SPOILED = {
    "delivery_to_billing": {
        "one_row_per_visit": "record_id = 'hhax/twice'",
        "units_within_a_day": "units = 101",
        "charge_there": "amount_cents = 1000001",
        "days_over": "service_date = today",
        "settled_upstream": "coordination_state = 'held'",
    },
    "billing_to_clearinghouse": {
        "one_row_per_visit": "record_id = 'hhax/twice'",
        "claim_named": "claim_id = 'c-1'",
        "never_claimed_before": "is_claimed = true",
        "reconciled": "billing_state = 'held'",
        "charge_there": "amount_cents = -1",
        "payer_addressed": "payer_edi_id = null",
    },
}


@pytest.mark.parametrize("hop", HOPS)
def test_every_truth_of_a_suite_can_stop_a_batch(passed: Records, hop: str) -> None:
    changes = ", ".join(SPOILED[hop].values())
    with passed.database.transaction() as connection:
        connection.exec_driver_sql(f"update audit.{hop}__passed set {changes}")
    must = {expect.name for expect in HOPS[hop] if expect.severity == "MUST"}
    assert failed(passed, hop) == must == set(SPOILED[hop])


@pytest.mark.parametrize("hop", HOPS)
def test_an_empty_pass_is_no_alarm(passed: Records, hop: str) -> None:
    empty: Any = passed.run(hop)
    assert empty.taken == 0
    assert failed(passed, hop) == set()
    count = sa.text(f"select count(*) from audit.{hop}__passed")
    with passed.database.engine.connect() as connection:
        assert connection.scalar(count) == 0
