"""A held line waits until a later row of its record mends it, or a person settles it; once."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from orchestration.flow.landing.ending import settle
from orchestration.ground.database import Database
from orchestration.ground.failures import PermanentFailure
from tests.bench_of_files import NOW, Files

BAD = {"discipline": "wizard"}


@pytest.fixture
def files(database: Database, tmp_path: Path) -> Files:
    return Files(database, tmp_path)


def _ends(files: Files) -> list[str]:
    """Of each held line, how it ended."""
    rows = files.all("select * from landing.held_line order by file_id, line_no")
    return [
        "waits"
        if row.ended_at is None
        else row.settled_by or f"{row.mended_by_file_id}/{row.mended_by_line_no}"
        for row in rows
    ]


def _caregiver(version: int, **changes: str) -> dict[str, str]:
    return {"record_version": str(version), **changes}


def test_a_later_row_of_its_record_mends_a_held_line(files: Files) -> None:
    files.land("caregivers", _caregiver(1, **BAD), {"caregiver_id": "G2"})
    files.land("caregivers", {"caregiver_id": "G3"})
    assert _ends(files) == ["waits"]
    verdict = files.land("caregivers", {"caregiver_id": "G4"}, _caregiver(2))
    assert _ends(files) == [f"{verdict.file_id}/3"]


def test_a_later_line_of_the_same_file_mends_it_and_an_earlier_one_does_not(files: Files) -> None:
    verdict = files.land("caregivers", _caregiver(1, **BAD), _caregiver(2))
    assert _ends(files) == [f"{verdict.file_id}/3"]
    files.land(
        "caregivers",
        {"caregiver_id": "G2", "record_version": "2"},
        {"caregiver_id": "G2", "record_version": "1", **BAD},
    )
    assert _ends(files)[1:] == ["waits"]


def test_an_older_row_that_comes_late_mends_nothing(files: Files) -> None:
    files.land("caregivers", _caregiver(3, **BAD), {"caregiver_id": "G2"})
    assert files.land("caregivers", _caregiver(2)).rows == 1
    assert _ends(files) == ["waits"]
    files.land("caregivers", _caregiver(4))
    assert "waits" not in _ends(files)


def test_a_line_whose_version_cannot_be_read_is_mended_by_any_later_row(files: Files) -> None:
    files.land("caregivers", {"record_version": "one"}, {"caregiver_id": "G2"})
    verdict = files.land("caregivers", _caregiver(1))
    assert _ends(files) == [f"{verdict.file_id}/2"]


def test_another_line_that_is_held_mends_nothing(files: Files) -> None:
    files.land("caregivers", _caregiver(1, **BAD), {"caregiver_id": "G2"})
    files.land("caregivers", _caregiver(1))  # its version is used up
    assert _ends(files) == ["waits", "waits"]
    files.land("caregivers", _caregiver(2))
    files.land("caregivers", _caregiver(2, last_name="Other"))  # says something else
    assert _ends(files)[2:] == ["waits"]
    verdict = files.land("caregivers", _caregiver(3))
    assert _ends(files)[2:] == [f"{verdict.file_id}/2"]


def test_a_line_that_contradicts_what_landed_mends_nothing(files: Files) -> None:
    files.land("caregivers", _caregiver(2))
    files.land("caregivers", _caregiver(1, **BAD), {"caregiver_id": "G2"})
    files.land("caregivers", _caregiver(2, last_name="Other"))
    assert _ends(files) == ["waits", "waits"]


def test_the_same_record_of_another_feed_mends_nothing(files: Files) -> None:
    files.land("caregivers", {"caregiver_id": "I1", **BAD}, {"caregiver_id": "G2"})
    assert files.land("incidents", {"incident_id": "I1", "incident_version": "2"}).rows == 1
    assert _ends(files) == ["waits"]


def test_a_file_that_is_not_landed_mends_nothing(files: Files) -> None:
    files.land("caregivers", _caregiver(1, **BAD), {"caregiver_id": "G2"})

    def breaks(*_: object) -> None:
        raise PermanentFailure("broken on purpose")

    whole, files.landing = files.landing, files.make_landing(hand_on=breaks)
    with pytest.raises(PermanentFailure):
        files.land("caregivers", _caregiver(2))
    assert _ends(files) == ["waits"]
    files.landing = whole
    assert files.land("caregivers", _caregiver(2), {"caregiver_id": "G5"}).rows == 2
    assert "waits" not in _ends(files)


def _settle(files: Files, number: str, by: str = "M Ford", because: str = "a test record") -> None:
    with files.database.transaction() as connection:
        settle(connection, number, by, because, NOW)


def test_a_person_settles_a_line_once_and_says_why(files: Files) -> None:
    verdict = files.landing.land(files.broken("every_fault"))
    _settle(files, f"{verdict.file_id}/6")
    assert _ends(files) == ["waits", "waits", "waits", "M Ford"]
    row = files.held()[3]
    assert (row.because, row.ended_at) == ("a test record", NOW)
    with pytest.raises(PermanentFailure, match="it was settled by M Ford"):
        _settle(files, f"{verdict.file_id}/6", by="Somebody else")
    assert files.held()[3].settled_by == "M Ford"


@pytest.mark.parametrize(
    ("number", "by", "because", "said"),
    [
        ("7", "M", "x", "numbered like 17/5"),
        ("999/1", "M", "x", "was ever held"),
        ("1/1", " ", "x", "needs who and why"),
        ("1/1", "M", " ", "needs who and why"),
    ],
)
def test_what_cannot_be_settled_is_refused_in_plain_words(
    files: Files, number: str, by: str, because: str, said: str
) -> None:
    with pytest.raises(PermanentFailure, match=said):
        _settle(files, number, by, because)


@pytest.mark.parametrize(
    "tampering",
    [
        "delete from landing.held_line",
        "truncate landing.held_line",
        "update landing.held_line set ended_at = null, settled_by = null, because = null",
        "update landing.held_line set because = 'another reason'",
        "update landing.held_line set raw = '' where ended_at is null",
        "update landing.held_line set record_id = 'x', ended_at = now(), settled_by = 'x'"
        ", because = 'x' where ended_at is null",
    ],
)
def test_the_database_refuses_to_change_or_forget_a_held_line(files: Files, tampering: str) -> None:
    verdict = files.landing.land(files.broken("every_fault"))
    _settle(files, f"{verdict.file_id}/6")
    with (
        pytest.raises(sa.exc.DBAPIError, match="append-only"),
        files.database.transaction() as connection,
    ):
        connection.execute(sa.text(tampering))
