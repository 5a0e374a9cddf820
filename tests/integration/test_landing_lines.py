"""Lines that cannot become rows wait with their bytes and every reason; their neighbours land."""

import random
from pathlib import Path

import pytest

from orchestration.flow.edits import REASON_CLASSES
from orchestration.flow.landing.reasons import LINE_REASONS
from orchestration.ground.database import Database
from tests.bench_of_files import BROKEN, Files, feed_of, text_of


@pytest.fixture
def files(database: Database, tmp_path: Path) -> Files:
    return Files(database, tmp_path)


BAD_LINES = {
    "truncated_last_line": (5, {7: ["LINE-CUT-SHORT"]}),
    "truncated_in_quotes": (5, {7: ["LINE-CUT-SHORT"]}),
    "unknown_word": (5, {7: ["NOT-ALLOWED"]}),
    "stray_quote": (5, {4: ["BAD-QUOTES"]}),
    "quote_inside": (5, {4: ["BAD-QUOTES"]}),
    "fields_too_many": (5, {4: ["FIELD-COUNT"]}),
    "header_repeated": (6, {5: ["HEADER-REPEATED"]}),
    "end_of_copy_mark": (6, {5: ["FIELD-COUNT"]}),
    "every_fault": (
        5,
        {
            3: ["PATTERN", "NOT-A-DATE", "NOT-YES-OR-NO"],
            4: ["NOT-A-NUMBER", "NOT-AN-INSTANT"],
            5: ["MISSING", "NOT-A-DATE"],
            6: ["MISSING", "OUT-OF-RANGE"],
        },
    ),
}


@pytest.mark.parametrize("stem", BAD_LINES)
def test_a_bad_line_waits_with_all_its_reasons_and_its_neighbours_land(
    files: Files, stem: str
) -> None:
    rows, codes = BAD_LINES[stem]
    verdict = files.landing.land(files.broken(stem))
    assert (verdict.verdict, verdict.rows, verdict.held_lines) == ("landed", rows, len(codes))
    assert files.held_codes() == codes
    lines = (BROKEN / f"{stem}.csv").read_bytes().split(b"\n")
    for held in files.held():
        assert held.raw == lines[held.line_no - 1]
        assert held.feed == "caregivers"
        assert held.reason_class in REASON_CLASSES
        assert {reason["code"] for reason in held.reasons} == set(held.reason_codes)
        assert all(reason["text"] and reason["next_step"] for reason in held.reasons)
    stored = files.file(verdict)
    assert stored.line_count == stored.row_count + stored.held_count + stored.repeated_count


def test_a_held_line_is_found_by_its_record_where_that_can_be_read(files: Files) -> None:
    files.landing.land(files.broken("every_fault"))
    assert [line.record_id for line in files.held()] == ["G2", "G3", "G4", None]
    visit = files.land("evv_visits_hhax", {"visit_id": "V7", "action": "?"})
    held = files.all("select * from landing.held_line where file_id = :id", id=visit.file_id)
    assert [line.record_id for line in held] == ["hhax/V7"]


def test_reasons_name_the_column_and_the_class_of_the_first_is_the_lines(files: Files) -> None:
    files.landing.land(files.broken("unknown_word"))
    (held,) = files.held()
    assert held.reason_class == "MAPPING"
    assert [(one["column"], one["code"]) for one in held.reasons] == [("discipline", "NOT-ALLOWED")]
    assert "wizard" not in str(held.reasons)


def test_every_reason_has_a_class_people_know() -> None:
    assert {reason.reason_class for reason in LINE_REASONS.values()} <= REASON_CLASSES


