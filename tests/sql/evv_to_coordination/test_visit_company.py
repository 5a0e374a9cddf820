"""What a visit looks like beside others: one call too many, and too many clients at once."""

from datetime import timedelta
from typing import Any

import pytest

from tests.bench_of_records import Records
from tests.sql.evv_to_coordination.good_visit import HOP, START, lay_ground, visit

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NO_OUT: dict[str, Any] = {"call_out_at": None}


def group(code: str, many: int, start: Any = START, **changes: Any) -> list[dict[str, Any]]:
    """Visits of one caregiver with so many clients at once, under one group code."""
    return [
        visit(
            f"{code}-{number}",
            start + timedelta(minutes=number),
            client_id=f"C-{number}",
            **{"caregiver_id": f"G-{code}", "group_code": code, **changes},
        )
        for number in range(1, many + 1)
    ]


@pytest.fixture(scope="module")
def judged(module_records: Records) -> Records:
    bench = module_records
    lay_ground(bench)
    bench.put(
        "client", *({"client_id": f"C-{number}", "medicaid_id": "1"} for number in range(1, 6))
    )
    names = ("four", "three", "turns", "codes", "grows", "cancel")
    bench.put("caregiver", *({"caregiver_id": f"G-{name}"} for name in names))
    four = group("cancel", 4)
    four[3] |= {"action": "cancel"}
    turns = group("turns", 2) + group("turns", 4, START + 3 * HOUR)[2:]
    codes = group("codes", 4)
    codes[3] |= {"group_code": "other"}
    bench.put(
        "evv_visit",
        visit("whole"),
        visit("inside", START + HOUR, **NO_OUT),
        visit("at-its-end", START + 2 * HOUR, **NO_OUT),
        visit("after", START + 2 * HOUR + timedelta(seconds=1), **NO_OUT),
        visit("out-only", START, call_in_at=None, call_out_at=START + HOUR),
        visit("with-another-client", START + HOUR, client_id="C2", **NO_OUT),
        visit("by-another", START + HOUR, caregiver_id="G2", **NO_OUT),
        visit("withdrawn", START + DAY, action="cancel"),
        visit("in-the-withdrawn", START + DAY + HOUR, **NO_OUT),
        visit("whole-too", START + HOUR, minutes=30),
        *group("four", 4),
        *group("three", 3),
        *four,
        *turns,
        *codes,
        *group("grows", 3),
    )
    bench.run(HOP)
    return bench


@pytest.mark.parametrize("name", ["inside", "at-its-end", "out-only"])
def test_a_single_call_within_a_whole_visit_is_one_too_many(judged: Records, name: str) -> None:
    assert "EVV-EXTRANEOUS" in judged.codes(f"hhax/{name}", HOP)


@pytest.mark.parametrize(
    "name",
    ["whole", "after", "with-another-client", "by-another", "in-the-withdrawn", "whole-too"],
)
def test_a_single_call_of_others_or_at_another_time_is_not(judged: Records, name: str) -> None:
    assert "EVV-EXTRANEOUS" not in judged.codes(f"hhax/{name}", HOP)


def test_a_call_too_many_is_seen_beside_a_visit_that_moved_before(judged: Records) -> None:
    judged.put("evv_visit", visit("later", START + HOUR, **NO_OUT))
    judged.run(HOP)
    assert judged.codes("hhax/later", HOP) == ["EVV-NO-OUT", "EVV-EXTRANEOUS"]


def test_all_visits_of_a_group_over_the_limit_are_held(judged: Records) -> None:
    for number in range(1, 5):
        assert judged.codes(f"hhax/four-{number}", HOP) == ["GROUP-RATIO"]


@pytest.mark.parametrize("code", ["three", "turns", "codes", "cancel"])
def test_a_group_within_the_limit_at_any_moment_goes_on(judged: Records, code: str) -> None:
    for number in range(1, 4):
        assert "GROUP-RATIO" not in judged.codes(f"hhax/{code}-{number}", HOP)


def test_one_who_joins_a_group_that_moved_is_held_when_it_is_full(judged: Records) -> None:
    judged.put("evv_visit", group("grows", 4)[3])
    judged.run(HOP)
    assert judged.codes("hhax/grows-1", HOP) == []
    assert judged.codes("hhax/grows-4", HOP) == ["GROUP-RATIO"]
