"""Each edit of the hop: a visit it must catch, beside one as like it as can be that it must leave.

All of them go through one pass of the real hop.
"""

from datetime import timedelta
from typing import Any

import pytest

from tests.bench_of_records import Records
from tests.sql.evv_to_coordination.good_visit import HOP, START, lay_ground, plan, visit

REASONED = {"change_reason_code": "99", "change_attested": True, "updated_by_role": "Coordinator"}
OUT = START + timedelta(hours=2)
# beside no other visit of the two
ALONE = {"client_id": "C2", "caregiver_id": "G2"}
BY_LANDLINE = {
    f"call_{call}_{name}": value
    for call in ("in", "out")
    for name, value in (("type", "Telephony"), ("phone", "6145550101"))
}

# code: (state it leaves the record in, what breaks the rule, the near miss)
CASES: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "EVV-CANCELLED": (
        "cancelled",
        # what a cancelled visit lacks is nobody's business any more
        {"action": "cancel", "call_out_at": None, "aggregator_status": "Omit"},
        {},
    ),
    "EVV-BAD-ZONE": ("held", {"time_zone": "America/Columbus"}, {"time_zone": "US/Eastern"}),
    "EVV-UNKNOWN-CLIENT": ("held", {"client_id": None}, {"client_medicaid_id": "000000000101"}),
    "EVV-UNKNOWN-STAFF": ("held", {"caregiver_id": "G9"}, {"caregiver_id": "G2"}),
    "MAP-PAYER": ("held", {"payer_id": "P9"}, {"payer_id": "P1"}),
    "EVV-NO-SERVICE": ("held", {"service_code": None}, {"service_code": "S5125"}),
    "EVV-NO-IN": ("held", {"call_in_at": None, **ALONE}, {"adjusted_in_at": START, **REASONED}),
    "EVV-NO-OUT": (
        "held",
        {"call_out_at": None, **ALONE},
        {"call_out_at": None, "adjusted_out_at": OUT, **REASONED},
    ),
    "EVV-TIME-ORDER": (
        "held",
        {"call_out_at": START},
        {"call_out_at": START + timedelta(minutes=1)},
    ),
    "EVV-TOO-LONG": (
        "held",
        {"call_out_at": START + timedelta(minutes=721)},
        {"call_out_at": START + timedelta(minutes=720, seconds=59)},
    ),
    "EVV-NO-MEDICAID-ID": (
        "held",
        {"client_id": "C-no-id"},
        {"client_id": "C-no-id", "payer_id": "SELF"},
    ),
    "EVV-MANUAL-NO-REASON": (
        "held",
        {"call_out_type": "Manual", **REASONED, "change_attested": None},
        {"call_out_type": "Manual", **REASONED},
    ),
    "PERM-VISIT-EDIT": (
        "held",
        {"sequence_id": 2, "updated_by_role": "Temp"},
        {"sequence_id": 1, "updated_by_role": "Temp"},
    ),
    "EVV-NOT-VERIFIED": (
        "waiting",
        {"aggregator_status": None},
        {"aggregator_status": None, "payer_id": "P-lax"},
    ),
    "EVV-REFUSED": (
        "held",
        {"aggregator_status": "Incomplete"},
        {"aggregator_status": "Processed"},
    ),
    "EVV-BILLTIME-WIDENED": (
        "held",
        {"adjusted_in_at": START - timedelta(minutes=1), **REASONED},
        {"adjusted_in_at": START + timedelta(minutes=1), **REASONED},
    ),
    "EVV-GPS": (
        "held",
        {"call_in_latitude": 39.9637, "call_in_longitude": -82.99},  # 411 m north
        {"call_in_latitude": 39.9635, "call_in_longitude": -82.99},  # 389 m north
    ),
    "EVV-PHONE-UNLINKED": (
        "held",
        {**BY_LANDLINE, "call_out_phone": "6145550102"},
        BY_LANDLINE,
    ),
    "EVV-UNAUTH-SERVICE": (
        "held",
        {"payer_id": "P-auth"},
        {"payer_id": "P-auth", "client_id": "C2"},
    ),
    "GROUP-RATIO": (
        "held",
        {"payer_id": "P-group", "group_code": "G7"},
        {"payer_id": "P-group", "group_code": "G8", "modifier1": "U1", "modifier2": "UN"},
    ),
    # warnings: the visit goes on
    "EVV-BILLTIME-WIDENED-WARN": (
        "moved",
        {"payer_id": "P-notes", "adjusted_in_at": START - timedelta(minutes=1), **REASONED},
        {"adjusted_in_at": START - timedelta(minutes=1), **REASONED},
    ),
    "EVV-GPS-WARN": (
        "moved",
        {"payer_id": "P-notes", "call_in_latitude": 39.9637, "call_in_longitude": -82.99},
        {"call_in_latitude": 39.9637, "call_in_longitude": -82.99},
    ),
    "EVV-LATE-SUBMIT": (
        "moved",
        {"source_updated_at": OUT + timedelta(hours=24, seconds=1)},
        {"source_updated_at": OUT + timedelta(hours=24)},
    ),
}

