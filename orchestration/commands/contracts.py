"""Commands about the contracts the agency keeps."""

import sys

import click

from assets.feeds.payer_contracts import PAYER_CONTRACTS
from orchestration.commands.opening import AS_JSON, Asked, tell
from orchestration.commands.printing import show
from orchestration.ground.contracts import Remark
from orchestration.partners.payers.approving import Approved, approve
from orchestration.views.sentences import counted

WRONG = 1


@click.group()
def contracts() -> None:
    """Terms agreed with payers: what is wrong or due, and who approved their crosswalks."""


@contracts.command("check")
@AS_JSON
@click.pass_obj
def check(asked: Asked, *, as_json: bool) -> None:
    """Say what is wrong, missing, overlapping, unapproved, expired or due for review.

    Exit code 1: something must be mended; what only becomes due is no error.
    """
    house = asked.house()
    folder = house.settings.agency_folder
    with house.database.engine.connect() as connection:
        remarks = [
            remark
            for feed in house.feeds
            if feed.inspect is not None and feed.kept_in is not None
            for remark in feed.inspect(connection, folder / feed.kept_in, house.today())
        ]
    tell(remarks, as_json, lambda: _show(remarks))
    sys.exit(WRONG if any(remark.severity == "ERROR" for remark in remarks) else 0)


def _show(remarks: list[Remark]) -> None:
    for remark in remarks:
        show(f"{remark.severity} {remark}")
    if not remarks:
        show("Every contract is whole, approved, in force and not due for review.")


@contracts.command("approve")
@click.argument("payer")
@click.option("--version", "number", type=int, required=True, help="Which version.")
@click.option("--by", required=True, help="Who looked at it; not whoever wrote it.")
@click.pass_obj
def approve_version(asked: Asked, *, payer: str, number: int, by: str) -> None:
    """Approve the crosswalks of a version of PAYER's contract; its lines go on at the next pass."""
    house = asked.house()
    folder = house.settings.agency_folder / str(PAYER_CONTRACTS.kept_in)
    approved = approve(PAYER_CONTRACTS.table, folder, payer, number, by=by, on=house.today())
    house.landing.take_own()
    _show_approved(approved)


def _show_approved(approved: Approved) -> None:
    show(f"Version {approved.version} of {approved.payer} is approved ({approved.mapping}).")
    for word, lines in (("new", approved.added), ("gone", approved.removed)):
        if lines:
            show(f"{counted(len(lines), 'crosswalk line')} {word}:")
        for line in lines:
            show(f"  {line}")


COMMANDS = (contracts,)
