"""Odd answers are listed and change nothing; an old attempt's speak for that attempt only."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from orchestration.partners.answers import take_answers
from tests.bench_of_records import Records
from tests.sql.billing_to_clearinghouse.good_claim import HOP
from tests.sql.billing_to_clearinghouse.replies import (
    claim_of,
    group,
    land,
    on_claim,
    one_set,
    remitted,
    ta1,
)

pytestmark = pytest.mark.slow

MONDAY = date(2026, 11, 9)


def hear(records: Records, *replies: dict[str, Any]) -> None:
    """Replies land in one file, and a pass listens."""
    records.now += timedelta(hours=1)
    land(records, *replies)
    records.run(HOP)


def stand(records: Records, client_id: str = "C1") -> tuple[str, str, str | None]:
    """Rung and standing of the client's claim, and who gave the verdict."""
    row = records.one(
        "select rung, reply_standing, standing_rung from core.claim where client_id = :id",
        id=client_id,
    )
    assert row is not None
    return (row.rung, row.reply_standing, row.standing_rung)


def odd(records: Records) -> list[tuple[str, str, str]]:
    """What is listed: kind, and what the answer is about."""
    rows = records.all(
        "select odd.kind, answer.reply_kind, answer.refers_to from core.odd_answer as odd "
        "inner join core.answer as answer on odd.answer_id = answer.answer_id order by 1, 2, 3"
    )
    return [tuple(row) for row in rows]


def test_what_answers_nothing_we_sent_is_listed_once_and_moves_nobody(sent: Records) -> None:
    before = stand(sent)
    stranger = on_claim("C000000STRANGER", "rejected", "payer")
    hear(sent, ta1("rejected", "000000999"), group("rejected", "99"), one_set("rejected", "0009"))
    hear(sent, stranger, *remitted("C000000STRANGER", "paid", "5.00"))
    hear(sent, stranger)
    assert odd(sent) == [
        ("orphan", "277CA", "C000000STRANGER"),
        ("orphan", "835", "C000000STRANGER"),
        ("orphan", "999", "0009"),
        ("orphan", "999", "99"),
        ("orphan", "TA1", "000000999"),
    ]
    assert stand(sent) == before


def test_a_reply_sent_again_is_counted_and_says_nothing_new(sent: Records) -> None:
    claim = claim_of(sent, "C1")
    hear(sent, on_claim(claim, "accepted", "payer"))
    hear(sent, on_claim(claim, "accepted", "payer", reply_interchange="000000777"))
    row = sent.one("select count(*) as answers, max(times_seen) as times from core.answer")
    assert row is not None
    assert tuple(row) == (1, 2)
    assert stand(sent) == ("payer 277CA", "accepted", "payer 277CA")


def test_one_rung_that_says_both_leaves_the_claim_disputed(sent: Records) -> None:
    claim = claim_of(sent, "C1")
    hear(sent, on_claim(claim, "accepted", "payer"))
    hear(sent, on_claim(claim, "rejected", "payer"))
    assert stand(sent) == ("payer 277CA", "disputed", "payer 277CA")
    assert [kind for kind, _, _ in odd(sent)] == ["contradiction", "contradiction"]
    assert stand(sent, "C2") == ("sent", "none", None)


def test_a_later_rung_speaks_over_an_earlier_one(sent: Records) -> None:
    claim = claim_of(sent, "C1")
    hear(sent, on_claim(claim, "accepted", "clearinghouse"))
    assert stand(sent) == ("clearinghouse 277CA", "accepted", "clearinghouse 277CA")
    hear(sent, on_claim(claim, "received", "payer"))
    assert stand(sent) == ("payer 277CA", "accepted", "clearinghouse 277CA")
    hear(sent, on_claim(claim, "rejected", "payer"))
    assert stand(sent) == ("payer 277CA", "rejected", "payer 277CA")


