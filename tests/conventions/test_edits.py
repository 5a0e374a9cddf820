"""Every edit says what people need, and some test catches a row with it."""

import re
from functools import cache
from pathlib import Path

import pytest

from orchestration import assembly
from orchestration.flow.edits import Edit, load_edits
from orchestration.ground.sql import SQL_FOLDER

TESTS = SQL_FOLDER.parent / "tests"


def every_edit() -> list[Edit]:
    library = assembly.sql_library()
    found: list[Edit] = []
    for hop in assembly.hops():
        models = tuple(path.stem for path in (SQL_FOLDER / "models" / hop.name).glob("*.sql"))
        found += load_edits(library, hop.name, models)
    return found


@cache
def codes_in_tests(hop: str) -> frozenset[str]:
    """Codes that stand in tests of this hop's SQL."""
    texts = [path.read_text() for path in (TESTS / "sql" / hop).rglob("*.py")]
    return frozenset(re.findall(r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+", "\n".join(texts)))


EDITS = pytest.mark.parametrize("edit", every_edit(), ids=lambda edit: f"{edit.hop}:{edit.code}")


@pytest.mark.proves("S1-10")
@EDITS
def test_an_edit_tells_both_sides_what_it_means_and_what_to_do(edit: Edit) -> None:
    for text in (edit.defect, edit.clinical, edit.billing, edit.next_step):
        assert len(text) >= 15
        assert text[0].isupper() or not text[0].isalpha()
        assert text.endswith((".", ":", "?")), text
    assert edit.clinical != edit.billing
    assert edit.source


@EDITS
def test_an_edit_s_checkpoint_is_one_its_hop_covers(edit: Edit) -> None:
    hop = next(hop for hop in assembly.hops() if hop.name == edit.hop)
    assert edit.checkpoint in hop.checkpoints


@EDITS
def test_an_edit_is_due_within_a_time_somebody_chose(edit: Edit) -> None:
    assert (edit.due_hours is None) != (edit.due_business_days is None)
    assert (edit.due_hours or edit.due_business_days or 0) > 0


@EDITS
def test_an_edit_is_named_by_its_defect_and_asks_for_record_ids(edit: Edit) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)+", edit.name)
    assert "record_id" in edit.sql


@EDITS
def test_an_edit_is_named_in_a_test_of_its_hop(edit: Edit) -> None:
    assert edit.code in codes_in_tests(edit.hop), (
        f"no test in tests/sql/{edit.hop} names {edit.code}"
    )


def test_values_are_bound_and_names_are_templated() -> None:
    for path in Path(SQL_FOLDER).rglob("*.sql"):
        if path.parent.name == "migrations":
            continue
        text = path.read_text()
        # `::type` would be read as a bind
        assert "::" not in text, path
        assert not re.search(r"\b(from|join)\s+(core|landing|ledger|audit|ops)\.", text), path


@pytest.mark.proves("S0-15")
def test_a_change_after_a_lock_names_the_lock_and_the_way_out() -> None:
    silent = {
        f"{edit.hop}: {edit.code}"
        for edit in every_edit()
        if edit.reason_class == "STATUS_LOCK" and edit.outcome == "held" and edit.lock is None
    }
    assert not silent, f"{silent}: give lock, locks and unlock in the head"
    locked = {edit.lock.name for edit in every_edit() if edit.lock is not None}
    assert locked >= {"submitted claim", "signed note", "visit-maintenance window"}
