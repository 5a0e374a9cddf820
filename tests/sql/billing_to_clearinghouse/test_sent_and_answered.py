"""A file whose answer on the line got lost is with its partner when a reply speaks of it."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from orchestration import assembly
from orchestration.views.sight import Sight
from orchestration.views.trace import trace
from tests.bench_of_exchange import Exchanges
from tests.bench_of_records import Records
from tests.sftp_partner import Running, sftp_partner
from tests.sql.billing_to_clearinghouse.good_claim import HOP, lay_claim_ground, of
from tests.sql.billing_to_clearinghouse.replies import claim_of, group, on_claim, ta1
from tests.sql.delivery_to_billing.good_delivery import bill

pytestmark = pytest.mark.slow


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with sftp_partner(tmp_path / "partner") as server:
        yield server


@pytest.fixture
def doubted(records: Records, tmp_path: Path, running: Running) -> Exchanges:
    """A file that its partner took out of sight at once, and whose answer got lost."""
    exchanges = Exchanges(records.database, tmp_path, records.now)
    exchanges.agree(running.partner, replies="")
    records.settings = exchanges.settings
    lay_claim_ground(records)
    bill(records, of("C1", date(2026, 11, 9)))
    records.run(HOP)
    assert exchanges.states() == ["waiting"]
    running.partner.takes_at_once, running.partner.loses_answer = "done", True
    exchanges.run()
    assert exchanges.states() == ["unconfirmed"]
    records.now = exchanges.now + timedelta(minutes=1)
    return exchanges


def rungs(records: Records) -> list[str]:
    return [row.rung for row in records.all("select rung from core.claim")]


@pytest.mark.parametrize("reply", [ta1("accepted"), ta1("rejected"), group("accepted")])
def test_a_reply_that_names_its_numbers_proves_it(
    doubted: Exchanges, records: Records, running: Running, reply: dict[str, str]
) -> None:
    assert rungs(records) == ["sent-unconfirmed"]
    records.put("clearinghouse_reply", {"reply_id": "R1", **reply})
    records.run(HOP)
    doubted.run()
    assert (doubted.states(), doubted.reasons()) == (["sent"], ["named_by_a_reply"])
    assert len(running.partner.arrived) == 1


@pytest.mark.parametrize("reply", [ta1("accepted", "000000777"), group("accepted", "777")])
def test_a_reply_to_another_file_proves_nothing(
    doubted: Exchanges, records: Records, reply: dict[str, str]
) -> None:
    records.put("clearinghouse_reply", {"reply_id": "R1", **reply})
    records.run(HOP)
    doubted.run()
    assert doubted.states() == ["unconfirmed"]


@pytest.mark.parametrize(("older", "state"), [(False, "sent"), (True, "unconfirmed")])
def test_a_reply_that_names_a_claim_proves_it_unless_an_older_file_held_that_claim_too(
    doubted: Exchanges, records: Records, older: bool, state: str
) -> None:
    claim_id = claim_of(records, "C1")
    if older:
        with records.database.transaction() as connection:
            # a second sending, as it stands in the book; attempts are append-only
            connection.exec_driver_sql("set local session_replication_role = replica")
            for table in ("claim_attempt", "attempt_standing"):
                connection.exec_driver_sql(f"update core.{table} set attempt_no = 2")
    reply = on_claim(claim_id, "accepted", "clearinghouse")
    records.put("clearinghouse_reply", {"reply_id": "R1", **reply})
    records.run(HOP)
    doubted.run()
    assert doubted.states() == [state]


def test_claims_climb_when_their_file_is_found(
    doubted: Exchanges, records: Records, running: Running
) -> None:
    running.partner.takes_at_once = ""
    doubted.agree(running.partner, replies="", processed=["done"])
    doubted.run()
    assert rungs(records) == ["sent"]


def test_trace_says_of_batch_and_claim_where_the_file_is_and_what_to_do(
    doubted: Exchanges, records: Records
) -> None:
    doubted.run()
    with records.database.engine.connect() as connection:
        sight = Sight(
            *(connection, assembly.hops(), assembly.feeds(), assembly.sql_library()),
            *(doubted.now, "America/New_York"),
        )
        for asked in ("B000000001", claim_of(records, "C1"), "hhax/C1-1109-9"):
            answer = trace(sight, asked)
            said = "File B000000001, 1 claim, may be with some_plan or not (not seen)"
            assert said in answer.sentence
            assert answer.next_step == "ask the partner whether it has it, then settle it"
        assert "File" not in trace(sight, "B000000002").sentence
