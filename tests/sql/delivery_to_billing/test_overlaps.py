"""Nobody is in two places, and nobody is billed for it."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.bench_of_records import Records
from tests.sql.delivery_to_billing.good_delivery import (
    DAY,
    HOP,
    bill,
    caregiver,
    client,
    contract,
    lay_ground,
    local,
    visit,
)

pytestmark = pytest.mark.slow


def at(name: str, begin: tuple[int, int], end: tuple[int, int], **changes: Any) -> dict[str, Any]:
    start = local(DAY, *begin)
    minutes = int((local(DAY, *end) - start) / timedelta(minutes=1))
    return visit(name, start, minutes, **changes)


def caregivers_pair(name: str, second_begin: tuple[int, int], **changes: Any) -> list[Any]:
    """One caregiver: 9 to 11 with one client, then from ``second_begin`` to noon with another."""
    own = {"caregiver_id": f"G-{name}"}
    return [
        at(f"{name}-1", (9, 0), (11, 0), client_id=f"C-{name}-1", **own, **changes),
        at(f"{name}-2", second_begin, (12, 0), client_id=f"C-{name}-2", **own, **changes),
    ]


def clients_pair(name: str, second_begin: tuple[int, int], **second: Any) -> list[Any]:
    """One client: 9 to 11 by one caregiver, then from ``second_begin`` to noon by another."""
    changes = {"client_id": f"C-{name}", "caregiver_id": f"G-{name}-2", **second}
    return [
        at(f"{name}-1", (9, 0), (11, 0), client_id=f"C-{name}", caregiver_id=f"G-{name}-1"),
        at(f"{name}-2", second_begin, (12, 0), **changes),
    ]


@pytest.fixture(scope="module")
def billed(module_records: Records) -> Records:
    lay_ground(module_records)
    module_records.put("payer_contract", contract("S5125"))
    visits = [
        *caregivers_pair("meets", (10, 59)),
        *caregivers_pair("touches", (11, 0)),
        *caregivers_pair("group", (10, 0), group_code="G7"),
        *clients_pair("doubled", (10, 59)),
        *clients_pair("handed-over", (11, 0)),
        *clients_pair("two-services", (10, 0), service_code="S5125"),
        *clients_pair("twice", (9, 2), caregiver_id="G-twice-1"),
        # a night that runs into the next morning meets a morning visit
        visit(
            "night-1",
            local(DAY - timedelta(days=1), 22),
            600,
            client_id="C-night-1",
            caregiver_id="G-night",
        ),
        at("night-2", (7, 30), (8, 30), client_id="C-night-2", caregiver_id="G-night"),
    ]
    module_records.put(
        "client", *(client(one) for one in sorted({visit["client_id"] for visit in visits}))
    )
    module_records.put(
        "caregiver",
        *(caregiver(one) for one in sorted({visit["caregiver_id"] for visit in visits})),
    )
    bill(module_records, *visits)
    return module_records


@pytest.mark.parametrize(
    ("pair", "code"),
    [
        ("meets", "OVLP-CAREGIVER"),
        ("night", "OVLP-CAREGIVER"),
        ("doubled", "OVLP-CLIENT"),
        ("twice", "OVLP-SAME-VISIT"),
    ],
)
def test_both_visits_of_an_overlap_are_held(billed: Records, pair: str, code: str) -> None:
    assert billed.codes(f"hhax/{pair}-1", HOP) == [code]
    assert billed.codes(f"hhax/{pair}-2", HOP) == [code]


@pytest.mark.proves("S0-14")
@pytest.mark.parametrize("pair", ["touches", "group", "handed-over", "two-services"])
def test_what_only_touches_or_is_meant_goes_on(billed: Records, pair: str) -> None:
    assert billed.state(f"hhax/{pair}-1", HOP) == "moved"
    assert billed.state(f"hhax/{pair}-2", HOP) == "moved"


def two(records: Records) -> tuple[dict[str, Any], dict[str, Any]]:
    """An overlap of one caregiver with two clients."""
    lay_ground(records)
    records.put("client", client("C2"))
    records.put(
        "role_right", role="Coordinator", right_code="visit_edit", valid_from=date(2026, 1, 1)
    )
    return visit("old", local(DAY, 9), 120), visit("new", local(DAY, 10), 120, client_id="C2")


def test_a_newcomer_beside_a_visit_that_moved_is_held_alone(records: Records) -> None:
    old, new = two(records)
    bill(records, old)
    bill(records, new)
    assert records.state("hhax/old", HOP) == "moved"
    assert records.codes("hhax/new", HOP) == ["OVLP-CAREGIVER"]


def test_when_one_visit_is_cancelled_at_its_source_the_other_goes_on(records: Records) -> None:
    old, new = two(records)
    bill(records, old, new)
    assert records.state("hhax/old", HOP) == records.state("hhax/new", HOP) == "held"
    bill(records, {**new, "sequence_id": 2, "action": "cancel", "updated_by_role": "Coordinator"})
    assert records.state("hhax/new", HOP) == "cancelled"
    assert records.codes("hhax/old", HOP) == []
    assert records.state("hhax/old", HOP) == "moved"


def test_when_one_visit_is_corrected_both_go_on(records: Records) -> None:
    old, new = two(records)
    bill(records, old, new)
    later = local(DAY, 11)
    bill(
        records,
        {
            **new,
            "sequence_id": 2,
            "adjusted_in_at": later,
            "change_reason_code": "10",
            "change_attested": True,
            "updated_by_role": "Coordinator",
        },
    )
    assert records.state("hhax/old", HOP) == records.state("hhax/new", HOP) == "moved"
