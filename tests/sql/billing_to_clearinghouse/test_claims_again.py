"""After a rejection a claim goes out again as its last answer demands, and never otherwise."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from orchestration import assembly
from orchestration.ground.approvers import read_approvers
from orchestration.ground.failures import PermanentFailure
from orchestration.ground.partner_profiles import Partner, partner_reader
from orchestration.ground.settings import read_settings
from orchestration.partners.requests import Asked, Petitioner
from tests.bench_of_records import ZONE, Records
from tests.conftest import copy_of
from tests.sql.billing_to_clearinghouse.good_claim import HOP, lay_claim_ground, of
from tests.sql.billing_to_clearinghouse.replies import (
    claim_of,
    group,
    land,
    on_claim,
    one_set,
    remitted,
)
from tests.sql.delivery_to_billing.good_delivery import bill, contract

pytestmark = pytest.mark.slow

MONDAY = date(2026, 11, 9)
BILLING = "delivery_to_billing"
BY = "biller01@willow-bend.example"


@pytest.fixture(scope="module")
def ground(module_records: Records) -> Records:
    """A claim of two visits and a claim of one, in one file."""
    lay_claim_ground(module_records, "C2")
    tuesday = MONDAY + timedelta(days=1)
    bill(module_records, of("C1", MONDAY), of("C1", tuesday), of("C2", MONDAY, hour=12))
    module_records.run(HOP)
    return module_records


@pytest.fixture
def sent(
    administrator: sa.Engine, server_url: sa.URL, ground: Records, tmp_path: Path
) -> Iterator[Records]:
    """The same, of each test's own, its outbox too."""
    for records in copy_of(administrator, server_url, ground):
        records.settings = read_settings({"CAREHOPS_HOME": str(tmp_path)})
        yield records


def petitioner(records: Records, by: str = BY, **partner: Any) -> Petitioner:
    """Somebody at the desk, under the sample agency's rights."""
    folder = records.settings.agency_folder
    read = partner_reader([hop.ladder for hop in assembly.hops()])
    anybody: Partner = read(
        folder / "partners" / "any_payer.toml", (folder / "partners/any_payer.toml").read_text()
    )
    hop = next(hop for hop in assembly.hops() if hop.name == HOP)
    partners = (replace(anybody, **partner),)
    return Petitioner(read_approvers(folder), partners, hop, ZONE, by, "as told", records.now)


def ask(records: Records, claim: str, wish: Any, by: str = BY, **partner: Any) -> Asked:
    records.now += timedelta(hours=1)
    with records.database.transaction() as connection:
        return petitioner(records, by, **partner).ask(connection, claim, wish)


def verify(records: Records, claim: str, finding: Any) -> None:
    records.now += timedelta(hours=1)
    with records.database.transaction() as connection:
        petitioner(records).verify(connection, claim, finding)


def hear(records: Records, *replies: dict[str, Any]) -> None:
    records.now += timedelta(hours=1)
    land(records, *replies)
    records.run(HOP)


def attempts(records: Records, claim: str) -> list[tuple[Any, ...]]:
    """Attempt, frequency, the payer's number it names, batch and lines of each."""
    return [
        tuple(row)
        for row in records.all(
            "select attempt.attempt_no, attempt.frequency, attempt.payer_claim_number"
            ", attempt.batch_no, count(*) as lines from core.claim_attempt as attempt"
            " inner join core.claim_attempt_line as line"
            " on attempt.claim_id = line.claim_id and attempt.attempt_no = line.attempt_no"
            " where attempt.claim_id = :claim group by 1, 2, 3, 4 order by 1",
            claim=claim,
        )
    ]


def last_file(records: Records) -> str:
    row = records.one("select content from core.claim_batch order by batch_no desc limit 1")
    assert row is not None
    return bytes(row.content).decode()


def stand(records: Records, claim: str) -> tuple[Any, ...]:
    row = records.one(
        "select attempt_no, rung, reply_standing from core.claim where claim_id = :claim",
        claim=claim,
    )
    assert row is not None
    return tuple(row)


def all_moved(records: Records) -> bool:
    rows = records.all("select state, rung from ledger.entry where hop = :hop", hop=HOP)
    return {row.state for row in rows} == {"moved"}


