"""Whole files that are not what they should be: kept, named, and nothing of them loaded."""

import json
from pathlib import Path
from typing import Any

import pytest

from orchestration.ground.database import Database
from orchestration.ground.failures import ContractFailure
from tests.bench_of_files import BROKEN, Files, text_of


@pytest.fixture
def files(database: Database, tmp_path: Path) -> Files:
    return Files(database, tmp_path)


QUARANTINED = {
    "empty": ("EMPTY-FILE", "holds nothing"),
    "blank_with_bom": ("EMPTY-FILE", "holds nothing"),
    "header_only": ("NO-RECORDS", "no record"),
    "half_with_trailer": ("TOTALS-DISAGREE", "trailer line counts 6 records, the file holds 3"),
    "column_added": ("COLUMNS-DIFFER", "unknown: shoe_size"),
    "column_removed": ("COLUMNS-DIFFER", "missing: credential_expires_on"),
    "column_renamed": ("COLUMNS-DIFFER", "perhaps hired_on is now called hire_date"),
    "column_twice": ("COLUMN-TWICE", "at place 8"),
    "column_retyped": ("SCHEMA-DRIFT", "hired_on is not a date"),
    "mostly_unknown_words": ("SCHEMA-DRIFT", "discipline holds a word"),
    "header_missing": ("HEADER-MISSING", "12 of 12 are missing"),
    "header_run_into_values": ("COLUMNS-DIFFER", "unknown: 12 columns"),
    "carriage_returns": ("LINE-ENDS", "carriage return alone"),
    "semicolons": ("WRONG-DELIMITER", "separated by semicolons, the contract says commas"),
    "utf16": ("UTF-16", "two bytes a letter"),
    "utf16_without_bom": ("UTF-16", "two bytes a letter"),
    "latin1": ("NOT-UTF-8", "line 5"),
    "nul": ("NUL-BYTES", "line 4"),
    "html": ("WEB-PAGE", "web page"),
    "bomb.zip": ("PACKED-FILE", "a zip archive"),
    "packed.gz": ("PACKED-FILE", "gzip"),
}


@pytest.mark.parametrize("stem", QUARANTINED)
def test_a_wrong_file_is_kept_whole_and_says_what_is_wrong_and_what_to_do(
    files: Files, stem: str
) -> None:
    code, said = QUARANTINED[stem]
    verdict = files.landing.land(files.broken(stem))
    assert (verdict.verdict, verdict.reason_code) == ("quarantined", code)
    assert said in (verdict.reason or "")
    assert verdict.next_step
    assert verdict.feed == "caregivers"
    assert files.nothing_loaded()
    assert files.handed_on == []
    stored = files.file(verdict)
    assert (stored.verdict, stored.reason_code, stored.row_count) == ("quarantined", code, 0)
    kept = files.kept / str(verdict.sha256)[:2] / str(verdict.sha256)
    assert kept.read_bytes() == (BROKEN / f"{stem}.csv").read_bytes()


WHOLE = {
    "good": 6,
    "bom": 6,
    "crlf": 6,
    "mixed_line_ends": 6,
    "quotes": 6,
    "columns_reordered": 6,
    "blank_lines": 6,
    "no_last_line_end": 6,
    "whole_with_trailer": 6,
}


@pytest.mark.parametrize("stem", WHOLE)
def test_a_file_that_is_only_written_differently_lands_whole(files: Files, stem: str) -> None:
    verdict = files.landing.land(files.broken(stem))
    assert (verdict.verdict, verdict.rows, verdict.held_lines) == ("landed", WHOLE[stem], 0)
    assert files.handed_on == [("landing.caregiver", verdict.file_id)]
    ids = files.all("select caregiver_id from landing.caregiver_now order by line_no")
    numbers = sorted(row.caregiver_id for row in ids)
    assert numbers == ["G1", "G2", "G3", "G4", "G5", "G6"]


def test_quotes_delimiters_and_line_ends_inside_fields_come_through(files: Files) -> None:
    files.landing.land(files.broken("quotes"))
    rows = files.all(
        "select last_name, first_name, line_no from landing.caregiver order by line_no limit 4"
    )
    assert [tuple(row) for row in rows] == [
        ("Zzcanary, Jr.", "Given1", 2),
        ('O"Zzcanary', "Given2", 3),
        ("Zzcanary", "Two\nlines", 4),
        ("Zzcanary", "Given4", 6),
    ]


def test_the_same_bytes_twice_are_one_file_whatever_they_are_called(files: Files) -> None:
    first = files.landing.land(files.broken("good"))
    again = files.landing.land(files.write("caregivers_yesterday.csv", text("good")))
    assert again.verdict == "already_seen"
    assert again.file_id == first.file_id
    assert "caregivers_good.csv" in (again.reason or "")
    assert files.rows("file") == 1
    assert files.rows("caregiver") == 6
    assert len(files.handed_on) == 1
    verdicts = files.all("select verdict from landing.arrival order by arrival_id")
    assert [row.verdict for row in verdicts] == ["landed", "already_seen"]


