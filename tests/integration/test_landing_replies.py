"""Replies of partners land through a reader that is handed in."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from orchestration.ground.database import Database
from orchestration.ground.failures import ContractFailure
from tests.bench_of_files import NOW, Files

Row = Mapping[str, str | None]


@pytest.fixture
def files(database: Database, tmp_path: Path) -> Files:
    return Files(database, tmp_path)


def reply(number: int, **columns: str | None) -> Row:
    return {
        "reply_id": f"abc/{number}",
        "reply_kind": "999",
        "level": "set",
        "refers_to": "0001",
        "outcome": "accepted",
        **columns,
    }


def reading(*rows: Row) -> object:
    def read(content: bytes) -> Iterable[Row]:
        assert content.startswith(b"ISA")
        return rows

    return read


def test_statements_become_rows(files: Files) -> None:
    read = reading(reply(1), reply(2, amount="12.50", payer_claim_number=None))
    verdict = files.make_landing(read_x12=read).land(files.write("a.x12", "ISA*00*"))
    assert (verdict.verdict, verdict.rows) == ("landed", 2)
    assert files.file(verdict).newest_event_at == NOW
    assert files.handed_on == [("landing.clearinghouse_reply", verdict.file_id)]


def test_a_statement_that_is_known_is_a_repeat(files: Files) -> None:
    landing = files.make_landing(read_x12=reading(reply(1)))
    landing.land(files.write("a.x12", "ISA*00*"))
    verdict = landing.land(files.write("b.x12", "ISA*00*~"))
    assert (verdict.rows, verdict.repeated) == (0, 1)


def test_a_statement_that_says_something_else_under_a_known_id_waits(files: Files) -> None:
    files.make_landing(read_x12=reading(reply(1))).land(files.write("a.x12", "ISA*00*"))
    landing = files.make_landing(read_x12=reading(reply(1, outcome="rejected"), reply(2)))
    verdict = landing.land(files.write("b.x12", "ISA*00*~"))
    assert (verdict.rows, verdict.held_lines) == (1, 1)
    assert files.held()[0].reason_codes == ["SEQUENCE-REPEATED"]


def test_a_statement_the_contract_does_not_know_waits(files: Files) -> None:
    landing = files.make_landing(read_x12=reading(reply(1, reply_kind="997"), reply(2)))
    verdict = landing.land(files.write("a.x12", "ISA*00*"))
    assert (verdict.rows, verdict.held_lines) == (1, 1)
    assert files.held()[0].record_id == "abc/1"


def test_a_reader_that_disagrees_with_the_contract_is_told_so(files: Files) -> None:
    path = files.write("a.x12", "ISA*00*")
    with pytest.raises(ContractFailure, match="columns the contract does not name"):
        files.make_landing(read_x12=reading({"surprise": "x"})).land(path)
    with pytest.raises(ContractFailure, match="needs a reader"):
        files.landing.land(path)
    assert files.rows("file") == 0