def test_an_answer_out_of_its_order_is_listed_and_moves_nothing(sent: Records) -> None:
    hear(sent, on_claim(claim_of(sent, "C1"), "accepted", "payer"))
    hear(sent, group("accepted"))
    assert odd(sent) == [("out_of_order", "999", "1")]
    assert stand(sent) == ("payer 277CA", "accepted", "payer 277CA")
    assert stand(sent, "C2") == ("999", "none", None)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([("paid", "17.00", "E1")], ("posted", "paid", "835")),
        ([("denied", "0", "E1")], ("posted", "denied", "835")),
        ([("paid", "17.00", "E1"), ("reversed", "-17.00", "E2")], ("posted", "reversed", "835")),
        (
            [("paid", "17.00", "E1"), ("reversed", "-17.00", "E2"), ("paid", "12.00", "E2")],
            ("posted", "paid", "835"),
        ),
        (
            [("paid", "17.00", "E1"), ("reversed", "-17.00", "E2"), ("denied", "0", "E2")],
            ("posted", "denied", "835"),
        ),
    ],
)
def test_money_speaks_by_what_was_paid_and_not_taken_back(
    sent: Records, words: list[tuple[str, str, str]], expected: tuple[str, str, str]
) -> None:
    claim = claim_of(sent, "C1")
    for outcome, amount, payment in words:
        hear(sent, *remitted(claim, outcome, amount, payment_ref=payment))
    assert stand(sent) == expected


def test_a_remittance_that_does_not_add_up_is_heard_but_not_posted(sent: Records) -> None:
    hear(sent, *remitted(claim_of(sent, "C1"), "paid", "17.00", is_balanced=False))
    assert stand(sent) == ("835", "paid", "835")


def test_an_old_attempts_answer_does_not_speak_for_the_newest(sent: Records) -> None:
    claim = claim_of(sent, "C1")
    hear(sent, one_set("rejected"))
    assert stand(sent) == ("999", "rejected", "999")
    with sent.database.transaction() as connection:
        for statement in _AGAIN.split(";\n"):
            connection.execute(sa.text(statement), {"at": sent.now})
    hear(sent, on_claim(claim, "rejected", "payer", batch_ref="B000000001-0001"))
    assert stand(sent) == ("sent", "none", None)
    hear(sent, group("accepted", "7"))
    assert stand(sent) == ("999", "none", None)
    first = sent.one(
        "select rung, standing from core.attempt_standing where attempt_no = 1 and claim_id = :id",
        id=claim,
    )
    assert first is not None
    assert tuple(first) == ("payer 277CA", "rejected")


def test_a_claim_never_goes_down(sent: Records) -> None:
    hear(sent, group("accepted"))
    with (
        pytest.raises(sa.exc.DBAPIError, match="does not go down"),
        sent.database.transaction() as c,
    ):
        c.exec_driver_sql("update core.claim set rung = 'sent'")


def test_an_upload_nobody_confirmed_is_a_rung_of_its_own_until_it_is(sent: Records) -> None:
    for step in (_AGAIN, _SENDING, _UNCONFIRMED):
        with sent.database.transaction() as connection:
            for statement in step.split(";\n"):
                connection.execute(sa.text(statement), {"at": sent.now})
    with sent.database.transaction() as connection:
        take_answers(connection, sent.now)
    assert stand(sent) == ("sent-unconfirmed", "none", None)
    with sent.database.transaction() as connection:
        connection.execute(sa.text(_CONFIRMED), {"at": sent.now})
        take_answers(connection, sent.now)
    assert stand(sent) == ("sent", "none", None)


_SENDING = """
update core.delivery set state = 'sending', transport = 'folder', updated_at = :at
where batch_no = 'B000000007'
"""
_UNCONFIRMED = """
update core.delivery
set state = 'unconfirmed', reason = 'timed_out', offered_at = :at, updated_at = :at
where batch_no = 'B000000007'
"""
_CONFIRMED = """
update core.delivery set state = 'sent', sent_at = :at, updated_at = :at
where batch_no = 'B000000007'
"""
_AGAIN = """
insert into core.claim_batch
select 'B000000007' as batch_no, payer_id, receiver_id, '000000007' as interchange_control
    , '7' as group_control, 'B000000007.837' as file_name, encode(sha256('x'), 'hex') as sha256
    , claim_count, total_cents, usage, 'x' as content, null as written_at, batch_id
    , :at as published_at, partner
from core.claim_batch where batch_no = 'B000000001';
insert into core.claim_request
    (claim_id, wish, after_attempt, frequency, because, made_by, made_role, made_at)
select claim_id, 'resend', 1, '1', 'rejected', 'pat.biller', 'Billing specialist', published_at
from core.claim where client_id = 'C1';
insert into core.claim_attempt
select claim_id, 2, 'B000000007', '0001', '1', null, 'rejected', 'pat.biller', batch_id, :at
from core.claim where client_id = 'C1';
update core.claim set batch_no = 'B000000007', attempt_no = 2, rung = 'built'
    , reply_standing = 'none', standing_rung = null where client_id = 'C1'
"""