# changed on 10 November, once at 22:00 in New York, which is the 11th in UTC
DAY = {"source_updated_at": OUT}
CHANGED = {
    "right-of-another-kind": {**DAY, "updated_by_role": "Scheduler"},
    "right-from-tomorrow": {**DAY, "updated_by_role": "Joiner"},
    "right-today": {**DAY, "updated_by_role": "One-day editor"},
    "right-tonight": {
        "source_updated_at": START.replace(day=11, hour=3),
        "updated_by_role": "One-day editor",
    },
}


def _shifted(visit_id: str, day: int, changes: dict[str, Any]) -> dict[str, Any]:
    """On a day of its own, so that no visit is another one's double."""
    row = visit(visit_id, **changes)
    move = timedelta(seconds=day)
    return {
        name: value + move if name.endswith("_at") and value is not None else value
        for name, value in row.items()
    }


@pytest.fixture(scope="module")
def judged(module_records: Records) -> Records:
    lay_ground(module_records)
    rows = [
        _shifted(f"{side}-{code}", number * 2 + offset, case[1 + offset])
        for number, (code, case) in enumerate(CASES.items())
        for offset, side in enumerate(("caught", "left"))
    ]
    double = visit("D1", START + timedelta(days=2))
    rows += [
        double,
        {**double, "source_system": "sandata", "visit_id": "D2"},
        {**double, "visit_id": "D3", "service_code": "S5125"},
        {**double, "visit_id": "D4", "action": "cancel"},
        visit("E2", START + timedelta(days=3)),
        visit("F1", START + timedelta(days=5)),
        # two that are still going on have no end yet: neither is known to be the other's double
        visit("open-1", START + timedelta(days=6), call_out_at=None),
        visit("open-2", START + timedelta(days=6), call_out_at=None),
        *(
            visit(
                f"after-{hours}-hours",
                START + timedelta(days=8, minutes=hours),
                payer_id="P-notes",
                source_updated_at=OUT + timedelta(days=8, minutes=hours, hours=hours),
            )
            for hours in (48, 49)
        ),
        visit("lax", START + timedelta(days=7), payer_id="P-lax", aggregator_status="Incomplete"),
    ]
    rows += [
        visit(name, START + timedelta(days=4, minutes=place), sequence_id=2, **changed)
        for place, (name, changed) in enumerate(CHANGED.items())
    ]
    module_records.put(
        "schedule",
        *(
            # of another service than was clocked, which matters only where none is authorized
            plan(row["visit_id"], service_code="S5150" if row["payer_id"] == "P-auth" else "T1019")
            for row in rows
        ),
    )
    module_records.put("evv_visit", *rows)
    module_records.run(HOP)
    return module_records


@pytest.mark.parametrize("code", CASES)
def test_an_edit_catches_its_defect_and_nothing_else_is_said_of_it(
    judged: Records, code: str
) -> None:
    record_id = f"hhax/caught-{code}"
    assert judged.codes(record_id, HOP) == [code]
    assert judged.state(record_id, "evv_to_coordination") == CASES[code][0]


