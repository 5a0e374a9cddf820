"""Minutes that count together: a day's or a month's visits, oldest first, none billed twice.

The oracle is a meter that runs minute by minute and gives a unit to the visit that completes it.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.bench_of_records import Records
from tests.sql.delivery_to_billing.good_delivery import (
    HOP,
    bill,
    caregiver,
    client,
    contract,
    lay_ground,
    lines,
    local,
    visit,
)

pytestmark = pytest.mark.slow

DAY = date(2026, 11, 3)
RULES = {"FLOOR_15_ACCRUE": "ACC15", "FLOOR_60_ACCRUE": "ACC60", "DAILY_SUM_THEN_ROUND": "DAILY"}
RULES |= {"PER_DIEM": "DIEM", "FLOOR_15": "PLAIN"}

#: The coordinator sends a visit again.
CORRECTED = {
    "sequence_id": 2,
    "updated_by_role": "Coordinator",
    "change_reason_code": "99",
    "change_attested": True,
}

#: After how many minutes of a day or month a unit is complete.
COMPLETES: dict[str, Callable[[int], bool]] = {
    "FLOOR_15_ACCRUE": lambda minute: minute % 15 == 0,
    "FLOOR_60_ACCRUE": lambda minute: minute % 60 == 0,
    "DAILY_SUM_THEN_ROUND": lambda minute: minute % 15 == 8,
    "PER_DIEM": lambda minute: minute == 1,
}
_NUMBERS = count(1)
#: Nothing is made smaller on failure: each try is two passes.
QUICK = settings(
    max_examples=3,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def meter(rule: str, visits: Sequence[int]) -> list[int]:
    """Units of each visit, for minutes that are counted one by one."""
    minute, given_units = 0, []
    for minutes in visits:
        done = 0
        for _ in range(minutes):
            minute += 1
            done += COMPLETES[rule](minute)
        given_units.append(done)
    return given_units


@pytest.fixture(scope="module")
def shared(module_records: Records) -> Records:
    lay_ground(module_records)
    _agree(module_records)
    return module_records


@pytest.fixture
def ground(records: Records) -> Records:
    lay_ground(records)
    records.put(
        "role_right", role="Coordinator", right_code="visit_edit", valid_from=date(2026, 1, 1)
    )
    _agree(records)
    return records


def _agree(records: Records) -> None:
    records.put(
        "payer_contract",
        *(contract(code, unit_rule=rule) for rule, code in RULES.items()),
        contract("SHORT", unit_rule="PER_VISIT", per_visit_minimum_minutes=30),
        contract("FRACT", unit_rule="EXACT_DECIMAL"),
        contract("NEWER", unit_rule="FLOOR_15", unit_rule_version=2),
    )


def newcomer(records: Records) -> dict[str, Any]:
    """A client and a caregiver nobody else's minutes are counted with."""
    number = next(_NUMBERS)
    records.put("client", client(f"C-m{number}"))
    records.put("caregiver", caregiver(f"G-m{number}"))
    return {"client_id": f"C-m{number}", "caregiver_id": f"G-m{number}"}


def units_of(records: Records, visit_id: str) -> int:
    return sum(units for _, _, units in lines(records, visit_id))


@pytest.mark.parametrize("rule", COMPLETES)
@QUICK
@given(months=st.lists(st.lists(st.integers(1, 70), min_size=1, max_size=8), min_size=1))
def test_a_span_bills_what_a_meter_would_show(
    shared: Records, rule: str, months: list[list[int]]
) -> None:
    expected, visits = {}, []
    for minutes in months:
        who = newcomer(shared)
        one_day = rule in ("DAILY_SUM_THEN_ROUND", "PER_DIEM")
        for place, (length, units) in enumerate(
            zip(minutes, meter(rule, minutes), strict=True), start=1
        ):
            name = f"{who['client_id']}-{place}"
            start = local(DAY, 6 + 2 * place) if one_day else local(DAY + timedelta(place), 9)
            visits.append(visit(name, start, length, service_code=RULES[rule], **who))
            expected[name] = units
    bill(shared, *reversed(visits))
    assert {name: units_of(shared, name) for name in expected} == expected
    held = {
        name: shared.codes(f"hhax/{name}", HOP) for name, units in expected.items() if not units
    }
    assert held == {key: ["UNIT-ZERO"] for key in held}