@pytest.mark.parametrize("level", ["set", "clearinghouse", "payer"])
def test_what_was_never_adjudicated_goes_again_as_an_original_with_new_numbers(
    sent: Records, level: str
) -> None:
    claim = claim_of(sent, "C1")
    refusal = one_set("rejected") if level == "set" else on_claim(claim, "rejected", level)
    hear(sent, refusal)
    ask(sent, claim, "resend")
    sent.run(HOP)
    assert attempts(sent, claim) == [
        (1, "1", None, "B000000001", 2),
        (2, "1", None, "B000000002", 2),
    ]
    again = last_file(sent)
    assert f"CLM*{claim}*" in again
    assert "REF*F8*" not in again
    assert "GS*HC*" in again
    assert "*000000002*" in again
    assert stand(sent, claim) == (2, "sent", "none")
    assert all_moved(sent)


def test_a_whole_file_that_was_refused_is_asked_for_at_once(sent: Records) -> None:
    hear(sent, group("rejected"))
    with sent.database.transaction() as connection:
        asked = petitioner(sent).ask_batch(connection, "B000000001", "resend")
    assert len(asked) == 2
    sent.run(HOP)
    rows = sent.all("select attempt_no, batch_no from core.claim")
    assert [tuple(row) for row in rows] == [(2, "B000000002"), (2, "B000000002")]
    with (
        sent.database.transaction() as connection,
        pytest.raises(PermanentFailure, match="no claim of batch B000000001"),
    ):
        petitioner(sent).ask_batch(connection, "B000000001", "resend")


def test_a_replacement_is_no_late_filing(sent: Records) -> None:
    claim = claim_of(sent, "C1")
    hear(sent, *remitted(claim, "paid", "34.00", payer_claim_number="ICN1"))
    sent.now += timedelta(days=800)
    with sent.database.transaction() as connection:
        connection.execute(
            sa.text(
                "update ledger.entry set state = 'waiting' "
                "where hop = :hop and record_id = 'hhax/C1-1109-9'"
            ),
            {"hop": BILLING},
        )
    assert ask(sent, claim, "replace").released == 1
    sent.run(BILLING)
    assert "CLM-TIMELY" not in sent.codes("hhax/C1-1109-9", BILLING)


def test_a_claim_asked_for_once_goes_out_once(sent: Records) -> None:
    claim = claim_of(sent, "C1")
    hear(sent, one_set("rejected"))
    ask(sent, claim, "resend")
    with pytest.raises(PermanentFailure, match="asked for already"):
        ask(sent, claim, "resend")
    sent.run(HOP)
    sent.run(HOP)
    assert len(attempts(sent, claim)) == 2
    with pytest.raises(PermanentFailure, match="nobody has answered it yet"):
        ask(sent, claim, "resend")


@pytest.mark.parametrize(
    ("heard", "wish", "why"),
    [
        ([], "resend", "ask the partner for it by its control numbers"),
        ([], "replace", "nobody has answered it yet"),
        (["clearinghouse accepted"], "resend", "accepted and is on its way"),
        (["payer accepted"], "resend", "accepted and is on its way"),
        (["payer rejected"], "replace", "never took it in: resend it"),
        (["payer rejected"], "void", "never took it in: resend it"),
        (["payer accepted", "payer rejected"], "resend", "contradict each other"),
        (["paid"], "resend", r"replace it \(7\) or void it \(8\)"),
        (["denied"], "resend", r"replace it \(7\) or void it \(8\)"),
        (["paid"], "anew", "void it first"),
        (["payer accepted"], "void", "own number of it is not known"),
    ],
)
def test_what_the_last_answer_does_not_allow_is_refused_with_the_way_out(
    sent: Records, heard: list[str], wish: str, why: str
) -> None:
    claim = claim_of(sent, "C1")
    for said in heard:
        if " " in said:
            hear(sent, on_claim(claim, said.split()[1], said.split()[0]))
        else:
            amount = "34.00" if said == "paid" else "0"
            hear(sent, *remitted(claim, said, amount, payer_claim_number="ICN1"))
    with pytest.raises(PermanentFailure, match=why):
        ask(sent, claim, wish)


def test_silence_is_asked_about_before_anything_is_sent_again(sent: Records) -> None:
    claim = claim_of(sent, "C1")
    hear(sent, group("accepted"))
    with pytest.raises(PermanentFailure, match="Do not send it blindly"):
        ask(sent, claim, "resend")
    verify(sent, claim, "held")
    with pytest.raises(PermanentFailure, match="Do not send it blindly"):
        ask(sent, claim, "resend")
    verify(sent, claim, "not_held")
    ask(sent, claim, "resend")
    sent.run(HOP)
    assert len(attempts(sent, claim)) == 2


