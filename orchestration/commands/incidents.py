"""Commands about incidents: what is wrong now, what happened to it, and what people say of it."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

import click
import sqlalchemy as sa

from orchestration.assembly import readable_contracts
from orchestration.commands import incident_page
from orchestration.commands.opening import AS_JSON, Asked, Desk, Instant, tell
from orchestration.commands.printing import say, show
from orchestration.views.incidents import incident as incident_of
from orchestration.views.incidents import incidents as incidents_of
from orchestration.views.sentences import counted
from orchestration.watch.agency_files import AgencyFiles, files_in_force
from orchestration.watch.evaluation import evaluate
from orchestration.watch.incidents import book
from orchestration.watch.incidents.incident import Answer
from orchestration.watch.looking.heartbeats import NOTIFIER, beat
from orchestration.watch.paging.delivery import send_due
from orchestration.watch.people.roster import Roster
from orchestration.watch.people.roster_file import ROSTER

Say = Callable[[sa.Connection, AgencyFiles, Answer], object]
"""Writes down what somebody says of an incident."""

NUMBER = click.argument("number", metavar="ID", type=int)
BY = click.option("--by", required=True, help="Who says so, as the roster names them.")
WHY = click.option("--why", required=True, help="Why, in a few words; no person's name in them.")


@click.command()
@click.option("--closed", default=0, help="How many of the newest closed ones to list besides.")
@AS_JSON
@click.pass_obj
def incidents(asked: Asked, *, closed: int, as_json: bool) -> None:
    """What is wrong now: every open incident, worst first."""
    with asked.desk() as desk:
        answer = incidents_of(desk.sight, closed)
        told = {"at": desk.sight.now, "incidents": answer}
        tell(told, as_json, lambda: incident_page.show_incidents(desk.sight, answer))


@click.command()
@NUMBER
@AS_JSON
@click.pass_obj
def incident(asked: Asked, *, number: int, as_json: bool) -> None:
    """One incident and its history: who was told, who answered, and why it closed."""
    with asked.desk() as desk:
        answer = incident_of(desk.sight, number)
        tell(answer, as_json, lambda: incident_page.show_incident(desk.sight, answer))


@click.command()
@NUMBER
@BY
@WHY
@AS_JSON
@click.pass_obj
def acknowledge(asked: Asked, *, number: int, by: str, why: str, as_json: bool) -> None:
    """Take an incident on: it goes no further up, and is still reminded of."""

    def told(connection: sa.Connection, files: AgencyFiles, answer: Answer) -> None:
        book.acknowledge(connection, number, answer, files.write)

    _answer(asked, number, by, why, told, as_json=as_json)


@click.command()
@NUMBER
@click.option("--until", type=Instant(), required=True, help="An instant, with its offset.")
@BY
@WHY
@AS_JSON
@click.pass_obj
def snooze(asked: Asked, *, number: int, until: datetime, by: str, why: str, as_json: bool) -> None:
    """Ask for quiet about an incident until an instant; what grows worse is told all the same."""

    def told(connection: sa.Connection, _: AgencyFiles, answer: Answer) -> None:
        book.snooze(connection, number, until, answer)

    _answer(asked, number, by, why, told, as_json=as_json)


@click.command()
@NUMBER
@BY
@WHY
@AS_JSON
@click.pass_obj
def close(asked: Asked, *, number: int, by: str, why: str, as_json: bool) -> None:
    """Call an incident over. If it still stands in a day, it is opened anew."""

    def told(connection: sa.Connection, files: AgencyFiles, answer: Answer) -> None:
        book.close(connection, number, answer, files.pager.rules, files.write)

    _answer(asked, number, by, why, told, as_json=as_json)


@click.command()
@AS_JSON
@click.pass_obj
def watch(asked: Asked, *, as_json: bool) -> None:
    """Look once for everything that is wrong, and send the pages that are due.

    What the pager does every few seconds while Dagster runs; for cron where it does not.
    """
    with asked.desk() as desk:
        answer = _look(desk)
    tell(answer, as_json, lambda: _show_looked(answer))


def _look(desk: Desk) -> "Looked":
    known = readable_contracts()
    with desk.database.transaction() as connection:
        found = evaluate(
            connection,
            desk.settings,
            known.feeds,
            known.hops,
            desk.clock,
            some_are_broken=bool(known.broken),
        )
        pager = files_in_force(connection, desk.settings, desk.clock.now()).pager
    secret, jitter = desk.settings.secret, random.SystemRandom()
    sent = send_due(desk.database, pager, secret, desk.clock, jitter)
    with desk.database.transaction() as connection:
        beat(connection, NOTIFIER, desk.clock.now())
    return Looked(
        found.conditions,
        sum(step.incident.is_open for step in found.steps),
        found.told,
        sum(page.outcome.was_sent for page in sent),
        sum(not page.outcome.was_sent for page in sent),
    )


@dataclass(frozen=True)
class Looked:
    """What one look found and did.

    Args:
        conditions: How many things are wrong.
        open: How many incidents are open.
        told: How many of them people are told of now.
        sent: Pages sent.
        failed: Pages that could not be sent and will be tried again.
    """

    conditions: int
    open: int
    told: int
    sent: int
    failed: int


def _show_looked(looked: Looked) -> None:
    failed = f", {looked.failed} not" if looked.failed else ""
    show(
        f"{counted(looked.conditions, 'condition')}; {counted(looked.open, 'open incident')}, "
        f"{looked.told} told now; {counted(looked.sent, 'page')} sent{failed}."
    )


def _answer(asked: Asked, number: int, by: str, why: str, told: Say, *, as_json: bool) -> None:
    """Write down what a person says of an incident, and show it as it is then."""
    with asked.desk() as desk:
        with desk.database.transaction() as connection:
            book.take_turn(connection)
            now = desk.clock.now()
            files = files_in_force(connection, desk.settings, now)
            told(connection, files, Answer(_who(files.roster, by), why, now))
        answer = incident_of(desk.sight, number)
        tell(answer, as_json, lambda: incident_page.show_incident(desk.sight, answer))


def _who(roster: Roster, by: str) -> str:
    """As the roster calls them. Whoever is not on it answers all the same, and stands there so."""
    person = roster.person(by)
    if person is not None:
        return person.name
    names = get_close_matches(by, roster.people, cutoff=0.4) or sorted(roster.people)
    say(
        f"{by} is not on the roster, and is recorded so; on it are {', '.join(names)}. "
        f"Whoever answers often belongs into {ROSTER}, [people]."
    )
    return f"{by} (not on the roster)"


COMMANDS = (incidents, incident, acknowledge, snooze, close, watch)