def test_a_line_of_ten_megabytes_waits_with_its_bytes(files: Files) -> None:
    head, *rows = (BROKEN / "good.csv").read_bytes().splitlines()
    for number, long in enumerate((b"x" * 10_000_000, b'"' + b"x" * 10_000_000 + b'"')):
        line = rows[2].replace(b"Zzcanary", long)
        content = b"\n".join([head, *rows[:2], line, *rows[3:]]) + b"\n"
        verdict = files.landing.land(files.write(f"caregivers_{number}.csv", content))
        assert (verdict.verdict, verdict.held_lines) == ("landed", 1)
        (held,) = files.all("select * from landing.held_line where file_id=:f", f=verdict.file_id)
        assert (held.line_no, held.reason_codes) == (4, ["LINE-TOO-LONG"])
        assert held.raw == line
    assert files.rows("caregiver") == 5


def test_a_file_without_line_ends_is_stopped_before_it_fills_the_memory(files: Files) -> None:
    path = files.write("caregivers_1.csv", (BROKEN / "good.csv").read_bytes())
    with path.open("ab") as stream:
        stream.write(b"x" * (65 << 20))
    assert files.landing.land(path).reason_code == "LINES-TOO-LONG"


@pytest.mark.parametrize("value", ["yesterday", "2026-1-5", "20260105", "01/05/2026", "2026-02-30"])
def test_a_date_is_written_in_one_way_only(files: Files, value: str) -> None:
    verdict = files.land("caregivers", {"hired_on": value}, {"caregiver_id": "G2"})
    assert (verdict.rows, files.held_codes()) == (1, {2: ["NOT-A-DATE"]})


@pytest.mark.parametrize("value", ["1_0", "0x1", " 1", "1.0", "NaN", "9223372036854775808"])
def test_a_number_is_written_in_one_way_only(files: Files, value: str) -> None:
    verdict = files.land("caregivers", {"record_version": value}, {"caregiver_id": "G2"})
    assert (verdict.rows, files.held_codes()) == (1, {2: ["NOT-A-NUMBER"]})


def test_numbers_with_decimals_are_judged_by_value(files: Files) -> None:
    good = ("40.5", "-40", "+40.50", "007.5", "4e1")
    bad = {"NaN": "NOT-A-NUMBER", "Infinity": "NOT-A-NUMBER", "91": "OUT-OF-RANGE"}
    files.land(
        "evv_visits_hhax",
        *[
            {"visit_id": f"V{number}", "call_in_latitude": value}
            for number, value in enumerate((*good, *bad))
        ],
    )
    assert files.rows("evv_visit") == len(good)
    codes = [line.reason_codes[0] for line in files.held()]
    assert codes == list(bad.values())
    numeric = "select call_in_latitude from landing.evv_visit order by line_no"
    assert [float(row[0]) for row in files.all(numeric)] == [40.5, -40, 40.5, 7.5, 40]


def test_yes_and_no_are_read_in_the_usual_words(files: Files) -> None:
    words = {"true": True, "F": False, "Yes": True, "n": False, "1": True, "0": False}
    rows = [{"caregiver_id": f"G{number}", "has_app": word} for number, word in enumerate(words)]
    files.land("caregivers", *rows, {"caregiver_id": "G9", "has_app": "on"})
    read = files.all("select has_app from landing.caregiver order by line_no")
    assert [row.has_app for row in read] == list(words.values())
    assert files.held_codes() == {8: ["NOT-YES-OR-NO"]}


def test_an_empty_field_is_nothing_even_in_quotation_marks(files: Files) -> None:
    content = text_of("caregivers", [{}]).replace("aide,2024-01-08,", 'aide,2024-01-08,""')
    verdict = files.landing.land(files.write("caregivers_1.csv", content))
    assert verdict.rows == 1
    assert files.all("select ended_on, npi from landing.caregiver")[0] == (None, None)


def test_an_id_too_long_to_be_searched_by_waits(files: Files) -> None:
    verdict = files.land("caregivers", {"caregiver_id": "G" * 5000}, {"caregiver_id": "G2"})
    assert (verdict.rows, files.held_codes()) == (1, {2: ["TOO-LONG"]})


