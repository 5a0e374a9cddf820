"""Commands about people and their pagers: who is on duty, and whether a page arrives."""

import random
import sys
from dataclasses import dataclass
from datetime import datetime

import click

from orchestration.commands.opening import AS_JSON, Asked, Desk, Instant, say_refused, tell
from orchestration.commands.printing import show, show_json, table
from orchestration.views.sentences import counted
from orchestration.watch.agency_files import AgencyFiles, files_in_force
from orchestration.watch.drill import Drill, Leg

FAILED = 1


@dataclass(frozen=True)
class OnDuty:
    """Who answers for one role.

    Args:
        role: Whose.
        persons: Their names.
        because: How they come to it.
        is_planned: False where somebody should be there and is not.
        then: The roles that are told one after the other when nobody acknowledges.
    """

    role: str
    persons: list[str]
    because: str
    is_planned: bool
    then: list[str]


@click.command()
@click.option("--at", type=Instant(), help="As of this instant, with its offset; now by default.")
@AS_JSON
@click.pass_obj
def roster(asked: Asked, *, at: datetime | None, as_json: bool) -> None:
    """Say who is on duty for each role, and who is told when they do not answer."""
    with asked.desk() as desk:
        files = _in_force(desk)
    at = at or asked.clock.now()
    duties = [on_duty(files, role, at) for role in sorted(files.roster.roles)]
    tell(duties, as_json, lambda: _show_roster(duties, at, files))


def on_duty(files: AgencyFiles, role: str, at: datetime) -> OnDuty:
    """Who answers for a role at an instant."""
    duty = files.roster.who(role, at)
    names = [person.name for person in duty.persons]
    then = [*files.roster.chain(role)[1:], files.roster.last_resort]
    return OnDuty(role, names, duty.because, duty.is_planned, list(dict.fromkeys(then)))


def _show_roster(duties: list[OnDuty], at: datetime, files: AgencyFiles) -> None:
    local = at.astimezone(files.agency.zone_info)
    rows = [
        (each.role, ", ".join(each.persons), each.because, ", ".join(each.then)) for each in duties
    ]
    table(f"On duty {local:%a %d %b %Y %H:%M %Z}", ("role", "person", "because", "then"), rows)


@click.command()
@AS_JSON
@click.pass_obj
def drill(asked: Asked, *, as_json: bool) -> None:
    """Send a page marked as a drill to every channel, and its recovery, and report each leg.

    Exit code 1: a leg failed.
    """
    legs = []
    with asked.desk() as desk:
        secret, jitter = desk.settings.secret, random.SystemRandom()
        for leg in Drill(desk.database, _in_force(desk), secret, desk.clock, jitter).legs():
            legs.append(leg)
            if not as_json:
                _show_leg(leg)
    failed = sum(not leg.went_well for leg in legs)
    if as_json:
        show_json({"went_well": not failed, "legs": legs})
    else:
        show(f"{counted(failed, 'leg')} failed." if failed else "Every leg went well.")
    sys.exit(FAILED if failed else 0)


def _show_leg(leg: Leg) -> None:
    to = f" by {leg.channel}" + (f" to {leg.recipient}" if leg.recipient != leg.channel else "")
    sign = "ok    " if leg.went_well else "FAILED"
    show(f"{sign} {leg.seconds:6.2f} s  {leg.name}{to if leg.channel else ''}: {leg.said}")


def _in_force(desk: Desk) -> AgencyFiles:
    with desk.database.transaction() as connection:
        files = files_in_force(connection, desk.settings, desk.clock.now())
    say_refused(files.refused)
    return files


COMMANDS = (roster, drill)
"""In the order people see them."""
