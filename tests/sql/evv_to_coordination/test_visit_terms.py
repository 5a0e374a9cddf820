"""Whose terms a visit is held against, and what is measured at all: one pass over near misses."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.bench_of_records import Records
from tests.sql.evv_to_coordination.good_visit import HOP, START, lay_ground, visit

DAY = timedelta(days=1)
HOURS_2 = START + timedelta(hours=2)
AWAY = {"payer_id": "P1", "call_in_latitude": 39.97}
TYPED = {"change_reason_code": "99", "change_attested": True, "updated_by_role": "Coordinator"}

# programme, service, modifiers, from, to, longest visit
CONTRACTS = [
    ("WAIVER", "T1019", "-", date(2026, 1, 1), date(2026, 11, 9), 60),
    ("WAIVER", "T1019", "-", date(2026, 11, 10), None, 720),
    ("WAIVER", "T1019", "-", date(2026, 11, 13), None, 60),
    ("WAIVER", "T1019", "U1;TT", date(2026, 1, 1), None, 60),
    ("OTHER", "T1019", "-", date(2026, 1, 1), None, 60),
    ("WAIVER", "S5125", "-", date(2026, 1, 1), None, 60),
    ("WAIVER", "T2025", "-", date(2026, 1, 1), date(2026, 11, 9), 60),
]

# two hours under these terms: the code that must be said, or None
VISITS: dict[str, tuple[str | None, dict[str, Any]]] = {
    "first-day-of-the-terms": (None, {}),
    "last-day-of-the-old-terms": ("EVV-TOO-LONG", {"start": START - DAY}),
    "two-terms-and-the-newer-rules": ("EVV-TOO-LONG", {"start": START + 3 * DAY}),
    "modifiers-in-claim-order": ("EVV-TOO-LONG", {"modifier1": "U1", "modifier2": "TT"}),
    "modifiers-in-another-order": (None, {"modifier1": "TT", "modifier2": "U1"}),
    "another-programme": ("EVV-TOO-LONG", {"payer_program": "OTHER"}),
    "another-service": ("EVV-TOO-LONG", {"service_code": "S5125"}),
    "no-terms-for-the-service": (None, {"service_code": "T1020"}),
    "terms-that-have-ended": (None, {"service_code": "T2025"}),
    "terms-on-their-last-day": (
        "EVV-TOO-LONG",
        {"service_code": "T2025", "start": START - DAY},
    ),
    "a-programme-nobody-agreed-on": ("MAP-PAYER", {"payer_program": "NONE"}),
    "away-by-phone-app": ("EVV-GPS", AWAY),
    "away-by-landline": (
        None,
        {**AWAY, "call_in_type": "Telephony", "call_in_phone": "6145550101"},
    ),
    "by-a-landline-nobody-names": ("EVV-PHONE-UNLINKED", {"call_in_type": "Telephony"}),
    "by-any-telephone-in-the-community": (
        None,
        {"call_in_type": "Telephony", "location_type": "community"},
    ),
    "away-in-the-community": (None, {**AWAY, "location_type": "community"}),
    "nobody-knows-where": ("EVV-GPS", {**AWAY, "call_in_latitude": None}),
    "typed-as-clocked": (None, {"adjusted_in_at": START, "adjusted_out_at": HOURS_2, **TYPED}),
    "typed-to-a-later-end": (
        "EVV-BILLTIME-WIDENED",
        {"adjusted_out_at": HOURS_2 + timedelta(seconds=1), **TYPED},
    ),
}


@pytest.fixture(scope="module")
def judged(module_records: Records) -> Records:
    bench = module_records
    lay_ground(bench)
    names = ("payer_program", "service_code", "modifiers", "valid_from", "valid_to")
    bench.put(
        "payer_contract",
        *(
            {
                "payer_id": "P-mixed",
                **dict(zip(names, terms, strict=True)),
                "max_visit_minutes": longest,
                "needs_verified_visit": False,
                "gps_limit_metres": 400,
            }
            for *terms, longest in CONTRACTS
        ),
    )
    # a caregiver each: nobody's double
    bench.put("caregiver", *({"caregiver_id": f"G-{name}"} for name in VISITS))
    bench.put(
        "evv_visit",
        *(
            visit(name, **{"payer_id": "P-mixed", "caregiver_id": f"G-{name}", **changes})
            for name, (_, changes) in VISITS.items()
        ),
    )
    bench.run(HOP)
    return bench


@pytest.mark.proves("S0-33")
@pytest.mark.parametrize("name", VISITS)
def test_a_visit_is_held_against_its_own_terms_and_measured_only_where_it_counts(
    judged: Records, name: str
) -> None:
    wanted = VISITS[name][0]
    assert judged.codes(f"hhax/{name}", HOP) == ([] if wanted is None else [wanted])