def test_an_answer_that_comes_in_between_stops_what_was_asked(sent: Records) -> None:
    claim = claim_of(sent, "C1")
    verify(sent, claim, "not_held")
    ask(sent, claim, "resend")
    hear(sent, on_claim(claim, "accepted", "payer"))
    assert len(attempts(sent, claim)) == 1
    assert stand(sent, claim) == (1, "payer 277CA", "accepted")
    assert all_moved(sent)


def test_an_answer_that_overtakes_a_claim_taken_apart_holds_it_for_a_person(sent: Records) -> None:
    claim = claim_of(sent, "C1")
    hear(sent, one_set("rejected"))
    bill(sent, of("C1", MONDAY) | {"sequence_id": 2, "action": "cancel"})
    assert ask(sent, claim, "resend").released == 1
    hear(sent, on_claim(claim, "accepted", "payer"))
    assert len(attempts(sent, claim)) == 1
    assert "CLM-ANSWERED" in sent.codes("hhax/C1-1109-9", HOP)
    sent.run(BILLING)
    sent.run(HOP)
    assert len(attempts(sent, claim)) == 1
    assert sent.state("hhax/C1-1109-9", HOP) == "cancelled"
    assert sent.state("hhax/C1-1110-9", HOP) == "moved"


def test_an_adjudicated_claim_is_replaced_under_the_payers_own_number(sent: Records) -> None:
    claim = claim_of(sent, "C1")
    hear(sent, *remitted(claim, "denied", "0", payer_claim_number="ICN77"))
    ask(sent, claim, "replace")
    sent.run(HOP)
    assert attempts(sent, claim)[1] == (2, "7", "ICN77", "B000000002", 2)
    assert "REF*F8*ICN77~" in last_file(sent)
    assert f"CLM*{claim}*34*" in last_file(sent)
    assert ":B:7*" in last_file(sent)
    hear(sent, *remitted(claim, "paid", "34.00", payer_claim_number="ICN78", payment_ref="EFT2"))
    assert stand(sent, claim) == (2, "posted", "paid")


@pytest.mark.parametrize("order", ["one file", "reversal first", "reversal last"])
def test_what_is_taken_back_behind_a_replacement_is_the_payment_before(
    sent: Records, order: str
) -> None:
    claim = claim_of(sent, "C1")
    hear(sent, *remitted(claim, "paid", "34.00", payer_claim_number="ICN1"))
    ask(sent, claim, "replace")
    sent.run(HOP)
    number = {"payment_ref": "EFT2", "payer_claim_number": "ICN1"}
    back = remitted(claim, "reversed", "-34.00", **number)
    again = remitted(claim, "paid", "32.30", **number | {"payer_claim_number": "ICN2"})
    if order == "one file":
        hear(sent, *back[:1], *again)
    else:
        for answer in (back, again) if order == "reversal first" else (again, back):
            hear(sent, *answer)
    rows = sent.all(
        "select standing, paid_cents from core.attempt_standing where claim_id = :claim "
        "order by attempt_no",
        claim=claim,
    )
    assert [tuple(row) for row in rows] == [("reversed", 0), ("paid", 3230)]
    assert stand(sent, claim) == (2, "posted", "paid")


def test_a_rejected_replacement_is_sent_again_as_a_replacement(sent: Records) -> None:
    claim = claim_of(sent, "C1")
    hear(sent, *remitted(claim, "denied", "0", payer_claim_number="ICN77"))
    ask(sent, claim, "replace")
    sent.run(HOP)
    hear(sent, on_claim(claim, "rejected", "payer", batch_ref="B000000002-0001"))
    ask(sent, claim, "resend")
    sent.run(HOP)
    assert [row[1:3] for row in attempts(sent, claim)] == [
        ("1", None),
        ("7", "ICN77"),
        ("7", "ICN77"),
    ]


def test_a_visit_changed_after_its_claim_goes_on_the_replacement(sent: Records) -> None:
    claim = claim_of(sent, "C1")
    hear(sent, *remitted(claim, "paid", "34.00", payer_claim_number="ICN1"))
    shorter = of("C1", MONDAY)
    shorter |= {"sequence_id": 2, "change_reason_code": "10", "change_attested": True}
    shorter |= {"updated_by": "jo", "updated_by_role": "Coordinator"}
    shorter["adjusted_out_at"] = shorter["call_out_at"] - timedelta(minutes=30)
    right = {"role": "Coordinator", "right_code": "visit_edit"}
    sent.put("role_right", **right, valid_from=date(2026, 1, 1))
    bill(sent, shorter)
    assert sent.codes(f"hhax/{shorter['visit_id']}", BILLING) == ["CLM-LOCKED-CHANGED"]
    asked = ask(sent, claim, "replace")
    assert asked.released == 1
    sent.run(HOP)
    assert len(attempts(sent, claim)) == 1, "a part of the claim went out"
    assert "RECON-REOPENED" in sent.codes(f"hhax/{shorter['visit_id']}", HOP)
    assert sent.codes("hhax/C1-1110-9", HOP) == ["CLM-PART"]
    sent.run(BILLING)
    sent.run(HOP)
    assert attempts(sent, claim)[1] == (2, "7", "ICN1", "B000000002", 2)
    row = sent.one("select total_cents from core.claim where claim_id = :claim", claim=claim)
    assert row is not None
    assert row.total_cents == 2550
    assert all_moved(sent)


