"""Many plain visits for measuring: they read like any others and stay equally dense."""

import csv
import filecmp
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

from assets.sample.bulk import PER_CAREGIVER, PER_CLIENT, write_bulk, write_visits_csv
from assets.sample.dialects import FEEDS
from tests.reading_of_feeds import read_row, records

VISITS = 1_000


def test_the_same_seed_writes_the_same_lines(tmp_path: Path) -> None:
    for name, seed in (("one.csv", 1), ("again.csv", 1), ("other.csv", 2)):
        write_visits_csv(tmp_path / name, VISITS, seed)
    assert filecmp.cmp(tmp_path / "one.csv", tmp_path / "again.csv", shallow=False)
    assert not filecmp.cmp(tmp_path / "one.csv", tmp_path / "other.csv", shallow=False)


@pytest.mark.parametrize("rows", [0, 1, 199, 450])
def test_just_as_many_visits_are_written_as_asked_for(rows: int, tmp_path: Path) -> None:
    write_visits_csv(tmp_path / "visits.csv", rows, seed=1)
    with (tmp_path / "visits.csv").open(newline="") as file:
        visits = [line[0] for line in csv.reader(file)][1:]
    assert len(visits) == len(set(visits)) == rows


def test_every_bulk_line_reads_back_and_nobody_is_in_two_places(tmp_path: Path) -> None:
    summary = write_bulk(tmp_path, VISITS, seed=3)
    rows = {
        name: [read_row(FEEDS[feed], raw) for _, raw in records(FEEDS[feed], path)]
        for path in (tmp_path / "feeds").iterdir()
        for name, feed in [(path.name, feed_of(path.name))]
    }
    assert {name: len(found) for name, found in rows.items()} == summary.rows
    visits = next(found for name, found in rows.items() if name.startswith("VISITS_"))
    assert set(Counter(visit["client_id"] for visit in visits).values()) == {PER_CLIENT}
    assert set(Counter(visit["caregiver_id"] for visit in visits).values()) == {PER_CAREGIVER}
    for who in ("client_id", "caregiver_id"):
        spans = defaultdict(list)
        for visit in visits:
            spans[visit[who]].append((visit["call_in_at"], visit["call_out_at"]))
        for found in spans.values():
            found.sort()
            assert all(one[1] <= other[0] for one, other in pairwise(found))


def test_every_bulk_visit_has_its_plan_and_its_note(tmp_path: Path) -> None:
    write_bulk(tmp_path, VISITS, seed=3)
    found = {feed_of(path.name): path for path in (tmp_path / "feeds").iterdir()}
    visits, plans, notes = (
        [read_row(FEEDS[feed], raw) for _, raw in records(FEEDS[feed], found[feed])]
        for feed in ("evv_visits_hhax", "schedules", "documentation")
    )
    assert {visit["schedule_id"] for visit in visits} == {plan["schedule_id"] for plan in plans}
    assert {visit["visit_id"] for visit in visits} == {note["visit_id"] for note in notes}


def feed_of(name: str) -> str:
    return "evv_visits_hhax" if name.startswith("VISITS") else name.rsplit("_", 1)[0]
