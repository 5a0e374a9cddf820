"""Units are drawn oldest first, and what does not fit waits without using anything up."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.bench_of_records import Records
from tests.sql.delivery_to_billing.good_delivery import (
    HOP,
    auth,
    bill,
    client,
    contract,
    lay_ground,
    lines,
    local,
    visit,
)

pytestmark = pytest.mark.slow

SATURDAY, SUNDAY, MONDAY = date(2026, 11, 7), date(2026, 11, 8), date(2026, 11, 9)
FOUR_HOURS = 240  # 16 units


@pytest.fixture
def ground(records: Records) -> Records:
    lay_ground(records)
    records.put("payer_contract", contract("AUTH1", needs_service_auth=True))
    return records


def of(visit_id: str, day: date, minutes: int = FOUR_HOURS, hour: int = 9, **changes: Any) -> Any:
    return visit(visit_id, local(day, hour), minutes, service_code="AUTH1", **changes)


def allow(records: Records, **changes: Any) -> None:
    records.put("service_auth", auth("A1", service_code="AUTH1", **changes))


def states(records: Records, *visit_ids: str) -> list[str | None]:
    return [records.state(f"hhax/{visit_id}", HOP) for visit_id in visit_ids]


def weekend(records: Records) -> None:
    bill(records, of("sat", SATURDAY), of("sun", SUNDAY), of("mon", MONDAY))


def test_a_week_that_starts_on_sunday_parts_saturday_from_sunday(ground: Records) -> None:
    allow(ground, cap_week=32, week_starts_on=0)
    weekend(ground)
    assert states(ground, "sat", "sun", "mon") == ["moved", "moved", "moved"]


def test_a_week_that_starts_on_monday_puts_saturday_and_sunday_together(ground: Records) -> None:
    allow(ground, cap_week=24, week_starts_on=1)
    weekend(ground)
    assert states(ground, "sat", "sun", "mon") == ["moved", "held", "moved"]
    assert ground.codes("hhax/sun", HOP) == ["AUTH-OVER-WEEK"]


def test_the_visit_that_reaches_the_cap_exactly_still_fits(ground: Records) -> None:
    allow(ground, cap_week=16, units_total=48)
    weekend(ground)
    assert states(ground, "sat", "sun", "mon") == ["moved", "moved", "held"]


def test_a_newer_version_with_a_lower_cap_takes_back_what_is_not_on_a_claim(
    ground: Records,
) -> None:
    allow(ground, cap_week=40)
    weekend(ground)
    assert states(ground, "sat", "sun", "mon") == ["moved", "moved", "moved"]
    allow(ground, cap_week=24, auth_version=2)
    outcome = ground.run(HOP)
    assert outcome.late_changes == 3
    assert states(ground, "sat", "sun", "mon") == ["moved", "moved", "held"]
    change = ground.one("select * from ledger.late_change where record_id = 'hhax/mon'")
    assert change is not None
    assert (change.relied_on, change.old_version, change.new_version, change.is_final) == (
        "authorization A1",
        1,
        2,
        False,
    )


def test_a_newer_version_is_looked_at_once_and_then_all_is_quiet(ground: Records) -> None:
    allow(ground, cap_week=40)
    weekend(ground)
    allow(ground, cap_week=40, auth_version=2)
    assert ground.run(HOP).late_changes == 3
    again = ground.run(HOP)
    assert (again.late_changes, again.taken, again.written) == (0, 0, {"billable_line": 0})


@pytest.mark.proves("S2-21")
def test_earlier_passes_count_and_the_total_is_never_overdrawn(ground: Records) -> None:
    allow(ground, units_total=40)
    bill(ground, of("first", MONDAY))
    bill(ground, of("second", MONDAY + timedelta(days=1)))
    bill(ground, of("third", MONDAY + timedelta(days=2)))
    assert states(ground, "first", "second", "third") == ["moved", "moved", "held"]
    assert ground.codes("hhax/third", HOP) == ["AUTH-OVER-TOTAL"]
    allow(ground, units_total=48, auth_version=2)
    ground.run(HOP)
    assert states(ground, "third") == ["moved"]


def test_the_oldest_visit_has_the_right_of_way_and_none_overtakes(ground: Records) -> None:
    allow(ground, units_total=20)
    bill(
        ground,
        of("small-last", MONDAY + timedelta(days=2), minutes=15),
        of("old", MONDAY),
        of("too-big", MONDAY + timedelta(days=1)),
    )
    assert states(ground, "old", "too-big", "small-last") == ["moved", "held", "held"]


def test_a_visit_over_its_week_uses_nothing_of_the_total(ground: Records) -> None:
    allow(ground, cap_week=16, units_total=32)
    tuesday, next_week = MONDAY + timedelta(days=1), MONDAY + timedelta(days=7)
    bill(ground, of("mon", MONDAY), of("tue", tuesday), of("next", next_week))
    assert states(ground, "mon", "tue", "next") == ["moved", "held", "moved"]
    assert ground.codes("hhax/tue", HOP) == ["AUTH-OVER-WEEK"]


def test_a_visit_held_for_something_else_draws_nothing(ground: Records) -> None:
    allow(ground, units_total=16)
    bill(ground, of("unplanned", MONDAY, schedule_id=None), of("later", MONDAY, hour=14))
    assert ground.codes("hhax/unplanned", HOP) == ["EVV-NO-SCHEDULE"]
    assert states(ground, "later") == ["moved"]


@pytest.mark.parametrize(
    ("limit", "code"),
    [({"units_total": 16}, "AUTH-OVER-TOTAL"), ({"cap_week": 16}, "AUTH-OVER-WEEK")],
)
def test_a_warning_does_not_keep_a_visit_from_drawing(
    ground: Records, limit: dict[str, int], code: str
) -> None:
    ground.put(
        "payer_contract",
        contract("WARN1", needs_service_auth=True, review_on=date(2026, 1, 1)),
    )
    ground.put("service_auth", auth("W1", service_code="WARN1", **limit))
    bill(
        ground,
        visit("one", local(MONDAY, 8), FOUR_HOURS, service_code="WARN1"),
        visit("two", local(MONDAY, 14), FOUR_HOURS, service_code="WARN1"),
    )
    assert ground.codes("hhax/one", HOP) == ["CONTRACT-REVIEW-DUE"]
    assert ground.codes("hhax/two", HOP) == ["CONTRACT-REVIEW-DUE", code]


def test_of_two_authorizations_the_one_that_ends_first_is_used(ground: Records) -> None:
    ground.put(
        "service_auth",
        auth("long", service_code="AUTH1", period_to=date(2027, 6, 30)),
        auth("short", service_code="AUTH1", period_to=date(2026, 11, 30)),
    )
    bill(ground, of("mon", MONDAY))
    line = ground.one("select auth_id, auth_version, auth_number from core.billable_line")
    assert line is not None
    assert tuple(line) == ("short", 1, "short")


def test_each_client_draws_on_an_authorization_of_their_own(ground: Records) -> None:
    ground.put("client", client("C2"))
    allow(ground, units_total=16)
    ground.put("service_auth", auth("B1", client_id="C2", service_code="AUTH1", units_total=16))
    bill(ground, of("c1", MONDAY), of("c2", MONDAY, hour=14, client_id="C2", caregiver_id="G2"))
    assert states(ground, "c1", "c2") == ["moved", "moved"]
    assert lines(ground, "c2") == [(MONDAY, FOUR_HOURS, 16)]
