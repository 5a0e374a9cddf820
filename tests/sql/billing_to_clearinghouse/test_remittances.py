"""Payments are kept once, with what explains them; what does not add up is marked."""

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from orchestration import assembly
from orchestration.partners.answers import take_answers
from orchestration.partners.x12.replies import read_replies
from orchestration.partners.x12.rows import reply_values
from orchestration.views.payments import payments as payments_of
from orchestration.views.sight import Sight
from tests.bench_of_records import Records
from tests.sql.billing_to_clearinghouse.replies import land, remitted
from tests.unit.test_x12_replies import answer

PAID = ("CLP*V000001*1*68*51**MC*ICN1", "CAS*CO*45*17")


def remit(*segments: str, paid: str, ref: str = "EFT1", on: str = "20261118") -> bytes:
    """A file with one payment."""
    bpr = f"BPR*I*{paid}*C*{'ACH' if paid != '0' else 'NON'}************{on}"
    return answer("835", "005010X221A1", bpr, f"TRN*1*{ref}*1512345678", *segments)


def take(records: Records, *files: bytes) -> None:
    """Land each file and take its answers in."""
    for file in files:
        replies = read_replies(file)
        land(records, *map(reply_values, replies.rows))
        with records.database.transaction() as connection:
            take_answers(connection, records.now)


def payments(records: Records) -> list[Any]:
    with records.database.engine.connect() as connection:
        return list(
            connection.execute(sa.text("select * from core.remittance order by remittance_id"))
        )


def rows(records: Records, sql: str) -> list[tuple[Any, ...]]:
    with records.database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(sql))]


def test_a_payment_is_kept_with_what_explains_it(records: Records) -> None:
    take(records, remit(*PAID, "PLB*1999999984*20261231*WO:OLD7*40*L6*-1", paid="12"))
    (payment,) = payments(records)
    assert (payment.payment_ref, payment.payment_payer) == ("EFT1", "1512345678")
    assert (payment.payment_method, str(payment.paid_on)) == ("ACH", "2026-11-18")
    assert (payment.amount_cents, payment.claims_paid_cents, payment.kept_cents) == (
        1200,
        5100,
        3900,
    )
    assert (payment.charged_cents, payment.claim_count, payment.is_balanced) == (6800, 1, True)
    assert rows(
        records,
        "select adjustment_no, provider_id, reason, kind, refers_to, kept_cents"
        " from core.provider_adjustment order by 1",
    ) == [
        (1, "1999999984", "WO", "recoupment", "OLD7", 4000),
        (2, "1999999984", "L6", "interest", "EFT1", -100),
    ]


def test_a_payment_of_nothing_is_a_payment(records: Records) -> None:
    take(
        records,
        remit(*PAID, "PLB*1999999984*20261231*FB:NEXT*-9*WO:OLD7*60", paid="0"),
    )
    (payment,) = payments(records)
    assert (payment.amount_cents, payment.payment_method, payment.is_balanced) == (0, "NON", True)


def test_a_payment_that_comes_again_is_the_same_payment(records: Records) -> None:
    plb = "PLB*1999999984*20261231*WO:OLD7*40"
    take(records, *[remit(*PAID, plb, paid="11")] * 3)
    (payment,) = payments(records)
    assert payment.times_seen == 3
    assert rows(records, "select count(*) from core.provider_adjustment") == [(1,)]


def test_several_payments_in_one_file_are_told_apart(records: Records) -> None:
    one, two = remit(*PAID, paid="51"), remit("CLP*V000002*1*9*9", paid="9", ref="EFT2")
    both = read_replies(one).rows + read_replies(two).rows
    land(records, *map(reply_values, both))
    with records.database.transaction() as connection:
        take_answers(connection, records.now)
    assert [(p.payment_ref, p.claims_paid_cents, p.claim_count) for p in payments(records)] == [
        ("EFT1", 5100, 1),
        ("EFT2", 900, 1),
    ]


