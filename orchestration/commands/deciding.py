"""Commands by which a person decides what no rule can: exceptions, and lines nobody mends."""

from pathlib import Path

import click

from orchestration.commands.opening import AS_JSON, Asked, tell
from orchestration.commands.printing import show, table
from orchestration.flow.approvals import Approval, Registrar, Wish, approvals
from orchestration.flow.landing.ending import settle
from orchestration.ground.approvers import read_approvers
from orchestration.views.reasons import edit_of
from orchestration.views.sight import Sight

_BY = click.option("--by", required=True, help="Who decides, as the agency's file names them.")
_WHY = click.option("--why", required=True, help="The reason; it is kept, so name no person in it.")


@click.command()
@click.argument("record")
@click.option("--hop", required=True, help="Where it is held.")
@click.option("--code", required=True, help="The reason it is held for: the code of a HOLD.")
@_BY
@_WHY
@AS_JSON
@click.pass_obj
def approve(
    asked: Asked, *, record: str, hop: str, code: str, by: str, why: str, as_json: bool
) -> None:
    """Let RECORD go on in spite of a HOLD, as an approved exception.

    A BLOCK cannot be approved, and nobody approves what they made. The next pass lets the record
    go on; trace shows who approved it and why.
    """
    with asked.opened() as (house, sight):
        edit = edit_of(sight, hop, code)
        registrar = _registrar(house.settings.agency_folder, sight)
        with house.database.transaction() as connection:
            given = registrar.approve(
                connection, sight.hop(hop), edit, Wish(record, edit.code, by, why), sight.now
            )
        tell(
            given,
            as_json,
            lambda: show(
                f"Approval {given.number}: {record} goes on at {hop} in spite of {given.code} "
                f"with the next pass; approved by {by} as {given.approved_role}."
            ),
        )


@click.command()
@click.argument("number", type=int)
@_BY
@_WHY
@AS_JSON
@click.pass_obj
def withdraw(asked: Asked, *, number: int, by: str, why: str, as_json: bool) -> None:
    """Take approval NUMBER back.

    What went on because of it and is not on a claim is held again by the next pass; what is on a
    claim is listed for adjustment.
    """
    with asked.opened() as (house, sight):
        registrar = _registrar(house.settings.agency_folder, sight)
        with house.database.transaction() as connection:
            taken = registrar.withdraw(connection, number, by, why, sight.now)
        told = f"Approval {number} of {taken.code} for {taken.record} is taken back by {by}."
        tell(taken, as_json, lambda: show(told))


@click.command("approvals")
@click.option("--hop", help="Only those of this hop.")
@AS_JSON
@click.pass_obj
def list_approvals(asked: Asked, *, hop: str | None, as_json: bool) -> None:
    """Every approved exception, newest first: what, by whom, why, and whether it still holds."""
    with asked.opened() as (_, sight):
        if hop is not None:
            sight.hop(hop)
        given = approvals(sight.connection, hop)
        tell(given, as_json, lambda: _show(sight, given))


@click.command("settle-line")
@click.argument("line", metavar="FILE/LINE")
@_BY
@_WHY
@AS_JSON
@click.pass_obj
def settle_line(asked: Asked, *, line: str, by: str, why: str, as_json: bool) -> None:
    """Say that nothing more will come of a held line: it counts no more.

    FILE/LINE is its number in `carehops held-lines`. A line whose record lands again needs no
    settling: the later row mends it.
    """
    with asked.opened() as (house, sight):
        with house.database.transaction() as connection:
            settle(connection, line, by, why, sight.now)
        told = {"number": line, "settled_by": by, "because": why, "ended_at": sight.now}
        tell(told, as_json, lambda: show(f"Line {line} is settled by {by}; it counts no more."))


def _registrar(folder: Path, sight: Sight) -> Registrar:
    return Registrar(sight.library, read_approvers(folder), sight.zone)


def _show(sight: Sight, given: list[Approval]) -> None:
    if not given:
        show("Nothing was ever approved.")
        return
    table(
        "Approved exceptions",
        ("number", "record", "hop", "code", "by", "role", "at", "withdrawn by", "why"),
        (
            (
                *(each.number, each.record, each.hop, each.code, each.approved_by),
                *(each.approved_role, sight.local(each.approved_at), each.withdrawn_by),
                each.because,
            )
            for each in given
        ),
    )


COMMANDS = (approve, withdraw, list_approvals, settle_line)
