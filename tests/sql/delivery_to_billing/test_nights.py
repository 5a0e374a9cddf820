"""A night, the night the clock changes, the year's last night, and a price per day."""

from datetime import date, timedelta
from typing import Any

import pytest

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

SPRING = date(2026, 3, 7)  # the clock jumps ahead in the night to the 8th
AUTUMN = date(2026, 10, 31)  # and falls back in the night to the 1st
NEW_YEARS_EVE = date(2025, 12, 31)
DAY = date(2026, 11, 10)


def night(name: str, evening: date, **changes: Any) -> dict[str, Any]:
    """From 22:00 to 06:00 by the wall clock."""
    start, end = local(evening, 22), local(evening + timedelta(days=1), 6)
    return visit(name, start, int((end - start) / timedelta(minutes=1)), **changes)


@pytest.fixture(scope="module")
def billed(module_records: Records) -> Records:
    records = module_records
    lay_ground(records)
    long = {"filing_limit_days": 700}
    records.put(
        "payer_contract",
        contract("WHOLE", **long),
        contract("SPLIT", splits_at_midnight=True, **long),
        contract("YEAR1", splits_at_midnight=True, valid_to=NEW_YEARS_EVE, **long),
        contract(
            "YEAR1",
            payer_id="P2",
            splits_at_midnight=True,
            valid_from=date(2026, 1, 1),
            **long,
        ),
        contract("RATE1", splits_at_midnight=True, rate_cents=400, **long),
        contract(
            "RATE1", splits_at_midnight=True, rate_cents=500, valid_from=date(2026, 1, 1), **long
        ),
        contract("STAY1", unit_rule="PER_VISIT", splits_at_midnight=True, **long),
        contract("DIEM1", unit_rule="PER_DIEM", **long),
        contract("DIEM2", unit_rule="PER_DIEM", splits_at_midnight=True, **long),
        contract("RENEW", splits_at_midnight=True, needs_service_auth=True, **long),
    )
    records.put(
        "service_auth",
        auth("old", service_code="RENEW", period_to=DAY),
        auth("new", service_code="RENEW", period_from=DAY + timedelta(days=1)),
    )
    p2 = {"client_id": "C-P2", "payer_id": "P2"}
    records.put("client", client("C-P2", payer_id="P2"), client("C-day"), client("C-diem"))
    records.put("caregiver", caregiver("G3"), caregiver("G4"))
    bill(
        records,
        night("spring-whole", SPRING, service_code="WHOLE"),
        night("spring-split", SPRING - timedelta(days=7), service_code="SPLIT"),
        night("autumn-split", AUTUMN, service_code="SPLIT"),
        visit("to-midnight", local(DAY, 22), 120, service_code="SPLIT"),
        visit("two-nights", local(DAY - timedelta(days=3), 23, 30), 1500, service_code="SPLIT"),
        visit("crumbs", local(DAY - timedelta(days=5), 23, 55), 65, service_code="SPLIT"),
        night("renewal", DAY, service_code="RENEW", caregiver_id="G2", client_id="C1"),
        night("rates", NEW_YEARS_EVE, service_code="RATE1"),
        night("a-ends", NEW_YEARS_EVE - timedelta(days=1), service_code="YEAR1"),
        night("a-over", NEW_YEARS_EVE, service_code="YEAR1", caregiver_id="G2", client_id="C-day"),
        night("b-early", NEW_YEARS_EVE, service_code="YEAR1", caregiver_id="G3", **p2),
        visit("b-first", local(date(2026, 1, 1), 9), service_code="YEAR1", **p2),
        night("stay", DAY - timedelta(days=20), service_code="STAY1"),
        visit("diem-1", local(DAY, 8), service_code="DIEM1", client_id="C-diem"),
        visit("diem-2", local(DAY, 16), service_code="DIEM1", client_id="C-diem"),
        night("diem-night", DAY - timedelta(days=9), service_code="DIEM2", client_id="C-diem"),
    )
    return records


def test_a_night_is_as_long_as_it_was_when_the_clock_jumps_ahead(billed: Records) -> None:
    assert lines(billed, "spring-whole") == [(SPRING, 420, 28)]


def test_a_split_night_has_a_line_for_each_date(billed: Records) -> None:
    evening = SPRING - timedelta(days=7)
    assert lines(billed, "spring-split") == [
        (evening, 120, 8),
        (evening + timedelta(days=1), 360, 24),
    ]


def test_the_hour_that_comes_twice_is_billed_on_the_date_it_was_worked(billed: Records) -> None:
    assert lines(billed, "autumn-split") == [(AUTUMN, 120, 8), (date(2026, 11, 1), 420, 28)]


def test_a_visit_that_ends_at_midnight_does_not_touch_the_next_day(billed: Records) -> None:
    assert lines(billed, "to-midnight") == [(DAY, 120, 8)]


def test_twenty_five_hours_may_touch_three_dates(billed: Records) -> None:
    first = DAY - timedelta(days=3)
    assert lines(billed, "two-nights") == [
        (first, 30, 2),
        (first + timedelta(days=1), 1440, 96),
        (first + timedelta(days=2), 30, 2),
    ]


def test_a_part_without_a_unit_is_no_line(billed: Records) -> None:
    assert lines(billed, "crumbs") == [(DAY - timedelta(days=4), 60, 4)]


def test_each_date_of_a_night_draws_on_the_authorization_of_that_date(billed: Records) -> None:
    rows = billed.all(
        "select auth_id from core.billable_line where record_id = 'hhax/renewal' order by line_no"
    )
    assert [row.auth_id for row in rows] == ["old", "new"]


def test_each_date_of_a_night_has_the_rate_of_that_date(billed: Records) -> None:
    rows = billed.all(
        "select rate_cents, charge_cents from core.billable_line where record_id = 'hhax/rates' "
        "order by line_no"
    )
    assert [tuple(row) for row in rows] == [(400, 3200), (500, 12000)]


def test_a_payer_pays_to_its_last_day_and_the_next_from_its_first(billed: Records) -> None:
    # the night of the 30th touches the 31st, the contract's last day; that of the 31st goes beyond
    assert len(lines(billed, "a-ends")) == 2
    assert billed.codes("hhax/a-over", HOP) == ["MAP-SERVICE"]
    assert lines(billed, "a-over") == []
    assert billed.codes("hhax/b-early") == ["MAP-PAYER"]
    assert len(lines(billed, "b-first")) == 1


def test_a_price_per_visit_is_not_split(billed: Records) -> None:
    assert lines(billed, "stay") == [(DAY - timedelta(days=20), 480, 1)]


def test_a_price_per_day_is_paid_once_a_day_to_the_first_visit(billed: Records) -> None:
    assert lines(billed, "diem-1") == [(DAY, 60, 1)]
    assert billed.codes("hhax/diem-2", HOP) == ["UNIT-ZERO"]


def test_a_night_at_a_price_per_day_is_two_days(billed: Records) -> None:
    evening = DAY - timedelta(days=9)
    assert lines(billed, "diem-night") == [
        (evening, 120, 1),
        (evening + timedelta(days=1), 360, 1),
    ]


def test_a_day_that_is_billed_already_is_not_billed_to_an_earlier_visit(billed: Records) -> None:
    bill(billed, visit("diem-0", local(DAY, 5), service_code="DIEM1", client_id="C-diem"))
    assert billed.codes("hhax/diem-0", HOP) == ["UNIT-ZERO"]
