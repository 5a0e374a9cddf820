"""The suite holds for good deliveries and for an empty pass, and each of its truths can fail."""

import pytest

from expectations.care_plan_to_frontline import SUITE
from orchestration.flow.audit import check
from tests.bench_of_records import Records
from tests.sql.care_plan_to_frontline.good_plan import (
    ENTERED,
    HOP,
    ahead,
    answer,
    lay_rights,
    plan,
)

pytestmark = pytest.mark.slow

# two deliveries moved: what is done to them breaks every truth at once, one half in each
SPOIL = """
update audit.care_plan_to_frontline__passed
set plan_id = 'twice', client_id = null, is_pair = false, tasks = null
    , entered_at = nullif(entered_at, case record_id when 'P1/v1/G1' then entered_at end)
    , delivered_at = entered_at - interval '1 second'
    , acknowledged_at = entered_at - interval '2 seconds'
    , confirmed_at = entered_at - interval '3 seconds'
"""


def _failed(records: Records) -> set[str]:
    results = check(records.database.url, "audit", f"{HOP}__passed", SUITE)
    assert not any(result.could_not_run for result in results)
    return {result.expect.name for result in results if not result.passed}


def test_the_suite_holds_when_all_is_well_or_nothing_is_there_and_can_fail_in_every_part(
    records: Records,
) -> None:
    lay_rights(records)
    records.now = ENTERED
    records.run(HOP)
    assert _failed(records) == set()
    records.put("schedule", ahead("P1"), ahead("P2"))
    records.put("care_plan", plan("P1"), plan("P2"))
    times = {"delivered_at": ENTERED, "acknowledged_at": ENTERED, "confirmed_at": ENTERED}
    records.put("plan_ack", answer("P1", **times), answer("P2", **times))
    assert records.run(HOP).decided["moved"] == 2
    assert _failed(records) == set()
    with records.database.transaction() as connection:
        connection.exec_driver_sql(SPOIL)
    assert _failed(records) == {expect.name for expect in SUITE}
