"""What is owed to a partner goes its way and no other: the database sees to it."""

from typing import Any

import pytest
import sqlalchemy as sa

from orchestration.ground.database import Database

OPEN = ("waiting", "sending", "unconfirmed", "failed", "withheld")
ALLOWED = {
    "waiting": {"sending", "withheld"},
    "withheld": {"waiting"},
    "sending": {"sent", "unconfirmed", "waiting", "failed"},
    "unconfirmed": {"sent", "waiting", "failed"},
    "failed": {"unconfirmed", "waiting", "sent"},
    "sent": set(),
}
WAY = {
    "waiting": [],
    "withheld": ["withheld"],
    "sending": ["sending"],
    "unconfirmed": ["sending", "unconfirmed"],
    "failed": ["sending", "failed"],
    "sent": ["sending", "sent"],
}

BATCH = sa.text("""
insert into core.claim_batch (batch_no, payer_id, partner, receiver_id, interchange_control
    , group_control, file_name, sha256, claim_count, total_cents, usage, content, batch_id
    , published_at)
values ('B000000001', 'P1', 'plan', 'PLAN', '000000001', '1', 'B000000001.837'
    , encode(sha256(cast('ISA' as bytea)), 'hex'), 1, 100, 'T', cast('ISA' as bytea), 1
    , '2026-11-20 12:00Z')
""")


@pytest.fixture
def owed(database: Database) -> Database:
    with database.transaction() as connection:
        connection.execute(BATCH)
    return database


def step(database: Database, state: str, **changes: Any) -> None:
    reason = {"unconfirmed", "failed", "withheld"} & {state} and "tested"
    values = {"state": state, "reason": reason or None, **changes}
    if state == "sent":
        values = {"sent_at": "2026-11-20 13:00Z", **values}
    named = ", ".join(f"{name} = :{name}" for name in values)
    with database.transaction() as connection:
        sql = f"update core.delivery set {named}, updated_at = '2026-11-20 13:00Z'"
        connection.execute(sa.text(sql), values)


def events(database: Database) -> list[str]:
    with database.transaction() as connection:
        sql = "select state from core.delivery_event order by event_id"
        return list(connection.scalars(sa.text(sql)))


def test_what_is_published_is_owed_in_the_same_transaction(owed: Database) -> None:
    with owed.transaction() as connection:
        row = connection.execute(sa.text("select * from core.delivery")).one()
    assert (row.batch_no, row.partner, row.state, row.tries) == ("B000000001", "plan", "waiting", 0)
    assert events(owed) == ["waiting"]


@pytest.mark.parametrize("before", WAY)
def test_a_delivery_takes_no_step_that_is_not_allowed(owed: Database, before: str) -> None:
    for state in WAY[before]:
        step(owed, state)
    for state in {*OPEN, "sent"} - ALLOWED[before] - {before}:
        with pytest.raises(sa.exc.DBAPIError, match=f"does not go from {before} to {state}"):
            step(owed, state, **({} if state == "sent" else {"sent_at": None}))
    assert events(owed) == ["waiting", *WAY[before]]


@pytest.mark.parametrize(
    ("before", "after"), [(before, after) for before, to in ALLOWED.items() for after in sorted(to)]
)
def test_every_step_is_told(owed: Database, before: str, after: str) -> None:
    for state in (*WAY[before], after):
        step(owed, state)
    assert events(owed) == ["waiting", *WAY[before], after]


def test_what_was_offered_does_not_wait_again_unless_it_is_known_that_nothing_came_of_it(
    owed: Database,
) -> None:
    step(owed, "sending", offered_at="2026-11-20 13:00Z")
    with pytest.raises(sa.exc.DBAPIError, match="does not go from sending to waiting"):
        step(owed, "waiting", offered_at=None)
    step(owed, "unconfirmed")
    with pytest.raises(sa.exc.DBAPIError, match="violates check constraint"):
        step(owed, "waiting")
    step(owed, "waiting", offered_at=None)


def test_a_sent_file_has_a_date_and_is_marked_as_written(owed: Database) -> None:
    step(owed, "sending")
    with pytest.raises(sa.exc.DBAPIError, match="violates check constraint"):
        step(owed, "sent", sent_at=None)
    step(owed, "sent")
    with pytest.raises(sa.exc.DBAPIError, match="does not go from sent to sent"):
        step(owed, "sent", sent_at="2026-11-20 14:00Z")
    with owed.transaction() as connection:
        assert connection.scalar(sa.text("select written_at from core.claim_batch")) is not None


@pytest.mark.parametrize(
    "statement",
    [
        "delete from core.delivery",
        "truncate core.delivery",
        "update core.delivery set partner = 'other'",
        "delete from core.delivery_event",
        "update core.delivery_event set state = 'sent'",
    ],
)
def test_nothing_owed_is_forgotten_or_owed_to_another(owed: Database, statement: str) -> None:
    with pytest.raises(sa.exc.DBAPIError), owed.transaction() as connection:
        connection.execute(sa.text(statement))