@QUICK
@given(
    batches=st.lists(
        st.lists(st.tuples(st.integers(1, 25), st.integers(1, 50)), min_size=1, max_size=5),
        min_size=2,
        max_size=3,
    )
)
def test_in_whatever_order_visits_come_a_month_bills_its_minutes_once(
    shared: Records, batches: list[list[tuple[int, int]]]
) -> None:
    who = newcomer(shared)
    names, hours = [], dict.fromkeys(range(26), 0)
    for batch in batches:
        visits = []
        for offset, minutes in batch:
            hours[offset] += 1
            name = f"{who['client_id']}-{offset}-{hours[offset]}"
            start = local(date(2026, 10, 1) + timedelta(offset), 4 + hours[offset])
            visits.append(visit(name, start, minutes, service_code="ACC15", **who))
            names.append((name, minutes))
        bill(shared, *visits)
    shared.run(HOP)
    assert sum(units_of(shared, name) for name, _ in names) == sum(m for _, m in names) // 15


def test_another_caregiver_or_month_starts_again(ground: Records) -> None:
    bill(
        ground,
        visit("one", local(DAY, 9), 20, service_code="ACC15"),
        visit("other", local(DAY, 12), 25, service_code="ACC15", caregiver_id="G2"),
        visit("month", local(date(2026, 10, 30), 9), 25, service_code="ACC15"),
    )
    assert [units_of(ground, name) for name in ("one", "other", "month")] == [1, 1, 1]


def test_the_line_keeps_minutes_in_rule_version_and_units_out(ground: Records) -> None:
    bill(
        ground,
        visit("one", local(DAY, 9), 20, service_code="ACC15"),
        visit("two", local(DAY, 12), 25, service_code="ACC15"),
    )
    line = ground.one(
        "select minutes_before, units_before, minutes, unit_rule, unit_rule_version, units "
        "from core.billable_line where record_id = 'hhax/two'"
    )
    assert line is not None
    assert tuple(line) == (20, 1, 25, "FLOOR_15_ACCRUE", 1, 2)


def test_nobody_counts_on_the_minutes_of_a_visit_that_is_held(ground: Records) -> None:
    bill(
        ground,
        visit("held", local(DAY, 9), 25, service_code="ACC15", schedule_id=None),
        visit("next", local(DAY, 12), 25, service_code="ACC15"),
    )
    assert ground.codes("hhax/next", HOP) == ["UNIT-CARRY-WAITS"]
    assert ground.state("hhax/next", HOP) == "waiting"
    ground.run(HOP)
    assert lines(ground, "next") == [(DAY, 25, 1)]
    bill(ground, visit("held", local(DAY, 9), 25, service_code="ACC15", **CORRECTED))
    assert lines(ground, "held") == [(DAY, 25, 2)]


def test_visits_counted_after_one_that_changes_are_counted_again(ground: Records) -> None:
    bill(
        ground,
        visit("one", local(DAY, 9), 25, service_code="ACC15"),
        visit("two", local(DAY, 12), 20, service_code="ACC15"),
    )
    assert lines(ground, "two") == [(DAY, 20, 2)]
    bill(ground, visit("one", local(DAY, 9), 15, service_code="ACC15", **CORRECTED))
    assert lines(ground, "one") == [(DAY, 15, 1)]
    assert lines(ground, "two") == [(DAY, 20, 1)]
    change = ground.one("select * from ledger.late_change where record_id = 'hhax/two'")
    assert change is not None
    assert change.relied_on == "minutes hhax/one"


def test_a_rule_that_counts_by_the_line_carries_nothing(ground: Records) -> None:
    bill(
        ground,
        visit("one", local(DAY, 9), 29, service_code="PLAIN"),
        visit("two", local(DAY, 12), 29, service_code="PLAIN"),
    )
    assert [units_of(ground, name) for name in ("one", "two")] == [1, 1]


def test_a_visit_below_the_payers_shortest_earns_no_unit(ground: Records) -> None:
    bill(
        ground,
        visit("short", local(DAY, 9), 29, service_code="SHORT"),
        visit("enough", local(DAY, 12), 30, service_code="SHORT"),
    )
    assert ground.codes("hhax/short", HOP) == ["UNIT-ZERO"]
    assert lines(ground, "enough") == [(DAY, 30, 1)]


def test_a_fraction_of_a_unit_is_billed_where_the_payer_takes_it(ground: Records) -> None:
    bill(ground, visit("one", local(DAY, 9), 50, service_code="FRACT"))
    line = ground.one("select units, charge_cents from core.billable_line")
    assert line is not None
    assert (str(line.units), line.charge_cents) == ("3.33", 1415)


def test_a_wording_nobody_knows_holds_its_visits_and_no_others(ground: Records) -> None:
    bill(
        ground,
        visit("newer", local(DAY, 9), 60, service_code="NEWER"),
        visit("plain", local(DAY, 12), 60, service_code="PLAIN"),
    )
    assert ground.codes("hhax/newer", HOP) == ["UNIT-RULE"]
    assert ground.state("hhax/plain", HOP) == "moved"
