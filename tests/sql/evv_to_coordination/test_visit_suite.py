"""The suite holds for good visits and for an empty pass, and each of its truths can fail."""

from datetime import timedelta

import pytest

from expectations import MUST, Expect
from expectations.evv_to_coordination import SUITE
from orchestration.flow.audit import check
from orchestration.ground.failures import ContractFailure
from tests.bench_of_records import Records
from tests.sql.evv_to_coordination.good_visit import HOP, START, lay_ground, visit

pytestmark = pytest.mark.slow

# two visits moved: what is done to them breaks every truth at once
SPOIL = """
update audit.evv_to_coordination__passed
set record_id = 'hhax/twice', service_code = null, client_id = null, service_date = null
    , location_type = null, caregiver_id = null, effective_out_at = effective_in_at
    , minutes = 1501, has_ended = false, manual_share = 0.26
"""


def _failed(records: Records) -> set[str]:
    results = check(records.database.url, "audit", f"{HOP}__passed", SUITE)
    assert not any(result.could_not_run for result in results)
    return {result.expect.name for result in results if not result.passed}


def test_the_suite_holds_when_all_is_well_or_nothing_is_there_and_can_fail_in_every_part(
    records: Records,
) -> None:
    lay_ground(records)
    records.run(HOP)
    assert _failed(records) == set()
    records.put("evv_visit", visit("V1"), visit("V2", START + timedelta(days=1)))
    assert records.run(HOP).decided["moved"] == 2
    assert _failed(records) == set()
    with records.database.transaction() as connection:
        connection.exec_driver_sql(SPOIL)
    assert _failed(records) == {expect.name for expect in SUITE}


def test_a_large_pass_of_typed_visits_is_told_from_a_small_one(records: Records) -> None:
    lay_ground(records)
    typed = {
        "call_in_type": "Manual",
        "change_reason_code": "99",
        "change_attested": True,
        "updated_by_role": "Coordinator",
    }
    hours = [START + timedelta(hours=hour) for hour in range(50)]
    records.put("evv_visit", *(visit(f"V{n}", at, **typed) for n, at in enumerate(hours[:49])))
    records.run(HOP)
    assert _failed(records) == set()
    records.put(
        "evv_visit",
        *(visit(f"W{n}", at, caregiver_id="G2", **typed) for n, at in enumerate(hours)),
    )
    records.run(HOP)
    assert _failed(records) == {"few_times_typed_by_hand"}


def test_of_an_empty_batch_only_rules_about_the_whole_table_are_asked(records: Records) -> None:
    lay_ground(records)
    records.run(HOP)
    asked = (records.database.url, "audit", f"{HOP}__passed")
    of_rows = Expect("spelled_wrong", "ColumnValuesToBeNonsense", MUST, "", {"column": "minutes"})
    of_table = Expect("some_rows", "TableRowCountToBeBetween", MUST, "", {"min_value": 1})
    (unasked,) = check(*asked, (of_rows,))
    assert unasked.passed
    (empty,) = check(*asked, (of_table,))
    assert not empty.passed
    records.put("evv_visit", visit("V1"))
    assert records.run(HOP).decided["moved"] == 1
    with pytest.raises(ContractFailure, match="no rule ExpectColumnValuesToBeNonsense"):
        check(*asked, (of_rows,))