def test_a_zone_nobody_knows_waits(files: Files) -> None:
    feed = feed_of("evv_visits_carebridge")
    row = {
        "visit_id": "V1",
        "sequence_id": "1",
        "action": "NEW",
        "payer_id": "P",
        "payer_program": "X",
        "location_type": "1",
        "time_zone": "Mars/Base",
        "source_updated_at": "2026-11-20T10:00:00Z",
        "updated_by": "U1",
        "updated_by_role": "r",
    }
    good = {**row, "visit_id": "V2", "time_zone": "America/Chicago"}
    content = "|".join(source.field for source in feed.sources.values()) + "\n"
    for one in (row, good):
        content += "|".join(one.get(column, "") for column in feed.sources) + "\n"
    verdict = files.landing.land(files.write("CB_APPOINTMENTS_1.txt", content))
    assert (verdict.rows, files.held_codes()) == (1, {2: ["NOT-ALLOWED"]})


def test_few_bad_lines_of_a_short_file_are_no_drift(files: Files) -> None:
    verdict = files.land("caregivers", {"hired_on": "1/8/24"}, {"hired_on": "1/9/24"})
    assert (verdict.verdict, verdict.held_lines) == ("landed", 2)


def test_a_column_that_failed_everywhere_it_was_filled_is_drift(files: Files) -> None:
    rows = [{"caregiver_id": f"G{number}"} for number in range(20)]
    for row in rows[:3]:
        row["ended_on"] = "12/31/2026"
    verdict = files.land("caregivers", *rows)
    assert (verdict.verdict, verdict.reason_code) == ("quarantined", "SCHEMA-DRIFT")
    assert "3 of 20 lines share one fault (ended_on is not a date" in (verdict.reason or "")


def test_a_file_most_of_whose_lines_have_a_field_too_many_is_drift(files: Files) -> None:
    content = text_of("caregivers", [{"caregiver_id": f"G{n}"} for n in range(6)])
    verdict = files.landing.land(files.write("caregivers_1.csv", content.replace("Z\n", "Z,x\n")))
    assert (verdict.verdict, verdict.reason_code) == ("quarantined", "SCHEMA-DRIFT")


def test_many_stray_quotation_marks_cost_their_own_lines_only(files: Files) -> None:
    rows = [{"caregiver_id": f"G{number}"} for number in range(400)]
    lines = text_of("caregivers", rows).splitlines()
    for number in range(10, 400, 10):
        lines[number] = lines[number].replace("Zzcanary", 'Zz"canary')
    for number in range(5, 400, 100):
        lines[number] = lines[number].replace("Zzcanary", '"Zzcanary')
    verdict = files.landing.land(files.write("caregivers_1.csv", "\n".join(lines)))
    assert (verdict.rows, verdict.held_lines) == (357, 43)
    assert {code for codes in files.held_codes().values() for code in codes} == {"BAD-QUOTES"}


def test_both_ways_of_reading_a_file_agree(files: Files) -> None:
    dice = random.Random(7)
    signs = ["a", "é", ",", '"', "'", " ", "\\", "\\.", "\t", ";", "", "\u2028"]
    rows = [
        {
            "caregiver_id": f"G{number}",
            "last_name": "x" + "".join(dice.choices(signs, k=6)),
            "first_name": "".join(dice.choices([*signs, "\n"], k=6)) + "x",
        }
        for number in range(300)
    ]
    plain = [row for row in rows if "\n" not in row["first_name"]]
    straight = text_of("caregivers", plain)
    split = text_of("caregivers", rows).replace("\n", "\n\n", 1)
    assert files.landing.land(files.write("caregivers_1.csv", straight)).rows == len(plain)
    verdict = files.landing.land(files.write("caregivers_2.csv", split))
    assert (verdict.repeated, verdict.rows) == (len(plain), len(rows) - len(plain))
    stored = files.all("select caregiver_id, last_name, first_name from landing.caregiver")
    assert {tuple(row) for row in stored} == {tuple(row.values()) for row in rows}