@pytest.mark.parametrize(
    ("segments", "paid", "is_balanced", "unbalanced"),
    [
        (PAID, "50", False, 0),
        (("CLP*V000001*1*68*51**MC*ICN1", "CAS*CO*45*16"), "51", True, 1),
        (("CLP*V000001*1*68*x", *PAID), "51", False, 0),
    ],
)
def test_what_does_not_add_up_is_marked(
    records: Records, segments: tuple[str, ...], paid: str, is_balanced: bool, unbalanced: int
) -> None:
    take(records, remit(*segments, paid=paid))
    (payment,) = payments(records)
    assert (payment.is_balanced, payment.unbalanced_count) == (is_balanced, unbalanced)


def test_a_payment_is_added_up_again_over_what_landed(records: Records) -> None:
    claim, payment = remitted("V1", "paid", "51")
    land(records, {**claim, "charge": "51"}, {**payment, "amount": "52"})
    with records.database.transaction() as connection:
        take_answers(connection, records.now)
    assert [kept.is_balanced for kept in payments(records)] == [False]


BACK = ("CLP*V000001*22*-68*-51**MC*ICN1", "CAS*CO*45*-17")
ANEW = ("CLP*V000001*1*68*60**MC*ICN2", "CAS*CO*45*8")


def reversals(records: Records) -> list[tuple[Any, ...]]:
    return rows(
        records,
        "select reversal.claim_id, reversal.taken_back_cents, later.payment_ref"
        " from core.reversal as reversal left join core.remittance as later"
        " on reversal.corrected_by = later.remittance_id order by reversal.remittance_id",
    )


def test_a_reversal_and_its_correction_in_one_payment_are_a_pair(records: Records) -> None:
    take(records, remit(*PAID, paid="51", ref="OLD", on="20261104"), remit(*BACK, *ANEW, paid="9"))
    assert reversals(records) == [("V000001", 5100, "EFT1")]


def test_a_reversal_waits_for_a_correction_of_a_later_day_whichever_lands_first(
    records: Records,
) -> None:
    plb = "PLB*1999999984*20261231*WO:NEXT*-51"
    before = remit(*PAID, paid="51", ref="OLD", on="20261104")
    taken = remit(*BACK, plb, paid="0", ref="ZERO")
    later = remit(*ANEW, paid="60", ref="LATER", on="20261125")
    take(records, before, taken)
    assert reversals(records) == [("V000001", 5100, None)]
    take(records, later)
    assert reversals(records) == [("V000001", 5100, "LATER")]


def test_a_correction_that_lands_before_its_reversal_is_found(records: Records) -> None:
    take(
        records,
        remit(*ANEW, paid="60", ref="LATER", on="20261125"),
        remit(*BACK, "PLB*1999999984*20261231*WO:NEXT*-51", paid="0", ref="ZERO"),
    )
    assert reversals(records) == [("V000001", 5100, "LATER")]


def test_money_stays_exact(records: Records) -> None:
    take(records, remit("CLP*V000001*1*0.30*0.10", "CAS*CO*45*0.1*1*253*0.1", paid="0.1"))
    (payment,) = payments(records)
    assert Decimal(payment.amount_cents) / 100 == Decimal("0.1")
    assert (payment.charged_cents, payment.is_balanced, payment.unbalanced_count) == (30, True, 0)


def test_what_waits_is_listed_first(records: Records) -> None:
    take(
        records,
        remit(*PAID, paid="50"),
        remit(*BACK, "PLB*1999999984*20261231*WO:NEXT*-51", paid="0", ref="ZERO"),
    )
    with records.database.engine.connect() as connection:
        sight = Sight(connection, (), (), assembly.sql_library(), records.now, "UTC")
        held, whole = payments_of(sight, held_only=False, limit=9)
        assert payments_of(sight, held_only=True, limit=9) == (held,)
    assert (held.number, held.is_balanced, held.claims) == ("EFT1", False, 1)
    assert (whole.number, whole.kept, whole.reversals) == ("ZERO", {"recoupment": -5100}, 1)
