"""Versions count per record: higher is current, lower is history, equal is a repeat or waits."""

from pathlib import Path

import pytest

from orchestration.ground.database import Database
from tests.bench_of_files import Files, text_of


@pytest.fixture
def files(database: Database, tmp_path: Path) -> Files:
    return Files(database, tmp_path)


def visit(version: int, visit_id: str = "V1", **columns: str) -> dict[str, str]:
    return {"visit_id": visit_id, "sequence_id": str(version), **columns}


def standing(files: Files, visit_id: str = "V1") -> dict[int, bool]:
    rows = files.all(
        "select sequence_id, is_current from landing.evv_visit where visit_id = :id", id=visit_id
    )
    return {row.sequence_id: row.is_current for row in rows}


def test_a_higher_version_becomes_current(files: Files) -> None:
    files.land("evv_visits_hhax", visit(4))
    files.land("evv_visits_hhax", visit(5))
    assert standing(files) == {4: False, 5: True}


def test_a_lower_version_is_history(files: Files) -> None:
    files.land("evv_visits_hhax", visit(10))
    verdict = files.land("evv_visits_hhax", visit(8))
    assert (verdict.rows, verdict.held_lines) == (1, 0)
    assert standing(files) == {8: False, 10: True}


def test_gaps_are_allowed(files: Files) -> None:
    files.land("evv_visits_hhax", visit(1))
    files.land("evv_visits_hhax", visit(20261120))
    assert standing(files) == {1: False, 20261120: True}


def test_an_equal_version_with_other_content_waits(files: Files) -> None:
    files.land("evv_visits_hhax", visit(15))
    verdict = files.land("evv_visits_hhax", visit(15, service_code="S5125"))
    assert (verdict.rows, verdict.held_lines) == (0, 1)
    (held,) = files.held()
    assert held.reason_codes == ["SEQUENCE-REPEATED"]
    assert held.record_id == "hhax/V1"
    assert files.all("select service_code from landing.evv_visit")[0][0] == "T1019"


def test_an_equal_version_with_equal_content_is_counted_as_a_repeat(files: Files) -> None:
    files.land("evv_visits_hhax", visit(15))
    verdict = files.land("evv_visits_hhax", visit(15), visit(1, "V2"))
    assert (verdict.rows, verdict.held_lines, verdict.repeated) == (1, 0, 1)
    assert files.file(verdict).line_count == 2


def test_content_is_equal_by_value_and_not_by_spelling(files: Files) -> None:
    files.land("evv_visits_hhax", visit(15, call_in_latitude="40.50"))
    respelt = visit(15, call_in_latitude="40.5", call_in_at="2026-11-19T08:00:00")
    verdict = files.land("evv_visits_hhax", respelt)
    assert (verdict.rows, verdict.held_lines, verdict.repeated) == (0, 0, 1)


def test_a_version_rejected_for_its_content_is_used_up(files: Files) -> None:
    first = files.land("evv_visits_hhax", visit(7, location_type="?"))
    again = files.land("evv_visits_hhax", visit(7))
    higher = files.land("evv_visits_hhax", visit(8))
    assert (first.held_lines, again.held_lines, higher.rows) == (1, 1, 1)
    assert [line.reason_codes for line in files.held()] == [["NOT-ALLOWED"], ["SEQUENCE-BURNT"]]
    assert standing(files) == {8: True}


def test_a_version_rejected_above_in_the_same_file_is_used_up_below(files: Files) -> None:
    files.land("evv_visits_hhax", visit(7, location_type="?"), visit(7), visit(8))
    assert files.held_codes() == {2: ["NOT-ALLOWED"], 3: ["SEQUENCE-BURNT"]}
    files.land("evv_visits_hhax", visit(7, "V2"), visit(7, "V2", location_type="?"))
    assert standing(files, "V2") == {7: True}


def test_a_quarantined_file_uses_up_nothing(files: Files) -> None:
    rows = [visit(1, f"V{number}", location_type="?") for number in range(9)]
    assert files.land("evv_visits_hhax", *rows).verdict == "quarantined"
    assert files.land("evv_visits_hhax", visit(1, "V3")).rows == 1