def text(stem: str) -> bytes:
    return (BROKEN / f"{stem}.csv").read_bytes()


def test_a_quarantined_file_is_tried_again_when_its_manifest_was_mended(files: Files) -> None:
    path = files.broken("good")
    beside = files.write(path.name + ".manifest.json", '{"row_count": 7}')
    first = files.landing.land(path)
    assert first.verdict == "quarantined"
    beside.write_text('{"row_count": 6}')
    again = files.landing.land(path)
    assert (again.verdict, again.rows, again.file_id) == ("landed", 6, first.file_id)
    stored = files.file(again)
    assert (stored.verdict, stored.reason_code, stored.manifest) == (
        "landed",
        None,
        {"row_count": 6},
    )


MANIFESTS: dict[str, tuple[dict[str, Any] | str, str, str]] = {
    "count": ({"row_count": 60}, "TOTALS-DISAGREE", "SCHEMA"),
    "bytes": ({"sha256": "0" * 64}, "CHECKSUM-DISAGREES", "SCHEMA"),
    "file": ({"file": "caregivers_other.csv"}, "FILE-NAME-DISAGREES", "SCHEMA"),
    "time": ({"time_basis": "agency_local"}, "TIME-BASIS-DISAGREES", "SCHEMA"),
    "window": ({"window_basis": "service_date"}, "WINDOW-BASIS-DISAGREES", "DATE_RANGE"),
    "broken": ("{", "MANIFEST-BROKEN", "SCHEMA"),
    "list": ("[]", "MANIFEST-BROKEN", "SCHEMA"),
    "nested": ({"row_count": {"Zzcanary": 1}}, "MANIFEST-BROKEN", "SCHEMA"),
}


@pytest.mark.parametrize("case", MANIFESTS)
def test_a_file_its_manifest_does_not_describe_is_quarantined(files: Files, case: str) -> None:
    said, code, reason_class = MANIFESTS[case]
    path = files.broken("good")
    files.write(
        "caregivers_good.manifest.json", said if isinstance(said, str) else json.dumps(said)
    )
    verdict = files.landing.land(path)
    assert (verdict.verdict, verdict.reason_code) == ("quarantined", code)
    assert files.file(verdict).reason_class == reason_class
    assert files.nothing_loaded()


def test_a_manifest_that_agrees_is_kept_with_the_file(files: Files) -> None:
    path = files.broken("good")
    said = {
        "file": path.name,
        "row_count": 6,
        "time_basis": "utc",
        "window_basis": "updated_at",
        "window_from": "2026-11-19",
        "note": "Zzcanary",
    }
    files.write(path.name + ".manifest.json", json.dumps(said))
    verdict = files.landing.land(path)
    assert verdict.verdict == "landed"
    assert files.file(verdict).manifest == {k: v for k, v in said.items() if k != "note"}


def test_a_file_no_feed_claims_is_kept_and_ungoverned(files: Files) -> None:
    verdict = files.landing.land(files.write("wages.csv", "a,b\n1,2\n"))
    assert (verdict.verdict, verdict.feed) == ("quarantined", None)
    assert verdict.reason_code == "UNGOVERNED-FEED"
    assert files.file(verdict).reason_class == "UNGOVERNED_FEED"
    assert (files.kept / str(verdict.sha256)[:2] / str(verdict.sha256)).exists()


def test_a_feed_can_be_named_where_the_file_name_does_not_tell(files: Files) -> None:
    path = files.write("wages.csv", text("good"))
    assert files.landing.land(path, "caregivers").verdict == "landed"
    with pytest.raises(ContractFailure, match="did you mean caregivers"):
        files.landing.land(path, "caregiver")


def test_a_feed_that_may_have_nothing_to_say_may_send_a_header_alone(files: Files) -> None:
    verdict = files.landing.land(files.write("incidents_1.csv", text_of("incidents", [])))
    assert (verdict.verdict, verdict.rows) == ("landed", 0)
    assert files.landing.land(files.write("incidents_2.csv", "")).verdict == "quarantined"


def test_the_newest_event_of_a_file_is_known(files: Files) -> None:
    verdict = files.land(
        "caregivers",
        {"caregiver_id": "G1", "source_updated_at": "2026-11-18T10:00:00Z"},
        {"caregiver_id": "G2", "source_updated_at": "2026-11-19T23:00:00-05:00"},
        {"caregiver_id": "", "source_updated_at": "2026-11-21T10:00:00Z"},
    )
    assert files.file(verdict).newest_event_at.isoformat() == "2026-11-20T04:00:00+00:00"


def test_a_verdict_can_be_told_as_json(files: Files) -> None:
    told = files.landing.land(files.broken("empty")).as_json()
    assert json.loads(json.dumps(told)) == told
    assert {"verdict", "sha256", "rows", "held_lines", "reason", "next_step"} <= set(told)