@pytest.mark.parametrize("code", CASES)
def test_an_edit_leaves_the_near_miss_alone(judged: Records, code: str) -> None:
    assert code not in judged.codes(f"hhax/left-{code}", HOP)


@pytest.mark.proves("S0-08")
@pytest.mark.parametrize("name", CHANGED)
def test_a_right_is_for_visits_and_for_its_days_in_the_agencys_zone(
    judged: Records, name: str
) -> None:
    may = name in {"right-today", "right-tonight"}
    assert ("PERM-VISIT-EDIT" not in judged.codes(f"hhax/{name}", HOP)) is may


def test_a_visit_clocked_in_two_systems_goes_on_once(judged: Records) -> None:
    assert judged.state("hhax/D1", "evv_to_coordination") == "moved"
    assert judged.codes("sandata/D2", HOP) == ["EVV-DUP"]


def test_another_service_or_a_cancelled_record_is_no_double(judged: Records) -> None:
    assert judged.state("hhax/D3", "evv_to_coordination") == "moved"
    assert judged.codes("hhax/D4", HOP) == ["EVV-CANCELLED"]


def test_what_has_no_end_is_nobodys_double(judged: Records) -> None:
    for name in ("open-1", "open-2"):
        assert judged.codes(f"hhax/{name}", HOP) == ["EVV-NO-OUT"]


def test_a_contract_may_give_more_time_to_send(judged: Records) -> None:
    assert judged.codes("hhax/after-48-hours", HOP) == []
    assert judged.codes("hhax/after-49-hours", HOP) == ["EVV-LATE-SUBMIT"]


def test_the_aggregator_is_asked_only_where_the_contract_needs_it(judged: Records) -> None:
    assert judged.codes("hhax/lax", HOP) == []


def test_what_moved_first_stays_and_the_double_that_comes_later_is_held(judged: Records) -> None:
    start = START + timedelta(days=3)
    second = timedelta(seconds=1)
    alike = [
        visit("E1", start),
        visit("E3", start + second, minutes=120, call_out_at=start + timedelta(hours=2)),
        visit("E4", start, call_out_at=start + timedelta(hours=2) + second),
        visit("E5", start, client_id="C2"),
        visit("E6", start, service_code="S5125"),
        visit("E7", start, caregiver_id="G2"),
    ]
    judged.put("evv_visit", *alike)
    judged.run(HOP)
    assert judged.state("hhax/E2", HOP) == "moved"
    assert judged.codes("hhax/E1", HOP) == ["EVV-DUP"]
    for name in ("E3", "E4", "E5", "E6", "E7"):
        assert judged.codes(f"hhax/{name}", HOP) == []


def test_a_record_is_not_its_own_double_nor_that_of_a_cancelled_one(judged: Records) -> None:
    start = START + timedelta(days=5)
    again = {"sequence_id": 2, "updated_by_role": "Coordinator"}
    judged.put("evv_visit", visit("E2", START + timedelta(days=3), **again))
    judged.put("evv_visit", visit("F1", start, action="cancel", **again), visit("F2", start))
    judged.run(HOP)
    assert judged.codes("hhax/E2", HOP) == []
    assert judged.codes("hhax/F1", HOP) == ["EVV-CANCELLED"]
    assert judged.codes("hhax/F2", HOP) == []


@pytest.mark.proves("S0-29", "S1-02")
def test_a_visit_shows_every_reason_and_stands_at_the_first(judged: Records) -> None:
    judged.put(
        "evv_visit",
        visit("many", client_id="C9", call_out_at=None, aggregator_status="Incomplete"),
    )
    judged.run(HOP)
    assert judged.codes("hhax/many", HOP) == ["EVV-UNKNOWN-CLIENT", "EVV-NO-OUT", "EVV-REFUSED"]
    entry = judged.entry("hhax/many", HOP)
    assert (entry.checkpoint, entry.next_checkpoint) == ("V02", "V03")
    assert entry.owner_role == "EVV coordinator"
