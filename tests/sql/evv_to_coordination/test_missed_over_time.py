"""Missed visits are looked for among what is new or open, and found as if all plans were asked."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from expectations import MUST, Expect
from orchestration.flow.audit import CheckResult
from tests.bench_of_records import NOW, Records, no_audit
from tests.sql.evv_to_coordination.good_visit import HOP, lay_ground, plan, visit

pytestmark = pytest.mark.slow

BY_ASKING_ALL = """
select schedule.schedule_id
from landing.schedule_now as schedule
where schedule.status = 'planned' and schedule.end_at < :now
    and schedule.start_at >= :now - interval '35 days'
    and not exists (
        select 1 from landing.evv_visit_now as visit
        where visit.schedule_id = schedule.schedule_id and visit.action <> 'cancel'
    )
"""
LISTED = """
select schedule_id from core.visit_deviation
where kind = 'missed' and is_open and occurred_at >= :now - interval '35 days'
"""


class Agency:
    """Plans and visits that come, change and go, a few an hour, from one random seed."""

    def __init__(self, bench: Records, seed: int) -> None:
        self.bench = bench
        self.random = Random(seed)
        self.versions: dict[tuple[str, str], int] = {}

    def _version(self, table: str, name: str) -> int:
        self.versions[table, name] = self.versions.get((table, name), 0) + 1
        return self.versions[table, name]

    def plans(self) -> None:
        """New plans and changed ones: near, far, over, moved, called off and on again."""
        rows = [
            plan(
                name,
                self.bench.now + timedelta(hours=self.random.choice((-30, -5, -1, 1, 4, 30, -700))),
                status=self.random.choice(("planned", "planned", "planned", "cancelled")),
                schedule_version=self._version("schedule", name),
            )
            for name in self._some()
        ]
        self.bench.put("schedule", *rows)

    def visits(self) -> None:
        """Visits for plans, corrections that name another plan or none, and cancellations."""
        rows = [
            visit(
                name,
                self.bench.now - timedelta(hours=self.random.choice((3, 20, 30))),
                schedule_id=self.random.choice((f"S-{name}", f"S-{name}", "S-1", None)),
                action=self.random.choice(("upsert", "upsert", "cancel")),
                sequence_id=self._version("evv_visit", name),
            )
            for name in self._some()
        ]
        self.bench.put("evv_visit", *rows)

    def time_passes(self) -> None:
        """Mostly forward; a pass asked for an instant of yesterday goes back."""
        hours = self.random.choice((0.25, 0.25, 2, 6, 26, -20))
        self.bench.now = max(NOW, self.bench.now + timedelta(hours=hours))

    def _some(self) -> list[str]:
        return [str(number) for number in self.random.sample(range(12), 3)]


def _stopped(*_: Any) -> list[CheckResult]:
    must = Expect("has_rows", "TableRowCountToBeBetween", MUST, "stopped on purpose")
    return [CheckResult(must, passed=False, could_not_run=False)]


@pytest.mark.parametrize("seed", [2, 3])
def test_what_is_listed_as_missed_is_what_asking_all_plans_finds(
    records: Records, seed: int
) -> None:
    lay_ground(records)
    agency = Agency(records, seed)
    found = set()
    for _ in range(12):
        for happens in agency.random.sample((agency.plans, agency.visits, agency.time_passes), 2):
            happens()
        if agency.random.random() < 0.35:
            records.run(HOP, audit=_stopped)
            continue
        records.run(HOP, audit=no_audit)
        listed = {row.schedule_id for row in records.all(LISTED, now=records.now)}
        assert listed == {row.schedule_id for row in records.all(BY_ASKING_ALL, now=records.now)}
        found |= listed
    assert len(found) > 3


def test_what_was_missed_while_a_pass_was_stopped_is_found_by_the_next(records: Records) -> None:
    lay_ground(records)
    records.put("schedule", plan("gone", NOW + timedelta(hours=1)))
    records.run(HOP)
    records.now += timedelta(hours=4)
    records.run(HOP, audit=_stopped)
    records.now += timedelta(minutes=15)
    records.run(HOP)
    assert [row.schedule_id for row in records.all(LISTED, now=records.now)] == ["S-gone"]
