"""The acceptance table names every row, every test that claims one, and nothing that failed."""

from tests.acceptance.table import MISSING, PAGE, claims, page, rows, written


def test_no_test_claims_a_row_that_does_not_exist() -> None:
    assert not claims().keys() - {row.row_id for row in rows()}


def test_the_page_is_what_make_acceptance_writes() -> None:
    text = PAGE.read_text()
    last = written(text)
    proofs = claims()
    of_test = {test: last.get(row_id, "") for row_id, tests in proofs.items() for test in tests}
    assert page(rows(), proofs, of_test.__getitem__) == text, "run make acceptance"


def test_no_row_is_left_out_and_none_has_failed() -> None:
    last = written(PAGE.read_text())
    assert list(last) == [row.row_id for row in rows()]
    assert set(last.values()) <= {"passed", MISSING}
    assert {row for row, said in last.items() if said == "passed"} == claims().keys()