def test_without_a_version_a_line_waits(files: Files) -> None:
    files.land("evv_visits_hhax", {"visit_id": "V1", "sequence_id": ""}, visit(1, "V2"))
    assert files.held_codes() == {2: ["MISSING"]}


def test_several_versions_of_one_record_may_stand_in_one_file_in_any_order(files: Files) -> None:
    files.land("evv_visits_hhax", visit(2), visit(1, "V2"), visit(4), visit(3), visit(4, "V2"))
    assert standing(files) == {2: False, 3: False, 4: True}
    assert standing(files, "V2") == {1: False, 4: True}
    files.land("evv_visits_hhax", visit(6), visit(1), visit(5))
    assert standing(files) == {1: False, 2: False, 3: False, 4: False, 5: False, 6: True}


def test_when_the_newest_line_waits_the_next_newest_is_current(files: Files) -> None:
    files.land("evv_visits_hhax", visit(9, location_type="?"))
    files.land("evv_visits_hhax", visit(3), visit(9), visit(5))
    assert standing(files) == {3: False, 5: True}


def test_the_same_version_twice_in_one_file_counts_once(files: Files) -> None:
    same, other = visit(2), visit(2, service_code="S5125")
    verdict = files.land("evv_visits_hhax", visit(2), same, other)
    assert (verdict.rows, verdict.repeated, verdict.held_lines) == (1, 1, 1)
    assert files.held_codes() == {4: ["SEQUENCE-REPEATED"]}


def test_versions_count_per_record_and_per_source(files: Files) -> None:
    files.land("evv_visits_hhax", visit(5), visit(5, "V2"))
    assert standing(files) == standing(files, "V2") == {5: True}


def test_a_file_that_repeats_all_history_adds_only_what_is_new(files: Files) -> None:
    rows = [visit(1, f"V{number}") for number in range(30)]
    files.land("evv_visits_hhax", *rows)
    verdict = files.land("evv_visits_hhax", *rows, visit(2, "V7"), visit(1, "V30"))
    assert (verdict.rows, verdict.repeated, verdict.held_lines) == (2, 30, 0)
    assert files.file(verdict).newest_event_at is not None


def test_one_row_of_a_record_is_current_and_the_view_shows_it(files: Files) -> None:
    files.land("evv_visits_hhax", visit(1), visit(2))
    files.land("evv_visits_hhax", visit(3))
    rows = files.all("select sequence_id from landing.evv_visit_now")
    assert [row.sequence_id for row in rows] == [3]


def test_a_record_of_several_key_columns_has_versions_of_its_own(files: Files) -> None:
    ack = {
        "plan_id": "P1",
        "caregiver_id": "G1",
        "plan_version": "2",
        "ack_version": "1",
        "source_updated_at": "2026-11-20T10:00:00Z",
    }
    good = {**ack, "plan_version": "3"}
    bad = {**ack, "method": "pigeon"}
    header = "plan_id,plan_version,caregiver_id,ack_version,delivered_at,acknowledged_at"
    header += ",confirmed_at,confirmed_by,method,source_updated_at"
    for number, rows in enumerate(([good, bad], [ack])):
        lines = [",".join(row.get(name, "") for name in header.split(",")) for row in rows]
        content = "\n".join([header, *lines]) + "\n"
        files.landing.land(files.write(f"acknowledgements_{number}.csv", content))
    assert files.rows("plan_ack") == 1
    assert [(line.record_id, line.reason_codes) for line in files.held()] == [
        ("P1/2/G1", ["NOT-ALLOWED"]),
        ("P1/2/G1", ["SEQUENCE-BURNT"]),
    ]


def test_landing_twice_the_same_rows_in_other_files_changes_nothing(files: Files) -> None:
    rows = [visit(2), visit(1), visit(1, "V2", location_type="?")]
    first = files.write("VISITS_1.CSV", text_of("evv_visits_hhax", rows))
    second = files.write("VISITS_2.CSV", text_of("evv_visits_hhax", rows, "\r\n"))
    files.landing.land(first)
    before = standing(files)
    verdict = files.landing.land(second)
    assert (verdict.rows, verdict.repeated, verdict.held_lines) == (0, 2, 1)
    assert standing(files) == before
