"""A caregiver whose visits are typed more often than the contract bears is shown, not held."""

from datetime import timedelta
from typing import Any

import pytest

from tests.bench_of_records import Records
from tests.sql.evv_to_coordination.good_visit import HOP, START, lay_ground, visit

DAY = timedelta(days=1)
TYPED = {
    "call_in_type": "Manual",
    "change_reason_code": "99",
    "change_attested": True,
    "updated_by_role": "Coordinator",
}


def days_of(name: str, many: int, typed: int, first: int = 0) -> list[dict[str, Any]]:
    """A caregiver's visits, one a day, the last of them typed."""
    own = {"caregiver_id": f"G-{name}", "payer_id": "P-counts"}
    return [
        visit(
            f"{name}-{number}",
            START - (many - number + first) * DAY,
            **own,
            **(TYPED if number > many - typed else {}),
        )
        for number in range(1, many + 1)
    ]


@pytest.fixture(scope="module")
def judged(module_records: Records) -> Records:
    bench = module_records
    lay_ground(bench)
    names = ("often", "seldom", "new", "long-ago", "later", "cancelled")
    bench.put("caregiver", *({"caregiver_id": f"G-{name}"} for name in names))
    cancelled = days_of("cancelled", 20, 4)
    for row in cancelled[-4:-1]:
        row["action"] = "cancel"
    bench.put(
        "evv_visit",
        *days_of("often", 19, 3),  # 15.8 %
        *days_of("seldom", 20, 3),  # 15 %
        *days_of("new", 9, 9),
        # 20 clocked visits before the window of 28 days, and 10 in it, of which 2 are typed
        *days_of("long-ago", 10, 2),
        *(
            {**row, "visit_id": f"{row['visit_id']}-before"}
            for row in days_of("long-ago", 20, 0, first=28)
        ),
        *cancelled,
        *days_of("later", 18, 2),
    )
    bench.run(HOP)
    return bench


@pytest.mark.parametrize(
    ("record", "is_often"),
    [
        ("often-19", True),
        ("often-18", False),  # 2 of 18 on that day
        ("often-1", False),
        ("seldom-20", False),
        ("new-9", False),
        ("long-ago-10", True),
        ("cancelled-20", False),
        ("later-18", False),
    ],
)
def test_a_share_of_typed_visits_over_the_contracts_limit_is_shown(
    judged: Records, record: str, is_often: bool
) -> None:
    assert judged.codes(f"hhax/{record}", HOP) == (["EVV-MANUAL-RATE"] if is_often else [])
    assert judged.state(f"hhax/{record}", HOP) == "moved"


def test_visits_that_moved_before_count(judged: Records) -> None:
    own = {"caregiver_id": "G-later", "payer_id": "P-counts"}
    judged.put("evv_visit", visit("later-19", START + DAY, **own, **TYPED))
    judged.run(HOP)
    assert judged.codes("hhax/later-19", HOP) == ["EVV-MANUAL-RATE"]
