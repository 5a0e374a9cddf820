"""Replies of partners land through a reader that is handed in."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa

from orchestration.flow.landing.readers import ReadX12, Statement
from orchestration.flow.landing.receive import Received
from orchestration.flow.landing.verdict import Verdict
from orchestration.ground.database import Database
from orchestration.ground.failures import ContractFailure
from orchestration.partners.x12.rows import reply_statements
from tests.bench_of_files import NOW, Files
from tests.unit.sample_batch import SAMPLES

REMIT = (SAMPLES / "remit.835").read_text()

Row = Mapping[str, str | None]


@pytest.fixture
def files(database: Database, tmp_path: Path) -> Files:
    return Files(database, tmp_path)


def reply(number: int, **columns: str | None) -> Statement:
    return Statement(
        {
            "reply_id": f"abc/{number}",
            "reply_kind": "999",
            "level": "set",
            "refers_to": "0001",
            "outcome": "accepted",
            **columns,
        }
    )


def reading(*found: Statement) -> ReadX12:
    def read(received: Received) -> Iterable[Statement]:
        assert received.head.startswith(b"ISA")
        return found

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
        files.make_landing(read_x12=reading(Statement({"surprise": "x"}))).land(path)
    with pytest.raises(ContractFailure, match="needs a reader"):
        files.landing.land(path)
    assert files.rows("file") == 0


# --- with the house's own reader


def land(files: Files, text: str, name: str = "a.x12") -> Verdict:
    return files.make_landing(read_x12=reply_statements).land(files.write(name, text))


def test_readable_sets_land_beside_a_torn_one_which_waits_with_its_bytes(files: Files) -> None:
    start, end = REMIT.index("ST*835"), REMIT.index("GE*")
    torn = REMIT[start:end].replace("0001~\n", "0002~\n").replace("LQ*HE*N820~\n", "")
    both = REMIT[:end] + torn + REMIT[end:].replace("GE*1", "GE*2")
    verdict = land(files, both)
    assert (verdict.verdict, verdict.rows, verdict.held_lines) == ("landed", 3, 1)
    (held,) = files.held()
    assert held.reason_codes == ["X12-SET-COUNT-WRONG"]
    assert bytes(held.raw).startswith(b"ST*835*0002~BPR*")
    assert b"SVC*" in bytes(held.raw)


def test_all_a_statement_says_is_kept(files: Files) -> None:
    land(files, REMIT)
    with files.database.engine.connect() as connection:
        claim, line, payment = connection.execute(
            sa.text("select * from landing.clearinghouse_reply order by line_no")
        ).all()
    assert (claim.refers_to, claim.charge, claim.amount) == ("V000001", 68, 51)
    assert (claim.payment_ref, claim.is_balanced, claim.is_correction) == ("EFT0001", True, False)
    assert (line.line_key, line.service_code, line.adjustments) == (
        "V000001-1",
        "T1019",
        "CO:198=17",
    )
    assert (payment.level, payment.payment_method, payment.is_balanced) == ("payment", "ACH", True)
    assert (payment.sender_id, payment.receiver_id, payment.usage) == (
        "CLRHOUSE01",
        "AGENCY01",
        "T",
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Dear partner, no files today.", "X12-NO-INTERCHANGE"),
        (REMIT[:60], "X12-HEADER-UNREADABLE"),
        (REMIT.replace("SE*20*", "SE*21*"), "X12-SET-COUNT-WRONG"),
        ("<html><b>Sign in</b></html>", "WEB-PAGE"),
    ],
)
def test_a_file_of_which_nothing_can_be_read_is_quarantined(
    files: Files, text: str, code: str
) -> None:
    verdict = land(files, text)
    assert (verdict.verdict, verdict.reason_code) == ("quarantined", code)
    assert files.rows("clearinghouse_reply") == 0


def test_a_reply_in_utf_16_lands(files: Files) -> None:
    landing = files.make_landing(read_x12=reply_statements)
    path = files.write("a.x12", "")
    path.write_bytes(REMIT.encode("utf-16"))
    assert landing.land(path).rows == 3
