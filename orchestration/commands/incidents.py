"""Commands about incidents: what is wrong now, and what happened to it."""

import click

from orchestration.commands import incident_page
from orchestration.commands.opening import AS_JSON, Asked, tell
from orchestration.views.incidents import incident as incident_of
from orchestration.views.incidents import incidents as incidents_of

NUMBER = click.argument("number", metavar="ID", type=int)


@click.command()
@click.option("--closed", default=0, help="How many of the newest closed ones to list besides.")
@AS_JSON
@click.pass_obj
def incidents(asked: Asked, *, closed: int, as_json: bool) -> None:
    """What is wrong now: every open incident, worst first."""
    with asked.opened() as (_, sight):
        answer = incidents_of(sight, closed)
        told = {"at": sight.now, "incidents": answer}
        tell(told, as_json, lambda: incident_page.show_incidents(sight, answer))


@click.command()
@NUMBER
@AS_JSON
@click.pass_obj
def incident(asked: Asked, *, number: int, as_json: bool) -> None:
    """One incident and its history: who was told, who answered, and why it closed."""
    with asked.opened() as (_, sight):
        answer = incident_of(sight, number)
        tell(answer, as_json, lambda: incident_page.show_incident(sight, answer))


COMMANDS = (incidents, incident)