def test_a_visit_cancelled_after_its_claim_drops_off_the_replacement(sent: Records) -> None:
    claim = claim_of(sent, "C1")
    hear(sent, *remitted(claim, "paid", "34.00", payer_claim_number="ICN1"))
    gone = of("C1", MONDAY) | {"sequence_id": 2, "action": "cancel"}
    bill(sent, gone)
    ask(sent, claim, "replace")
    sent.run(BILLING)
    sent.run(HOP)
    assert attempts(sent, claim)[1] == (2, "7", "ICN1", "B000000002", 1)
    assert sent.state(f"hhax/{gone['visit_id']}", HOP) == "cancelled"


def test_a_void_says_once_more_what_was_said_and_then_visits_are_free(sent: Records) -> None:
    claim = claim_of(sent, "C1")
    hear(sent, *remitted(claim, "paid", "34.00", payer_claim_number="ICN1"))
    sent.put("payer_contract", contract(rate_cents=500, contract_version=2))
    ask(sent, claim, "void")
    sent.run(BILLING)
    sent.run(HOP)
    assert attempts(sent, claim)[1] == (2, "8", "ICN1", "B000000002", 2)
    assert f"CLM*{claim}*34*" in last_file(sent)
    assert ":B:8*" in last_file(sent)
    with pytest.raises(PermanentFailure, match="nobody has answered"):
        ask(sent, claim, "anew")
    taken = remitted(claim, "reversed", "-34.00", payer_claim_number="ICN1", payment_ref="EFT2")
    hear(sent, *taken)
    assert stand(sent, claim) == (2, "posted", "reversed")
    assert ask(sent, claim, "anew").released == 2
    sent.run(BILLING)
    sent.run(HOP)
    rows = sent.all("select claim_id from core.claim where client_id = 'C1' order by claim_id")
    assert len(rows) == 2
    lines = sent.all("select distinct claim_id from core.claim_line where record_id ~ 'C1-'")
    assert [row.claim_id for row in lines] == [rows[1].claim_id]
    assert all_moved(sent)


@pytest.mark.parametrize("wish", ["replace", "void"])
def test_a_payer_that_takes_no_correction_is_sent_none(sent: Records, wish: str) -> None:
    claim = claim_of(sent, "C1")
    hear(sent, *remitted(claim, "paid", "20.00", payer_claim_number="ICN1"))
    with pytest.raises(PermanentFailure, match="by paper"):
        ask(sent, claim, wish, refuses=("replace", "void"), way_out="by paper form 12")
    ask(sent, claim, "anew", refuses=("replace", "void"), new_claim_instead=True)


def test_who_has_no_right_asks_for_nothing(sent: Records) -> None:
    claim = claim_of(sent, "C1")
    hear(sent, one_set("rejected"))
    with pytest.raises(PermanentFailure, match="Billing specialist"):
        ask(sent, claim, "resend", by="nurse01@willow-bend.example")


@pytest.mark.parametrize("table", ["claim_request", "claim_verification", "claim_release"])
def test_what_was_asked_is_never_edited(sent: Records, table: str) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), sent.database.transaction() as link:
        link.exec_driver_sql(f"delete from core.{table}")


def test_the_database_knows_no_attempt_that_nobody_asked_for(sent: Records) -> None:
    again = (
        "insert into core.claim_attempt select claim_id, 2, batch_no, set_control || '9', '1'"
        ", null, 'x', 'x', batch_id, published_at from core.claim_attempt"
    )
    with (
        pytest.raises(sa.exc.DBAPIError, match="nobody asked"),
        sent.database.transaction() as link,
    ):
        link.exec_driver_sql(again)


def test_a_line_leaves_a_claim_only_when_somebody_asked_for_it(sent: Records) -> None:
    with (
        pytest.raises(sa.exc.DBAPIError, match="asked for it"),
        sent.database.transaction() as link,
    ):
        link.exec_driver_sql("delete from core.claim_line")
