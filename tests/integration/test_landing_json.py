"""JSON arrays: one element a record, its very text kept when it waits."""

import json
from pathlib import Path
from typing import Any

import pytest

from orchestration.ground.database import Database
from tests.bench_of_files import Files


@pytest.fixture
def files(database: Database, tmp_path: Path) -> Files:
    return Files(database, tmp_path)


def visit(number: int, **fields: Any) -> dict[str, Any]:
    calls = [
        {
            "CallAssignment": "Call Out",
            "CallDateTime": "2026-11-19T15:00:00Z",
            "CallType": "Mobile",
            "CallExternalID": "not asked for",
        },
        {
            "CallAssignment": "Call In",
            "CallDateTime": "2026-11-19T13:00:00Z",
            "CallType": "Mobile",
            "CallLatitude": 40.7128,
            "CallLongitude": -74.0060,
            "OriginatingPhoneNumber": None,
            "VisitLocationType": 1,
        },
    ]
    return {
        "VisitOtherID": f"V{number}",
        "SequenceID": 1,
        "BillVisit": True,
        "PatientOtherID": "C1",
        "Payer": "MCO-A",
        "PayerProgram": "HCBS",
        "ProcedureCode": "T1019",
        "Calls": calls,
        "TimeZone": "US/Eastern",
        "VisitChanges": [{"ReasonCode": "99", "Attested": True}],
        "UpdatedDateTime": "2026-11-19T15:01:00Z",
        "UpdatedBy": "U1",
        "UpdatedByRole": "coordinator",
        **fields,
    }


def land(files: Files, content: Any) -> Any:
    text = content if isinstance(content, str | bytes) else json.dumps(content)
    return files.landing.land(files.write("evv_visits_sandata_1.json", text))


def test_elements_become_rows_by_the_contracts_paths(files: Files) -> None:
    assert land(files, [visit(1), visit(2, BillVisit=False)]).rows == 2
    row = files.all("select * from landing.evv_visit where visit_id = 'V1'")[0]
    assert (row.source_system, row.action, row.line_no) == ("sandata", "upsert", 1)
    assert row.call_in_at.isoformat() == "2026-11-19T13:00:00+00:00"
    assert row.call_out_at.isoformat() == "2026-11-19T15:00:00+00:00"
    assert (str(row.call_in_latitude), row.call_out_latitude) == ("40.7128", None)
    assert (row.location_type, row.time_zone) == ("home", "America/New_York")
    assert (row.change_reason_code, row.change_attested) == ("99", True)
    assert files.all("select action from landing.evv_visit where visit_id='V2'")[0][0] == "cancel"


def test_a_bad_element_waits_with_its_text_and_its_neighbours_land(files: Files) -> None:
    elements = [
        json.dumps(visit(1)),
        json.dumps(visit(2, SequenceID=1.5, TaskSummary=["BATH"]), indent=1),
        '"no object"',
        '{"VisitOtherID": "V4", "VisitOtherID": "V5"}',
        json.dumps(visit(6, UpdatedBy="a\u0000b")),
        json.dumps(visit(7)).replace('"U1"', '"\\ud800"'),
        json.dumps(visit(8, Calls=None, ProcedureCode=None)),
        json.dumps(visit(9, IncidentRef="x" * 2_000_000)),
        *[json.dumps(visit(number)) for number in range(10, 19)],
    ]
    verdict = land(files, "[" + " ,\n".join(elements) + "]\n")
    assert (verdict.verdict, verdict.rows, verdict.held_lines) == ("landed", 10, 7)
    assert files.held_codes() == {
        2: ["NOT-A-VALUE", "NOT-A-NUMBER"],
        3: ["NOT-A-RECORD"],
        4: ["FIELD-TWICE"],
        5: ["NOT-TEXT"],
        6: ["NOT-TEXT"],
        7: ["MISSING"],
        8: ["LINE-TOO-LONG"],
    }
    assert [line.raw.decode() for line in files.held()] == elements[1:8]
    assert files.held()[0].record_id == "sandata/V2"
    assert files.held()[0].reasons[0]["column"] == "tasks"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("[]", "NO-RECORDS"),
        (" \n", "EMPTY-FILE"),
        ("{}", "NOT-AN-ARRAY"),
        ('{"VisitOtherID": "V1"}\n{"VisitOtherID": "V2"}\n', "NOT-AN-ARRAY"),
        (json.dumps([visit(1), visit(2)])[:-1], "BROKEN-JSON"),
        (json.dumps([visit(1), visit(2)])[:-200], "BROKEN-JSON"),
        (json.dumps([visit(1)]) + "]", "BROKEN-JSON"),
        (json.dumps([visit(1)])[:-1] + ",]", "BROKEN-JSON"),
        ("[NaN]", "BROKEN-JSON"),
        ("[" * 100_000, "BROKEN-JSON"),
        ("[12", "BROKEN-JSON"),
        (json.dumps([visit(1, VisitMemo="Zzcanary")]), "COLUMNS-DIFFER"),
        ('[{"Zzcanary": 1}]', "HEADER-MISSING"),
        (json.dumps([visit(1)]).replace("CallDateTime", "CallTime"), "COLUMNS-DIFFER"),
        (json.dumps([visit(1)]).encode("utf-16"), "UTF-16"),
        (
            json.dumps([visit(1, UpdatedBy="Zoë")], ensure_ascii=False).encode("latin-1"),
            "NOT-UTF-8",
        ),
    ],
)
def test_a_file_that_is_no_array_of_the_contracts_elements_is_stopped(
    files: Files, content: str | bytes, code: str
) -> None:
    verdict = land(files, content)
    assert (verdict.verdict, verdict.reason_code) == ("quarantined", code)
    assert "Zzcanary" not in str(verdict)
    assert files.nothing_loaded()


def test_a_renamed_field_is_named_with_its_likely_new_name(files: Files) -> None:
    verdict = land(files, json.dumps([visit(1)]).replace("CallDateTime", "CallTime"))
    assert "perhaps CallDateTime is now called CallTime" in verdict.reason
    verdict = land(files, [visit(1, VisitMemo="x")])
    assert "unknown: VisitMemo" in verdict.reason


def test_a_byte_order_mark_is_no_harm(files: Files) -> None:
    assert land(files, b"\xef\xbb\xbf" + json.dumps([visit(1)]).encode()).rows == 1


def test_a_manifests_count_is_held_against_the_elements(files: Files) -> None:
    files.write("evv_visits_sandata_1.json.manifest.json", '{"row_count": 3}')
    assert land(files, [visit(1), visit(2)]).reason_code == "TOTALS-DISAGREE"


def test_elements_are_read_across_the_borders_of_pieces(files: Files) -> None:
    rows = [visit(number, IncidentRef="é" * (number % 97)) for number in range(3000)]
    assert land(files, json.dumps(rows, ensure_ascii=False)).rows == 3000
    assert files.all("select max(line_no) from landing.evv_visit")[0][0] == 3000
