"""Where the client and the caregiver were: stays, live-in care, and the way between visits."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.bench_of_records import Records
from tests.sql.evv_to_coordination.good_visit import HOP, START, lay_ground, visit

DAY = date(2026, 11, 10)
ONE = timedelta(days=1)
MINUTE = timedelta(minutes=1)
STAYS: dict[str, tuple[bool, dict[str, Any]]] = {
    "inside": (True, {"admitted_on": DAY - ONE, "discharged_on": DAY + ONE}),
    "still-there": (True, {"admitted_on": DAY - ONE, "discharged_on": None}),
    "admitted-today": (False, {"admitted_on": DAY, "discharged_on": DAY + ONE}),
    "discharged-today": (False, {"admitted_on": DAY - ONE, "discharged_on": DAY}),
    "told-by-mistake": (
        False,
        {"admitted_on": DAY - ONE, "discharged_on": DAY + ONE, "is_void": True},
    ),
}
OPEN = {"lives_in_from": DAY}
LIVE_INS: dict[str, tuple[bool, str, dict[str, Any]]] = {
    "never-proven": (True, "P-live-in", OPEN),
    "proven-a-year-ago": (True, "P-live-in", {**OPEN, "attested_on": date(2025, 11, 10)}),
    "proven-later": (True, "P-live-in", {**OPEN, "attested_on": DAY + ONE}),
    "payer-takes-none": (True, "P1", {**OPEN, "attested_on": DAY}),
    "proven-a-year-ago-tomorrow": (
        False,
        "P-live-in",
        {**OPEN, "attested_on": date(2025, 11, 11)},
    ),
    "proven-today": (False, "P-live-in", {**OPEN, "attested_on": DAY}),
    "moved-out-yesterday": (
        False,
        "P1",
        {"lives_in_from": date(2026, 1, 1), "lives_in_to": DAY - ONE},
    ),
    "moves-in-tomorrow": (False, "P1", {"lives_in_from": DAY + ONE}),
}
# minutes between two visits 20 km apart, at 90 mph and after 400 m: 8 minutes and 7 seconds
TRIPS = {"too-fast": (8, True), "fast": (9, False), "at-once": (0, True)}
FAR = {"location_type": "community", "call_in_latitude": 39.96 + 0.18}


def trip(name: str, gap: int, **second: Any) -> list[dict[str, Any]]:
    """Two visits of a caregiver with a gap of minutes between them, 20 km apart."""
    own = {"caregiver_id": f"G-{name}", "call_out_latitude": 39.96, "call_out_longitude": -82.99}
    begin = START + timedelta(hours=2) + gap * MINUTE
    away = {"client_id": "C2", "call_in_longitude": -82.99, **FAR, **own, **second}
    return [visit(f"{name}-1", **own), visit(f"{name}-2", begin, **away)]


@pytest.fixture(scope="module")
def judged(module_records: Records) -> Records:
    bench = module_records
    lay_ground(bench)
    bench.put(
        "payer_contract",
        payer_id="P-live-in",
        payer_program="WAIVER",
        service_code="T1019",
        modifiers="-",
        valid_from=date(2026, 1, 1),
        is_billed=True,
        max_visit_minutes=720,
        gps_limit_metres=400,
        live_in_allowed=True,
    )
    names = [*STAYS, *LIVE_INS]
    bench.put("client", *({"client_id": f"C-{name}", "medicaid_id": "1"} for name in names))
    away = ("elsewhere", "by-landline", "late-news")
    bench.put("caregiver", *({"caregiver_id": f"G-{name}"} for name in (*names, *TRIPS, *away)))
    bench.put(
        "inpatient_stay",
        *(
            {"stay_id": name, "client_id": f"C-{name}", "is_void": False, **stay}
            for name, (_, stay) in STAYS.items()
        ),
    )
    bench.put(
        "live_in",
        *(
            {"caregiver_id": f"G-{name}", "client_id": f"C-{name}", **row}
            for name, (_, _, row) in LIVE_INS.items()
        ),
    )
    payers = {name: payer for name, (_, payer, _) in LIVE_INS.items()}
    bench.put(
        "evv_visit",
        *(
            visit(
                name,
                client_id=f"C-{name}",
                caregiver_id=f"G-{name}",
                payer_id=payers.get(name, "P1"),
            )
            for name in names
        ),
        visit("another-client", caregiver_id="G-never-proven"),
        *(one for name, (gap, _) in TRIPS.items() for one in trip(name, gap)),
        *trip("by-landline", 0, call_in_latitude=None, call_in_longitude=None),
        *trip("late-news", 1)[:1],
    )
    bench.run(HOP)
    return bench


@pytest.mark.parametrize("name", STAYS)
def test_nobody_is_cared_for_at_home_between_admission_and_discharge(
    judged: Records, name: str
) -> None:
    assert ("OVLP-INPATIENT" in judged.codes(f"hhax/{name}", HOP)) is STAYS[name][0]


@pytest.mark.parametrize("name", LIVE_INS)
def test_live_in_care_needs_this_years_proof_and_a_payer_who_takes_it(
    judged: Records, name: str
) -> None:
    wanted = ["LIVEIN-ATTEST"] if LIVE_INS[name][0] else []
    assert judged.codes(f"hhax/{name}", HOP) == wanted


def test_who_lives_in_with_one_client_visits_another_as_anybody(judged: Records) -> None:
    assert judged.codes("hhax/another-client", HOP) == []


@pytest.mark.parametrize("name", TRIPS)
def test_a_trip_nobody_can_make_is_shown_on_both_visits(judged: Records, name: str) -> None:
    for number in (1, 2):
        found = judged.codes(f"hhax/{name}-{number}", HOP)
        assert found == (["OVLP-TRAVEL"] if TRIPS[name][1] else [])
        assert judged.state(f"hhax/{name}-{number}", HOP) == "moved"


def test_without_two_places_there_is_no_trip(judged: Records) -> None:
    assert judged.codes("hhax/by-landline-2", HOP) == []


def test_a_trip_is_seen_from_a_visit_that_moved_before(judged: Records) -> None:
    judged.put("evv_visit", trip("late-news", 1)[1])
    judged.run(HOP)
    assert judged.codes("hhax/late-news-2", HOP) == ["OVLP-TRAVEL"]
