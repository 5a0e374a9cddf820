"""Whatever order replies come in, however often, in however many files: the end is the same."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import count, pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.partners.answers import take_answers
from tests.bench_of_records import NOW, Records
from tests.sql.billing_to_clearinghouse.good_claim import HOP, lay_claim_ground, of
from tests.sql.billing_to_clearinghouse.replies import (
    group,
    on_claim,
    one_set,
    remitted,
    standing,
    ta1,
)
from tests.sql.delivery_to_billing.good_delivery import bill

pytestmark = pytest.mark.slow

MONDAY = date(2026, 11, 9)
_number = count(1)


@pytest.fixture(scope="module")
def sent(module_records: Records) -> Records:
    """Three claims in two files; the first was sent again in a third."""
    lay_claim_ground(module_records, "C2")
    bill(module_records, of("C1", MONDAY), of("C2", MONDAY, hour=12), of("C-P2", MONDAY, hour=15))
    module_records.run(HOP)
    with module_records.database.transaction() as connection:
        connection.exec_driver_sql(_AGAIN)
    return module_records


_AGAIN = """
insert into core.claim_batch
select 'B000000007' as batch_no, payer_id, receiver_id, '000000007' as interchange_control
    , '7' as group_control, 'B000000007.837' as file_name, encode(sha256('x'), 'hex') as sha256
    , claim_count, total_cents, usage, 'x' as content, published_at as written_at, batch_id
    , published_at + interval '1 second' as published_at
from core.claim_batch where batch_no = 'B000000001';
insert into core.claim_request
    (claim_id, wish, after_attempt, frequency, because, made_by, made_role, made_at)
select claim_id, 'resend', 1, '1', 'rejected', 'pat.biller', 'Billing specialist', published_at
from core.claim where client_id = 'C1';
insert into core.claim_attempt
select claim_id, 2, 'B000000007', '0001', '1', null, 'rejected', 'pat.biller', batch_id
    , published_at + interval '1 second'
from core.claim where client_id = 'C1';
update core.claim set batch_no = 'B000000007', attempt_no = 2 where client_id = 'C1'
"""

_OUTCOMES = ("accepted", "rejected", "received", "forwarded")


def _about(claims: Sequence[str]) -> st.SearchStrategy[tuple[dict[str, Any], ...]]:
    """One reply: to a file, a set, a claim we know or one we do not, or a payment."""
    claim = st.sampled_from([*claims, "C000000STRANGER"])
    interchange = st.sampled_from(["000000001", "000000002", "000000007", "000000999"])
    control = st.sampled_from(["1", "2", "7", "999"])
    verdict = st.sampled_from(["accepted", "rejected"])
    batch = st.sampled_from([None, "B000000001-0001", "B000000007-0001", "THEIRS"])
    source = st.sampled_from(["clearinghouse", "payer"])
    return st.one_of(
        st.builds(ta1, verdict, interchange).map(lambda row: (row,)),
        st.builds(group, verdict, control).map(lambda row: (row,)),
        st.builds(one_set, verdict, st.just("0001"), control).map(lambda row: (row,)),
        st.builds(
            lambda *said: (
                on_claim(*said[:3], batch_ref=said[3], payer_claim_number=said[4], codes=said[5]),
            ),
            *(claim, st.sampled_from(_OUTCOMES), source, batch, st.sampled_from(["I1", "I2"])),
            st.sampled_from(["A7:164:IL", "A3:54", "A7:999", None]),
        ),
        st.builds(
            lambda *said: remitted(*said[:3], payment_ref=said[3], is_balanced=said[4]),
            *(claim, st.sampled_from(["paid", "denied", "reversed"])),
            *(st.sampled_from(["0", "17.00", "-17.00"]), st.sampled_from(["E1", "E2"])),
            st.booleans(),
        ),
    )


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_replies_read_twice_in_any_order_and_any_split_end_in_the_same_state(
    sent: Records, data: st.DataObject
) -> None:
    claims = [row.claim_id for row in sent.all("select claim_id from core.claim order by 1")]
    replies = data.draw(st.lists(_about(claims), min_size=1, max_size=8))
    files = list(dict.fromkeys(_file(reply) for reply in replies))
    expected = _after(sent, [files])
    shuffled = data.draw(st.permutations(files + data.draw(st.lists(st.sampled_from(files)))))
    cuts = data.draw(st.sets(st.integers(1, len(shuffled))))
    bounds = sorted({0, len(shuffled), *(cut for cut in cuts if cut < len(shuffled))})
    passes = [shuffled[a:b] for a, b in pairwise(bounds)]
    assert _after(sent, passes) == expected


_File = tuple[tuple[tuple[str, Any], ...], ...]


def _file(reply: tuple[dict[str, Any], ...]) -> _File:
    return tuple(tuple(sorted(row.items())) for row in reply)


def _after(records: Records, passes: Sequence[Sequence[_File]]) -> list[tuple[Any, ...]]:
    """How everything stands when files were taken in, so many at a time; nothing is kept."""
    with records.database.engine.connect() as connection, connection.begin() as transaction:
        for files in passes:
            for file in files:
                _land(connection, [dict(row) for row in file])
            take_answers(connection, NOW)
        found = standing(connection)
        transaction.rollback()
    return found


def _land(connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    number = next(_number)
    landed_at = NOW + timedelta(days=1, seconds=number)
    file_id = connection.execute(
        _LAND_FILE, {"sha256": f"f{number:063x}", "name": f"r{number}.x12", "at": landed_at}
    ).scalar_one()
    for line, row in enumerate(rows, start=1):
        told = {"reply_id": f"{number}/{line}", **row}
        told |= {"feed": "clearinghouse_replies", "file_id": file_id, "line_no": line}
        told |= {"is_current": True, "landed_at": landed_at}
        names = ", ".join(told)
        binds = ", ".join(f":{name}" for name in told)
        connection.execute(
            sa.text(f"insert into landing.clearinghouse_reply ({names}) values ({binds})"), told
        )


_LAND_FILE = sa.text("""
insert into landing.file
    (sha256, feed, name, byte_count, verdict, arrived_at, landed_at, line_count, row_count)
values (:sha256, 'clearinghouse_replies', :name, 1, 'landed', :at, :at, 1, 1)
returning file_id
""")
