"""Commands by which a biller answers a rejection: what a claim is to become, and who asked."""

import re
from collections.abc import Callable
from typing import Any

import click

from orchestration.commands.claim_files import claims
from orchestration.commands.opening import AS_JSON, Asked, tell
from orchestration.commands.printing import show
from orchestration.ground.approvers import read_approvers
from orchestration.partners.requests import Asked as Kept
from orchestration.partners.requests import Finding, Petitioner, Wish
from orchestration.views.sentences import counted

_BATCH = re.compile(r"B[0-9]{9}")
_Command = Callable[..., None]


def _who_and_why(command: _Command) -> _Command:
    """The options of every one of these commands."""
    for option in (
        AS_JSON,
        click.option(
            "--why", required=True, help="The reason; it is kept, so name no person in it."
        ),
        click.option("--by", required=True, help="Who asks, as the agency's file names them."),
        click.argument("claim"),
    ):
        command = option(command)
    return click.pass_obj(command)


@claims.command("resend")
@_who_and_why
def resend(asked: Asked, **told: Any) -> None:
    """Send CLAIM again as it was meant: it was rejected, so the payer never took it in.

    Correct what was wrong first. It keeps its id and gets new control numbers with the next pass.
    A batch number instead sends all its claims again that were rejected.
    """
    _ask(asked, "resend", **told)


@claims.command("replace")
@_who_and_why
def replace(asked: Asked, **told: Any) -> None:
    """Replace CLAIM (frequency 7) under the payer's own number: it was denied or paid wrongly.

    Visits that changed since are reconciled again first; cancelled ones drop off.
    """
    _ask(asked, "replace", **told)


@claims.command("void")
@_who_and_why
def void(asked: Asked, **told: Any) -> None:
    """Void CLAIM (frequency 8) under the payer's own number: it should not have been billed."""
    _ask(asked, "void", **told)


@claims.command("anew")
@_who_and_why
def anew(asked: Asked, **told: Any) -> None:
    """Give CLAIM up and bill its visits on a new one: it is voided, denied or taken back."""
    _ask(asked, "anew", **told)


@claims.command("verify")
@_who_and_why
@click.option(
    "--says",
    required=True,
    type=click.Choice(("held", "not-held")),
    help="Whether the partner says it has the claim.",
)
def verify(asked: Asked, *, claim: str, by: str, why: str, says: str, as_json: bool) -> None:
    """Note what the partner said when asked whether it has CLAIM, which nobody answered.

    What it does not have may be resent; what it has is waited for.
    """
    finding: Finding = "held" if says == "held" else "not_held"
    with asked.opened() as (house, sight):
        petitioner = _petitioner(house, sight, by, why)
        with house.database.transaction() as connection:
            attempt = petitioner.verify(connection, claim, finding)
        told = {"claim": claim, "attempt": attempt, "finding": finding, "made_by": by}
        next_step = "it may be resent" if finding == "not_held" else "its answer is waited for"
        said = f"Attempt {attempt} of {claim} is {says.replace('-', ' ')} by the partner"
        tell(told, as_json, lambda: show(f"{said}, says {by}: {next_step}."))


def _petitioner(house: Any, sight: Any, by: str, why: str) -> Petitioner:
    hop = next(hop for hop in sight.hops if hop.ladder)
    approvers = read_approvers(house.settings.agency_folder)
    partners = house.watched.partners
    return Petitioner(approvers, partners, hop, sight.zone, by, why, sight.now)


def _ask(asked: Asked, wish: Wish, *, claim: str, by: str, why: str, as_json: bool) -> None:
    with asked.opened() as (house, sight):
        petitioner = _petitioner(house, sight, by, why)
        with house.database.transaction() as connection:
            if _BATCH.fullmatch(claim) and wish == "resend":
                all_kept = petitioner.ask_batch(connection, claim, wish)
                tell(all_kept, as_json, lambda: show(_said_of_batch(claim, all_kept)))
                return
            kept = petitioner.ask(connection, claim, wish)
        tell(kept, as_json, lambda: show(_said(kept)))


def _said_of_batch(batch: str, kept: list[Kept]) -> str:
    first = kept[0]
    claims = counted(len(kept), "claim")
    return (
        f"{claims} of {batch} will go out again with the next pass; asked by {first.made_by} as "
        f"{first.made_role}."
    )


def _said(kept: Kept) -> str:
    number = f", naming {kept.payer_claim_number}" if kept.payer_claim_number else ""
    what = {
        "resend": f"{kept.claim} goes out again with the next pass (frequency {kept.frequency})",
        "replace": f"{kept.claim} is replaced (7) with the next pass{number}",
        "void": f"{kept.claim} is voided (8) with the next pass{number}",
        "anew": f"{kept.claim} is given up",
    }[kept.wish]
    visits = "1 visit is" if kept.released == 1 else f"{kept.released} visits are"
    again = f" First {visits} reconciled again." if kept.released else ""
    return f"Request {kept.number}: {what}; asked by {kept.made_by} as {kept.made_role}.{again}"


COMMANDS = ()
