"""A shift two payers fund is two visits: their minutes add up to it, and none is billed twice."""

from typing import Any

import pytest

from tests.bench_of_records import Records
from tests.sql.delivery_to_billing.good_delivery import (
    DAY,
    HOP,
    bill,
    client,
    contract,
    lay_ground,
    lines,
    local,
    visit,
)

PLUS = {"payer_program": "PLUS"}
#: Shift: what is funded by the waiver and by the other programme.
FUNDED = {
    "even": (60, 30),
    "short": (60, 30),
    "missing": (60, 30),
    "overlap": (60, 30),
    "other": (60, None),
}


@pytest.fixture(scope="module")
def billed(module_records: Records) -> Records:
    records = module_records
    lay_ground(records)
    records.put("payer_contract", contract(**PLUS))
    shares: list[dict[str, Any]] = []
    for shift, minutes in FUNDED.items():
        records.put("client", client(f"C-{shift}"))
        for payer_program, funded in zip(("WAIVER", "PLUS"), minutes, strict=True):
            if funded is not None:
                shares.append(
                    {
                        "schedule_id": f"S-{shift}",
                        "payer_id": "P1",
                        "payer_program": payer_program,
                        "minutes": funded,
                    }
                )
    records.put("funding_share", *shares)
    records.put("schedule", *(planned(shift) for shift in [*FUNDED, "alone"]))
    records.put("client", client("C-alone"))
    hours = dict(zip([*FUNDED, "alone"], range(6, 20, 2), strict=False))
    bill(
        records,
        part("even", hours, 0, 60),
        part("even", hours, 60, 30, **PLUS),
        part("short", hours, 0, 60),
        part("short", hours, 60, 29, **PLUS),
        part("missing", hours, 0, 60),
        part("overlap", hours, 0, 60),
        part("overlap", hours, 59, 30, **PLUS),
        part("other", hours, 0, 60),
        part("other", hours, 60, 30, **PLUS),
        part("alone", hours, 0, 60),
    )
    return records


def planned(shift: str) -> dict[str, Any]:
    return {
        "schedule_id": f"S-{shift}",
        "client_id": f"C-{shift}",
        "caregiver_id": "G1",
        "payer_id": "P1",
        "payer_program": "WAIVER",
        "service_code": "T1019",
        "start_at": local(DAY, 9),
        "end_at": local(DAY, 10),
    }


def part(shift: str, hours: dict[str, int], after: int, minutes: int, **changes: Any) -> Any:
    start = local(DAY, hours[shift] + after // 60, after % 60)
    return visit(
        f"{shift}-{after}",
        start,
        minutes,
        client_id=f"C-{shift}",
        schedule_id=f"S-{shift}",
        **changes,
    )


def is_split_wrongly(records: Records, visit_id: str) -> bool:
    return "SPLIT-PAYER" in records.codes(f"hhax/{visit_id}", HOP)


@pytest.mark.parametrize(
    "caught", ["short-0", "short-60", "missing-0", "overlap-0", "overlap-59", "other-60"]
)
def test_parts_that_are_not_what_each_payer_funds_are_held(billed: Records, caught: str) -> None:
    assert is_split_wrongly(billed, caught)


@pytest.mark.parametrize("left", ["even-0", "even-60", "alone-0"])
def test_parts_that_add_up_and_shifts_one_payer_funds_are_left(billed: Records, left: str) -> None:
    assert not is_split_wrongly(billed, left)


def test_each_programme_is_billed_its_minutes(billed: Records) -> None:
    assert lines(billed, "even-0") == [(DAY, 60, 4)]
    assert lines(billed, "even-60") == [(DAY, 30, 2)]
