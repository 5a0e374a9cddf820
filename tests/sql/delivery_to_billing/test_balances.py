"""Every cap of an authorization at once, oldest first, against a plain Python book."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.bench_of_records import Records
from tests.sql.delivery_to_billing.good_delivery import (
    HOP,
    auth,
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

FIRST = date(2026, 9, 25)
MONDAY = date(2026, 11, 9)
DAYS = {
    "month": local(date(2026, 10, 31), 9),
    "morning": local(MONDAY, 9),
    "evening": local(MONDAY, 17),
    "next": local(MONDAY + timedelta(days=1), 9),
}
_NUMBERS = count(1)
CAPS = ("day", "week", "month", "total")


@dataclass
class Book:
    """What each cap has left, kept by hand."""

    caps: dict[str, int | None]
    starts_on: int
    may_part: bool
    taken: dict[tuple[str, date], int] = field(default_factory=dict)

    def period(self, cap: str, day: date) -> tuple[str, date]:
        weekday = (day.weekday() + 1) % 7  # Python's Monday is 0; authorizations count from Sunday
        first = {
            "day": day,
            "week": day - timedelta(days=(weekday - self.starts_on) % 7),
            "month": day.replace(day=1),
            "total": FIRST,
        }
        return cap, first[cap]

    def take(self, day: date, units: int) -> tuple[int, set[str]]:
        """Units that may be billed, and the caps that had too little room for all."""
        room = {
            cap: most - self.taken.get(self.period(cap, day), 0)
            for cap, most in self.caps.items()
            if most is not None
        }
        short = {cap for cap, left in room.items() if left < units}
        least = max(0, min(room.values(), default=units))
        given_units = units if not short else least if self.may_part else 0
        for cap in room:
            key = self.period(cap, day)
            taken = units if cap in short else given_units
            self.taken[key] = self.taken.get(key, 0) + taken
        return given_units, short


@pytest.fixture(scope="module")
def shared(module_records: Records) -> Records:
    lay_ground(module_records)
    _agree(module_records)
    return module_records


@pytest.fixture
def ground(records: Records) -> Records:
    lay_ground(records)
    _agree(records)
    return records


def _agree(records: Records) -> None:
    records.put(
        "payer_contract",
        contract("WHOLE", needs_service_auth=True),
        contract("PARTS", needs_service_auth=True, partial_units_pass=True),
        contract("PLANS", needs_service_auth=True, allocation="scheduled"),
        contract("MONDY", needs_service_auth=True, week_starts_on=1),
    )


caps = st.fixed_dictionaries(
    {
        "day": st.none() | st.integers(2, 12),
        "week": st.none() | st.integers(6, 30),
        "month": st.none() | st.integers(10, 60),
        "total": st.integers(20, 150),
    }
)
calendars = st.lists(
    st.tuples(st.integers(0, 50), st.integers(1, 8)), min_size=1, max_size=25, unique_by=lambda v: v
)


def _asked(
    number: int, plan: list[tuple[int, int]], service: str
) -> Iterator[tuple[date, int, dict[str, Any]]]:
    who = {"client_id": f"C-b{number}", "caregiver_id": f"G-b{number}", "service_code": service}
    hours: dict[int, int] = {}
    for offset, units in sorted(plan):
        hours[offset] = hours.get(offset, 5) + 2
        day = FIRST + timedelta(days=offset)
        name = f"b{number}-{offset}-{hours[offset]}"
        yield day, units, visit(name, local(day, hours[offset]), 15 * units, **who)


@settings(
    max_examples=4,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    clients=st.lists(
        st.tuples(caps, st.integers(0, 6), st.booleans(), calendars), min_size=3, max_size=12
    )
)
def test_what_is_billed_and_why_not_agrees_with_a_book_kept_by_hand(
    shared: Records,
    clients: list[tuple[dict[str, int | None], int, bool, list[tuple[int, int]]]],
) -> None:
    expected, visits = {}, []
    for limits, starts_on, may_part, plan in clients:
        number = next(_NUMBERS)
        shared.put("client", client(f"C-b{number}"))
        shared.put("caregiver", caregiver(f"G-b{number}"))
        service = "PARTS" if may_part else "WHOLE"
        shared.put(
            "service_auth",
            auth(
                f"A-b{number}",
                client_id=f"C-b{number}",
                service_code=service,
                units_total=limits["total"],
                week_starts_on=starts_on,
                **{f"cap_{cap}": limits[cap] for cap in CAPS[:3]},
            ),
        )
        book = Book(limits, starts_on, may_part)
        for day, units, row in _asked(number, plan, service):
            billed, short = book.take(day, units)
            codes = {f"AUTH-OVER-{cap.upper()}" for cap in short}
            codes = {"AUTH-PARTIAL"} if billed and short else codes
            expected[row["visit_id"]] = (billed, sorted(codes))
            visits.append(row)
    bill(shared, *reversed(visits))
    found = {
        name: (sum(units for *_, units in lines(shared, name)), shared.codes(f"hhax/{name}", HOP))
        for name in expected
    }
    assert found == expected


def test_a_day_full_leaves_the_next_day(ground: Records) -> None:
    ground.put("service_auth", auth("A1", service_code="WHOLE", cap_day=16))
    bill(ground, *(visit(name, at, 240, service_code="WHOLE") for name, at in DAYS.items()))
    codes = {name: ground.codes(f"hhax/{name}", HOP) for name in DAYS}
    assert codes == {"morning": [], "evening": ["AUTH-OVER-DAY"], "next": [], "month": []}


def test_a_month_full_leaves_the_next_month(ground: Records) -> None:
    ground.put("service_auth", auth("A1", service_code="WHOLE", cap_month=32))
    bill(ground, *(visit(name, at, 240, service_code="WHOLE") for name, at in DAYS.items()))
    codes = {name: ground.codes(f"hhax/{name}", HOP) for name in DAYS}
    assert codes == {"morning": [], "evening": [], "next": ["AUTH-OVER-MONTH"], "month": []}


@pytest.mark.parametrize("cap", ["cap_day", "cap_week", "cap_month", "units_total"])
def test_a_small_visit_does_not_overtake_one_that_found_no_room(ground: Records, cap: str) -> None:
    ground.put("service_auth", auth("A1", service_code="WHOLE", **{cap: 10}))
    bill(
        ground,
        visit("fits", local(MONDAY, 6), 120, service_code="WHOLE"),
        visit("too-big", local(MONDAY, 10), 60, service_code="WHOLE"),
        visit("small", local(MONDAY, 14), 30, service_code="WHOLE"),
    )
    states = [ground.state(f"hhax/{name}", HOP) for name in ("fits", "too-big", "small")]
    assert states == ["moved", "held", "held"]


def test_what_is_over_stays_with_the_line_and_is_billed_when_room_is_made(ground: Records) -> None:
    ground.put("service_auth", auth("A1", service_code="PARTS", units_total=10))
    bill(ground, visit("one", local(MONDAY, 9), 240, service_code="PARTS"))
    asked = "select units, units_over, drawn_units, charge_cents from core.billable_line"
    line = ground.one(asked)
    assert line is not None
    assert tuple(line) == (10, 6, 10, 4250)
    assert ground.state("hhax/one", HOP) == "moved"
    ground.put("service_auth", auth("A1", service_code="PARTS", units_total=20, auth_version=2))
    ground.run(HOP)
    line = ground.one(asked)
    assert line is not None
    assert tuple(line) == (16, 0, 16, 6800)


def test_a_payer_that_counts_planned_time_takes_the_whole_shift(ground: Records) -> None:
    ground.put("service_auth", auth("A1", service_code="PLANS", units_total=6))
    hour = {"start_at": local(MONDAY, 9), "end_at": local(MONDAY, 10)}
    ground.put("schedule", schedule_id="S-hour", client_id="C1", service_code="PLANS", **hour)
    bill(
        ground,
        visit("short", local(MONDAY, 9), 30, service_code="PLANS", schedule_id="S-hour"),
        visit("next", local(MONDAY, 12), 60, service_code="PLANS"),
    )
    assert lines(ground, "short") == [(MONDAY, 30, 2)]
    assert ground.codes("hhax/next", HOP) == ["AUTH-OVER-TOTAL"]


def test_an_authorization_that_says_no_week_has_the_contracts(ground: Records) -> None:
    ground.put("service_auth", auth("A1", service_code="MONDY", cap_week=24, week_starts_on=None))
    bill(
        ground,
        *(
            visit(f"v{day}", local(MONDAY + timedelta(days=day), 9), 240, service_code="MONDY")
            for day in (-2, -1, 0)
        ),
    )
    assert [ground.state(f"hhax/v{day}", HOP) for day in (-2, -1, 0)] == ["moved", "held", "moved"]
