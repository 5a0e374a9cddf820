"""A visit changed after its payer's window is held; a plan changed afterwards is compared again."""

from datetime import date, timedelta

import pytest

from tests.bench_of_records import Records
from tests.sql.evv_to_coordination.good_visit import HOP, START, lay_ground, plan, visit

ONCE_MORE = {"sequence_id": 2, "updated_by_role": "Coordinator"}


@pytest.fixture
def ground(records: Records) -> Records:
    lay_ground(records)
    records.put(
        "payer_contract",
        payer_id="P-closes",
        payer_program="WAIVER",
        service_code="T1019",
        modifiers="-",
        valid_from=date(2026, 1, 1),
        is_billed=True,
        max_visit_minutes=720,
        schedule_tolerance_minutes=20,
        gps_limit_metres=400,
        visit_maintenance_days=5,
    )
    return records


@pytest.mark.proves("S0-15")
def test_a_visit_changed_after_its_window_is_held_and_one_in_time_is_not(ground: Records) -> None:
    last = START + timedelta(days=5)
    late = last + timedelta(days=1)
    names = {
        "late": {**ONCE_MORE, "payer_id": "P-closes", "source_updated_at": late},
        "in-time": {**ONCE_MORE, "payer_id": "P-closes", "source_updated_at": last},
        "no-window": {**ONCE_MORE, "payer_id": "P1", "source_updated_at": late},
        "first": {"payer_id": "P-closes", "source_updated_at": late},
    }
    starts = {name: START + timedelta(hours=3 * n) for n, name in enumerate(names)}
    ground.put("schedule", *(plan(name, start) for name, start in starts.items()))
    ground.put("evv_visit", *(visit(name, starts[name], **each) for name, each in names.items()))
    ground.run(HOP)
    found = {name: ground.codes(f"hhax/{name}", HOP) for name in names}
    found["first"] = [code for code in found["first"] if code != "EVV-LATE-SUBMIT"]
    assert "EVV-WINDOW-CLOSED" in found.pop("late")
    assert all("EVV-WINDOW-CLOSED" not in codes for codes in found.values()), found


@pytest.mark.proves("S1-06", "S1-12", "S1-20")
def test_a_plan_changed_after_the_visit_was_compared_with_it_is_compared_again(
    ground: Records,
) -> None:
    ground.put("schedule", plan("V1"))
    ground.put("evv_visit", visit("V1"))
    ground.run(HOP)
    assert ground.all("select * from core.visit_deviation where is_open") == []
    ground.put("schedule", plan("V1", minutes=240, schedule_version=2))
    assert ground.run(HOP).late_changes == 1
    (deviation,) = ground.all("select kind from core.visit_deviation where is_open")
    assert deviation.kind == "shortened"
    assert ground.state("hhax/V1", HOP) == "moved"
