"""Every sending of a claim is kept, and an answer finds the one it speaks of."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.bench_of_records import NOW, Records
from tests.conftest import copy_of
from tests.sql.billing_to_clearinghouse.good_claim import HOP, lay_claim_ground, of
from tests.sql.delivery_to_billing.good_delivery import bill

MONDAY = date(2026, 11, 9)
LATER = NOW + timedelta(days=3)

AGAIN = """
insert into core.claim_batch
select 'B000000007' as batch_no, payer_id, receiver_id, '000000007' as interchange_control
    , '7' as group_control, 'B000000007.837' as file_name, encode(sha256('x'), 'hex') as sha256
    , claim_count, total_cents, usage, 'x' as content, :at as written_at, batch_id
    , :at as published_at
from core.claim_batch where batch_no = 'B000000001';
insert into core.claim_request
    (claim_id, wish, after_attempt, frequency, because, made_by, made_role, made_at)
select claim_id, 'resend', 1, '1', 'rejected', 'pat.biller', 'Billing specialist', published_at
from core.claim where client_id = 'C1';
insert into core.claim_attempt
select claim_id, 2, 'B000000007', '0001', '1', null, 'rejected', 'pat.biller', batch_id, :at
from core.claim where client_id = 'C1'
"""


@pytest.fixture(scope="module")
def ground(module_records: Records) -> Records:
    """Two claims in one file; the first was sent again three days later."""
    lay_claim_ground(module_records, "C2")
    bill(module_records, of("C1", MONDAY), of("C2", MONDAY, hour=12))
    module_records.run(HOP)
    with module_records.database.transaction() as connection:
        for statement in AGAIN.split(";\n"):
            connection.execute(sa.text(statement), {"at": LATER})
    return module_records


@pytest.fixture
def own(administrator: sa.Engine, server_url: sa.URL, ground: Records) -> Iterator[Records]:
    """The same, of each test's own."""
    yield from copy_of(administrator, server_url, ground)


def answered(records: Records, kind: str, level: str, **said: Any) -> list[tuple[str, int]]:
    """Client and attempt of each claim that is answered, in order."""
    told: dict[str, Any] = dict.fromkeys(
        ("refers_to", "group_control", "set_control", "batch_ref", "sender_id")
    )
    told |= {"kind": kind, "level": level, "landed_at": LATER + timedelta(days=1)} | said
    rows = records.all(
        "select claim.client_id, answered.attempt_no from core.claims_answered(:kind, :level"
        ", :refers_to, :group_control, :set_control, :batch_ref, :sender_id, :landed_at)"
        " as answered inner join core.claim on answered.claim_id = claim.claim_id order by 1, 2",
        **told,
    )
    return [tuple(row) for row in rows]


def claim_of(records: Records, client_id: str) -> str:
    row = records.one("select claim_id from core.claim where client_id = :client", client=client_id)
    assert row is not None
    return str(row.claim_id)


def test_a_first_sending_is_the_first_attempt(ground: Records) -> None:
    rows = ground.all(
        "select claim.client_id, attempt.batch_no, attempt.set_control, attempt.frequency"
        ", attempt.payer_claim_number, attempt.made_by from core.claim_attempt as attempt"
        " inner join core.claim on attempt.claim_id = claim.claim_id"
        " where attempt.attempt_no = 1 order by 1"
    )
    assert [tuple(row) for row in rows] == [
        ("C1", "B000000001", "0001", "1", None, "carehops"),
        ("C2", "B000000001", "0001", "1", None, "carehops"),
    ]


@pytest.mark.parametrize(
    ("kind", "level", "said", "attempts"),
    [
        ("TA1", "interchange", {"refers_to": "000000001"}, [("C1", 1), ("C2", 1)]),
        ("TA1", "interchange", {"refers_to": "000000007"}, [("C1", 2)]),
        ("TA1", "interchange", {"refers_to": "000000009"}, []),
        ("999", "group", {"group_control": "7"}, [("C1", 2)]),
        ("999", "set", {"group_control": "1", "set_control": "0001"}, [("C1", 1), ("C2", 1)]),
        ("999", "set", {"group_control": "1", "set_control": "0002"}, []),
        ("277CA", "batch", {"refers_to": "B000000001-0001"}, [("C1", 1), ("C2", 1)]),
        ("277CA", "batch", {"refers_to": "B000000007"}, [("C1", 2)]),
        ("277CA", "batch", {"refers_to": "B000000007-0002"}, []),
        ("277CA", "provider", {"refers_to": "N", "batch_ref": "B000000007-0001"}, [("C1", 2)]),
        ("835", "payment", {"refers_to": "EFT1"}, []),
    ],
)
def test_an_answer_to_a_file_reaches_the_claims_that_were_in_it(
    ground: Records, kind: str, level: str, said: dict[str, str], attempts: list[tuple[str, int]]
) -> None:
    assert answered(ground, kind, level, **said) == attempts


def test_an_answer_that_names_claim_and_batch_speaks_of_that_attempt(ground: Records) -> None:
    said = {"refers_to": claim_of(ground, "C1"), "batch_ref": "B000000001-0001"}
    assert answered(ground, "277CA", "claim", **said) == [("C1", 1)]


def test_an_answer_that_names_only_the_claim_speaks_of_what_was_out_when_it_came(
    ground: Records,
) -> None:
    said = {"refers_to": claim_of(ground, "C1"), "batch_ref": "THEIRS"}
    before, after = LATER - timedelta(hours=1), LATER + timedelta(hours=1)
    assert answered(ground, "277CA", "claim", landed_at=before, **said) == [("C1", 1)]
    assert answered(ground, "277CA", "claim", landed_at=after, **said) == [("C1", 2)]
    assert answered(ground, "835", "line", landed_at=after, **said) == [("C1", 2)]


def test_numbers_of_one_receiver_say_nothing_of_another(own: Records) -> None:
    with own.database.transaction() as connection:
        connection.exec_driver_sql(
            "insert into core.claim_batch select 'B000000008', payer_id, 'OTHER'"
            ", interchange_control, group_control, 'B000000008.837', encode(sha256('y'), 'hex')"
            ", claim_count, total_cents, usage, 'y', written_at, batch_id, published_at"
            " from core.claim_batch where batch_no = 'B000000001'"
        )
    of_first = {"refers_to": "000000001"}
    both = [("C1", 1), ("C2", 1)]
    receiver = own.one("select receiver_id from core.claim_batch where batch_no = 'B000000001'")
    assert receiver is not None
    assert answered(own, "TA1", "interchange", sender_id="OTHER", **of_first) == []
    assert answered(own, "TA1", "interchange", sender_id=receiver.receiver_id, **of_first) == both
    assert answered(own, "TA1", "interchange", sender_id="NOBODY", **of_first) == both


@pytest.mark.parametrize(
    "change",
    ["update core.claim_attempt set why = 'x'", "delete from core.claim_attempt"],
)
def test_what_went_out_is_never_edited(own: Records, change: str) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), own.database.transaction() as link:
        link.exec_driver_sql(change)
