"""Incidents as people see them: states, sentences, history, and the line on the status page."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from orchestration import assembly
from orchestration.commands import hop_pages, incident_page
from orchestration.ground.database import Database
from orchestration.ground.failures import PermanentFailure
from orchestration.views.incidents import IncidentLine, incident, incidents
from orchestration.views.sight import Sight
from orchestration.views.status import status
from orchestration.watch.incidents import book
from orchestration.watch.incidents.incident import Answer, Silence
from orchestration.watch.looking.conditions import Condition
from tests.bench_of_incidents import RULES, TUESDAY, condition

ZONE = "America/New_York"
STALE = replace(condition(), oldest=TUESDAY - timedelta(hours=3), money=Decimal("12345.60"))
FEED = condition("f", kind="feed_late", severity="P2")


@contextmanager
def looking(database: Database, now: datetime = TUESDAY) -> Iterator[Sight]:
    with database.engine.connect() as connection:
        hops, feeds, library = assembly.hops(), assembly.feeds(), assembly.sql_library()
        yield Sight(connection, hops, feeds, library, now, ZONE)


def evaluate(database: Database, now: datetime, *found: Condition, silenced: str = "") -> None:
    silences = [Silence(silenced, now + timedelta(hours=1), "planned downtime")] if silenced else []
    with database.transaction() as connection:
        book.advance(connection, found, now, RULES, lambda *_: None, silences=silences)


def lines(database: Database, now: datetime = TUESDAY, closed: int = 0) -> list[IncidentLine]:
    with looking(database, now) as sight:
        return list(incidents(sight, closed))


def only(database: Database, now: datetime = TUESDAY) -> IncidentLine:
    (line,) = lines(database, now)
    return line


def answer(minutes: int = 1) -> Answer:
    return Answer("ann", "on it", TUESDAY + timedelta(minutes=minutes))


def test_an_incident_is_said_in_one_sentence(database: Database) -> None:
    evaluate(database, TUESDAY, STALE)
    assert only(database).state == "open"
    assert only(database).sentence == (
        "P1 hop_stale at a since 17 Nov 2026 09:00 EST; 3 records; the oldest 3 h old; "
        "12,345.60 USD at stake; owner EVV coordinator; told, not acknowledged."
    )


def test_open_incidents_come_worst_first_and_closed_ones_when_asked_for(database: Database) -> None:
    evaluate(database, TUESDAY, FEED, STALE)
    evaluate(database, TUESDAY + timedelta(minutes=1), FEED)
    assert [line.severity for line in lines(database)] == ["P1", "P2"]
    evaluate(database, TUESDAY + timedelta(minutes=17), FEED)
    assert [line.state for line in lines(database, closed=5)] == ["open", "closed"]
    assert [line.state for line in lines(database)] == ["open"]


def test_what_explains_an_incident_is_named(database: Database) -> None:
    evaluate(database, TUESDAY, FEED, replace(STALE, caused_by=("f",)))
    found = {line.kind: line for line in lines(database)}
    held, cause = found["hop_stale"], found["feed_late"]
    assert (held.state, held.held_back_by) == ("held back", cause.incident)
    assert f"held back by incident {cause.incident}, which explains it" in held.sentence


def test_every_state_has_its_word(database: Database) -> None:
    evaluate(database, TUESDAY, STALE, silenced="a")
    assert only(database).state == "silenced"
    evaluate(database, TUESDAY + timedelta(minutes=1), STALE)
    number = only(database).incident
    with database.transaction() as connection:
        book.acknowledge(connection, number, answer(), lambda *_: None)
    assert only(database).state == "acknowledged"
    assert "acknowledged by ann" in only(database).sentence
    until = TUESDAY + timedelta(hours=2)
    with database.transaction() as connection:
        book.snooze(connection, number, until, answer(2))
    assert only(database).state == "snoozed"
    assert "snoozed until 17 Nov 2026 12:00 EST" in only(database).sentence
    assert only(database, until).state == "acknowledged"
    evaluate(database, TUESDAY + timedelta(minutes=5))
    assert only(database).state == "recovering"


def test_a_p2_of_the_night_says_that_nobody_was_told(database: Database) -> None:
    night = TUESDAY - timedelta(hours=8)
    evaluate(database, night, FEED)
    assert only(database, night).state == "waiting"
    assert "nobody was told" in only(database, night).sentence


def test_history_says_who_did_what_and_why(database: Database) -> None:
    evaluate(database, TUESDAY, STALE)
    number = only(database).incident
    with database.transaction() as connection:
        book.close(connection, number, answer(), RULES, lambda *_: None)
    with looking(database) as sight:
        page = incident(sight, number)
    assert [(each.what, each.who, each.why) for each in page.history] == [
        ("opened", "carehops", "the condition was seen"),
        ("told", "carehops", "the owner"),
        ("closed", "ann", "on it"),
    ]


def test_an_unknown_number_is_refused(database: Database) -> None:
    with looking(database) as sight, pytest.raises(PermanentFailure, match="no incident 7"):
        incident(sight, 7)


def test_the_status_page_counts_open_incidents(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate(database, TUESDAY, FEED, replace(STALE, caused_by=("f",)))
    with looking(database) as sight:
        hop_pages.show_status(sight, status(sight, {}))
        said = capsys.readouterr().out
        incident_page.show_incidents(sight, incidents(sight))
        incident_page.show_incident(sight, incident(sight, incidents(sight)[0].incident))
    assert "2 open incidents: 2 P1 (1 held back by what explains them)." in said
    assert "hop_stale" in capsys.readouterr().out
