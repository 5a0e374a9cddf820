"""Times and windows of many visits, against plain Python."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.bench_of_records import Records
from tests.sql.evv_to_coordination.good_visit import HOP, START, lay_ground, visit

ZONES = ("America/New_York", "America/Phoenix", "US/Central", "Australia/Lord_Howe", "UTC")
#: Both nights on which New York's clocks change, and Lord Howe's half hour.
NIGHTS = (date(2026, 3, 7), date(2026, 10, 31), date(2026, 4, 4))


def at_night(seed: int, many: int) -> list[dict[str, Any]]:
    """Visits around the changes of the clocks, each by a caregiver of its own."""
    rng = Random(seed)
    rows = []
    for number in range(many):
        night = datetime.combine(rng.choice(NIGHTS), datetime.min.time(), UTC)
        start = night + timedelta(seconds=rng.randrange(2 * 86_400))
        row = visit(
            f"N{number}",
            start,
            caregiver_id=f"G-{number}",
            payer_id="P-any",
            time_zone=rng.choice(ZONES),
        )
        row["call_out_at"] = start + timedelta(seconds=rng.randrange(60, 43_200))
        row["source_updated_at"] = row["call_out_at"]
        rows.append(row)
    return rows


def lay(records: Records, rows: list[dict[str, Any]]) -> None:
    lay_ground(records)
    records.put("caregiver", *({"caregiver_id": row["caregiver_id"]} for row in rows))
    records.put(
        "payer_contract",
        payer_id="P-any",
        payer_program="WAIVER",
        service_code="T1019",
        modifiers="-",
        valid_from=date(2026, 1, 1),
        is_billed=True,
        max_visit_minutes=1500,
        gps_limit_metres=400,
    )


def moved(records: Records, first: date = date.min, last: date = date.max) -> list[tuple[Any, ...]]:
    """What coordination knows of the visits of some days."""
    return [
        tuple(row)
        for row in records.all(
            "select record_id, sequence_id, client_id, caregiver_id, start_at, end_at, minutes,"
            " service_date from core.coordination_visit"
            " where service_date between :first and :last order by record_id",
            first=max(first, date(1, 1, 1)),
            last=last,
        )
    ]


@pytest.mark.proves("S0-14")
def test_minutes_are_those_that_passed_and_the_day_is_that_of_the_visits_zone(
    records: Records,
) -> None:
    rows = at_night(seed=1, many=120)
    lay(records, rows)
    records.put("evv_visit", *rows)
    records.run(HOP)
    wanted = {
        f"hhax/{row['visit_id']}": (
            int((row["call_out_at"] - row["call_in_at"]).total_seconds() // 60),
            row["call_in_at"].astimezone(ZoneInfo(row["time_zone"])).date(),
        )
        for row in rows
    }
    found = {row[0]: (row[6], row[7]) for row in moved(records)}
    assert found == wanted


@pytest.mark.proves("S0-13", "S0-14")
def test_a_narrow_window_gives_the_wide_one_filtered_and_late_arrivals_are_read(
    records: Records, module_records: Records
) -> None:
    rng = Random(2)
    rows = []
    for number in range(60):
        start = START - timedelta(minutes=rng.randrange(6 * 1440))
        row = visit(f"W{number}", start, caregiver_id=f"G-{number}", payer_id="P-any")
        rows.append(row)
        if rng.random() < 0.3:
            changed = {"client_id": "C2", "updated_by_role": "Coordinator"}
            rows.append({**row, "sequence_id": 2, **changed})
    first = [row for row in rows if row["sequence_id"] == 1]
    for bench in (records, module_records):
        lay(bench, first)
    module_records.put("evv_visit", *rows)
    module_records.run(HOP)

    days = sorted({row["call_in_at"].date() for row in rows})
    for day in days[-2:]:
        records.put("evv_visit", *(row for row in rows if row["call_in_at"].date() == day))
        records.run(HOP)
    zone = ZoneInfo("America/New_York")
    day = days[-1]
    narrow = [row for row in rows if row["call_in_at"].date() >= days[-2]]
    # the first hours of the first day in UTC are the evening before in New York
    assert moved(records, first=days[-1]) == moved(module_records, first=day)
    assert len(moved(records)) == len({row["visit_id"] for row in narrow})
    assert {row[7] for row in moved(records)} == {
        row["call_in_at"].astimezone(zone).date() for row in narrow
    }

    # the rest arrives late, old versions last, and in no order
    late = [row for row in rows if row not in narrow]
    for row in rng.sample(late, len(late)):
        records.put("evv_visit", row)
    records.run(HOP)
    assert moved(records) == moved(module_records)
