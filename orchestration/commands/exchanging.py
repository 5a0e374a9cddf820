"""Commands that exchange files with partners, and by which a person decides what no line can."""

import sys
from collections.abc import Sequence
from random import SystemRandom

import click

from orchestration.assembly import House
from orchestration.commands.incidents import BY, WHY
from orchestration.commands.opening import AS_JSON, Asked, tell
from orchestration.commands.printing import say, show, table
from orchestration.ground.failures import ContractFailure, FileRefused
from orchestration.partners.exchange import Exchange, Exchanged
from orchestration.views.deliveries import OpenDelivery, open_deliveries
from orchestration.views.sentences import counted, money

FAILED = 1


@click.command()
@click.option("--partner", help="Only with this one: its file's name, or clearinghouse.")
@AS_JSON
@click.pass_obj
def exchange(asked: Asked, *, partner: str | None, as_json: bool) -> None:
    """Send what waits, look for what is in doubt, fetch replies; with every partner.

    It waits for no back-off, but tries nothing that was refused for good. Exit code 1: with some
    partner files could not be exchanged.
    """
    done = _exchange(asked.house(), partner).all(partner, patient=False)
    tell(done, as_json, lambda: _show(done))
    sys.exit(0 if all(one.is_well for one in done) else FAILED)


def _exchange(house: House, partner: str | None) -> Exchange:
    """The exchange of a house that knows the partner."""
    made = Exchange(house.database.engine, house.settings, house.clock, SystemRandom())
    known = made.routes()
    if partner is not None and partner not in known:
        message = f"no partner is called {partner!r}; there are {', '.join(known)}"
        raise ContractFailure(message)
    return made


def _show(done: Sequence[Exchanged]) -> None:
    table(
        "",
        ("partner", "outcome", "why", "sent", "fetched", "left"),
        (
            (
                one.partner,
                one.outcome,
                (one.why or "").replace("_", " "),
                one.sent,
                one.fetched,
                ", ".join(f"{files} {state}" for state, files in one.left.items()),
            )
            for one in done
        ),
        right=(3, 4),
    )
    for one in done:
        if one.said:
            say(one.said)
        if one.outcome == "stopped":
            show(f"{one.partner} waits for its secret or key to change, or `carehops resume`.")
    if any(one.left for one in done):
        show("`carehops deliveries` says of each file where it is and what to do.")


@click.command()
@click.option("--partner", help="Only this one's.")
@AS_JSON
@click.pass_obj
def deliveries(asked: Asked, *, partner: str | None, as_json: bool) -> None:
    """Claim files that are not known to be with their partner: where, why, what to do."""
    with asked.opened() as (_, sight):
        found = open_deliveries(sight, partner)
        tell(found, as_json, lambda: _show_deliveries(found))


def _show_deliveries(found: Sequence[OpenDelivery]) -> None:
    if not found:
        show("Every claim file is with its partner.")
        return
    cents = sum(one.amount_cents for one in found)
    show(f"{counted(len(found), 'file')} not known to be with a partner, {money(cents)}:")
    for one in found:
        show(f"  {one.sentence}; next: {one.next_step}.")


@click.command()
@click.argument("batch")
@click.option("--sent", "found", flag_value="sent", help="The partner has it.")
@click.option("--absent", "found", flag_value="absent", help="It has not: it is sent again.")
@BY
@WHY
@AS_JSON
@click.pass_obj
def settle(
    asked: Asked, *, batch: str, found: str | None, by: str, why: str, as_json: bool
) -> None:
    """Say of a BATCH in doubt, or failed, whether its partner has it: one of the two options.

    Ask the partner first. A file that is sent again goes with the same bytes and numbers.
    """
    if found is None:
        raise click.UsageError("say --sent or --absent")
    with asked.opened() as (house, sight):
        file = {one.batch: one for one in open_deliveries(sight)}.get(batch.upper())
        if file is None or file.state not in {"unconfirmed", "failed"}:
            message = f"{batch} is neither in doubt nor failed; see `carehops deliveries`"
            raise ContractFailure(message)
    has_it = found == "sent"
    _exchange(house, None).settle(file.partner, file.batch, by, why, has_it=has_it)
    after = "is with" if has_it else "goes again with the next exchange to"
    told = {"batch": file.batch, "partner": file.partner, "sent": has_it}
    tell(told, as_json, lambda: show(f"{file.batch} {after} {file.partner}, says {by}."))


@click.command()
@click.argument("partner")
@BY
@WHY
@AS_JSON
@click.pass_obj
def resume(asked: Asked, *, partner: str, by: str, why: str, as_json: bool) -> None:
    """Let a PARTNER be tried again whose credential or host key was refused.

    It resumes by itself when the secret or the pinned key is another one. The next exchange tries.
    """
    made = _exchange(asked.house(), partner)
    route = made.routes()[partner]
    if isinstance(route, FileRefused):
        raise route
    made.access(route).resume(by, why)
    told = {"partner": partner, "resumed": True}
    tell(told, as_json, lambda: show(f"{partner} is tried again with the next exchange."))


COMMANDS = (exchange, deliveries, settle, resume)
