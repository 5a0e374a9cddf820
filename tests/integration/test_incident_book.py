"""Incidents in the database: crashes, repeats, two pagers at once, and what people do with them."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.ground.database import Database
from orchestration.ground.failures import PermanentFailure
from orchestration.watch.incidents import book as incidents
from orchestration.watch.incidents.incident import Answer, Incident, Telling
from orchestration.watch.looking.conditions import Condition
from tests.bench_of_incidents import RULES, TUESDAY, Memory, condition

MINUTE = timedelta(minutes=1)
STALE = condition()
DESTINATIONS = ("pager", "chat")


@pytest.fixture(scope="module")
def book(module_database: Database) -> Database:
    """A database with a table of what was told: as the outbox is, less its constraint."""
    with module_database.transaction() as connection:
        connection.exec_driver_sql(
            "create table told (incident_id bigint, what text, number integer, destination text"
            ", at timestamptz)"
        )
    return module_database


@pytest.fixture
def clean(book: Database) -> Database:
    empty(book)
    return book


def empty(book: Database) -> None:
    with book.transaction() as connection:
        connection.exec_driver_sql("set local session_replication_role = replica")
        connection.exec_driver_sql("delete from ops.incident_event")
        connection.exec_driver_sql("delete from ops.incident")
        connection.exec_driver_sql("delete from told")


def write(connection: sa.Connection, incident: Incident, telling: Telling, now: datetime) -> None:
    connection.execute(
        sa.text("insert into told values (:incident, :what, :number, :destination, :now)"),
        [
            {
                "incident": incident.incident_id,
                "what": telling.what,
                "number": telling.number,
                "destination": destination,
                "now": now,
            }
            for destination in DESTINATIONS
        ],
    )


def evaluate(book: Database, now: datetime, *conditions: Condition) -> None:
    with book.transaction() as connection:
        incidents.advance(connection, conditions, now, RULES, write)


def rows(book: Database, sql: str) -> Sequence[sa.Row[tuple[object, ...]]]:
    with book.engine.connect() as connection:
        return connection.execute(sa.text(sql)).all()


def told(book: Database) -> list[str]:
    sql = "select what, number from told where destination = 'chat' order by at, what"
    return [f"{row.what} {row.number}" for row in rows(book, sql)]


def test_what_is_written_down_is_what_was_decided(clean: Database) -> None:
    with clean.transaction() as connection:
        (step,) = incidents.advance(connection, [STALE], TUESDAY, RULES, write)
    with clean.transaction() as connection:
        assert incidents.open_incidents(connection) == [step.incident]
        assert incidents.incident_of(connection, step.incident.incident_id or 0) == step.incident


def test_an_upstream_cause_seen_in_the_same_moment_is_linked(clean: Database) -> None:
    feed = condition("f", kind="feed_late")
    evaluate(clean, TUESDAY, condition(caused_by=("f",)), feed)
    with clean.transaction() as connection:
        held = {each.key: each.held_back_by for each in incidents.open_incidents(connection)}
    assert held == {STALE.key: feed.key, feed.key: None}
    assert told(clean) == ["opened 0"]


class CrashedError(Exception):
    """What a killed process does to its transaction."""


def crash(book: Database, now: datetime, *conditions: Condition) -> None:
    """Everything is done but the commit."""
    with suppress(CrashedError), book.transaction() as connection:
        incidents.advance(connection, conditions, now, RULES, write)
        raise CrashedError


LIFE = st.lists(
    st.tuples(
        st.sampled_from([1, 30, 600, 899, 900, 1800]),
        st.sets(st.sampled_from(["a", "b"])),
        st.sampled_from(["once", "lost", "twice", "both"]),
    ),
    min_size=1,
    max_size=14,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(LIFE)
def test_lost_repeated_and_simultaneous_evaluations_tell_each_thing_once(
    book: Database, life: list[tuple[int, set[str], str]]
) -> None:
    """Against an evaluation that never crashes: the same life, told the same."""
    empty(book)
    now = TUESDAY
    for seconds, subjects, fate in life:
        now += timedelta(seconds=seconds)
        found = [condition(subject) for subject in sorted(subjects)]
        if fate == "lost":
            crash(book, now, *found)
        if fate == "both":
            together(book, now, found)
        else:
            for _ in range(2 if fate == "twice" else 1):
                evaluate(book, now, *found)
    assert undisturbed(life) == [tuple(row) for row in rows(book, _TOLD)]
    assert rows(book, _TWICE) == []


_TOLD = """
select incident.key, told.what, told.number, told.at
from told inner join ops.incident on told.incident_id = incident.incident_id
where told.destination = 'chat' order by told.at, incident.key, told.what
"""
_TWICE = """
select incident_id, what, number, destination from told
group by 1, 2, 3, 4 having count(*) > 1
"""


def undisturbed(life: list[tuple[int, set[str], str]]) -> list[tuple[object, ...]]:
    pager = Memory()
    for seconds, subjects, _ in life:
        pager.later(seconds=seconds).sees(*(condition(subject) for subject in sorted(subjects)))
    return sorted(
        ((incident.key, t.what, t.number, at) for at, incident, t in pager.tellings),
        key=lambda row: (row[3], row[0], row[1]),
    )


def together(book: Database, now: datetime, found: list[Condition], pagers: int = 2) -> None:
    """Pagers that evaluate at the same moment."""
    start = threading.Barrier(pagers)
    broken: list[BaseException] = []

    def pager() -> None:
        try:
            start.wait()
            evaluate(book, now, *found)
        except BaseException as error:  # a thread's failure is the test's
            broken.append(error)

    threads = [threading.Thread(target=pager) for _ in range(pagers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not broken


def test_eight_pagers_at_once_are_one(clean: Database) -> None:
    together(clean, TUESDAY, [STALE, condition("b")], pagers=8)
    assert len(rows(clean, "select 1 from ops.incident")) == 2
    assert told(clean) == ["opened 0", "opened 0"]


def test_the_database_refuses_a_second_open_incident_of_one_problem(clean: Database) -> None:
    evaluate(clean, TUESDAY, STALE)
    with pytest.raises(sa.exc.IntegrityError), clean.transaction() as connection:
        connection.exec_driver_sql(
            "insert into ops.incident (key, kind, subject, cause, severity, owner, opened_at"
            ", since, judged_at, last_seen_at, quiet_for) select key, kind, subject, cause"
            ", severity, owner, opened_at, since, judged_at, last_seen_at, quiet_for"
            " from ops.incident"
        )


def test_history_cannot_be_changed_nor_an_incident_deleted(clean: Database) -> None:
    evaluate(clean, TUESDAY, STALE)
    for sql in ("update ops.incident_event set who = 'x'", "delete from ops.incident"):
        with pytest.raises(sa.exc.DBAPIError), clean.transaction() as connection:
            connection.exec_driver_sql(sql)


def the_one(book: Database) -> Incident:
    with book.transaction() as connection:
        (incident,) = incidents.open_incidents(connection)
    return incident


def number(book: Database) -> int:
    found = the_one(book).incident_id
    assert found is not None
    return found


def answer(minutes: int, why: str = "looking") -> Answer:
    return Answer("ann", why, TUESDAY + minutes * MINUTE)


def test_acknowledging_stops_escalation_and_says_who_and_why(clean: Database) -> None:
    evaluate(clean, TUESDAY, STALE)
    with clean.transaction() as connection:
        incidents.acknowledge(connection, number(clean), answer(5), write)
    for minute in range(6, 100):
        evaluate(clean, TUESDAY + minute * MINUTE, STALE)
    assert told(clean) == [
        *("opened 0", "acknowledged 0", "reminder 1", "reminder 2", "reminder 3")
    ]
    event = rows(clean, "select who, why from ops.incident_event where what = 'acknowledged'")
    assert event == [("ann", "looking")]


def test_snoozing_stops_reminders_until_then(clean: Database) -> None:
    evaluate(clean, TUESDAY, STALE)
    with clean.transaction() as connection:
        incidents.snooze(connection, number(clean), TUESDAY + 90 * MINUTE, answer(5))
    for minute in range(6, 100):
        evaluate(clean, TUESDAY + minute * MINUTE, STALE)
    assert told(clean) == ["opened 0", "reminder 1"]
    assert the_one(clean).snoozed_by == "ann"


def test_closing_by_hand_tells_the_recovery_and_lets_it_rest(clean: Database) -> None:
    evaluate(clean, TUESDAY, STALE)
    with clean.transaction() as connection:
        ended = incidents.close(connection, number(clean), answer(5, "a drill"), RULES, write)
    evaluate(clean, TUESDAY + 6 * MINUTE, STALE)
    assert (ended.closed_by, ended.closed_because) == ("ann", "a drill")
    assert told(clean) == ["opened 0", "recovered 0"]
    evaluate(clean, TUESDAY + timedelta(days=2), STALE)
    assert told(clean)[-1] == "opened 0"


def test_what_is_closed_or_unknown_cannot_be_answered_for(clean: Database) -> None:
    evaluate(clean, TUESDAY, STALE)
    known = number(clean)
    with clean.transaction() as connection:
        incidents.close(connection, known, answer(5), RULES, write)
        with pytest.raises(PermanentFailure, match="was closed at"):
            incidents.acknowledge(connection, known, answer(6), write)
        with pytest.raises(PermanentFailure, match="there is no incident 999999"):
            incidents.acknowledge(connection, 999_999, answer(6), write)


def test_one_snoozes_into_the_future_only(clean: Database) -> None:
    evaluate(clean, TUESDAY, STALE)
    with (
        pytest.raises(PermanentFailure, match="is past"),
        clean.transaction() as connection,
    ):
        incidents.snooze(connection, number(clean), TUESDAY, answer(5))
