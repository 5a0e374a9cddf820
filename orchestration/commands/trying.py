"""The command that tries a change without making it."""

import dataclasses
import tempfile
from datetime import datetime
from pathlib import Path

import click
import sqlalchemy as sa

from orchestration.assembly import House
from orchestration.commands.opening import AS_JSON, Asked, tell
from orchestration.commands.printing import show, table
from orchestration.flow.backtest import Backtest, Bench, Effect
from orchestration.ground.contracts import Hop
from orchestration.ground.failures import PermanentFailure
from orchestration.partners.payers.approving import as_if_approved
from orchestration.views.sentences import counted, money


@click.command()
@click.option("--edit", help="Code or name of an edit in force, or the path of a draft.")
@click.option(
    "--contract",
    type=click.Path(path_type=Path),
    help="A contract file that is not in force yet.",
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    help="First day of reception that is looked at.",
)
@AS_JSON
@click.pass_obj
def backtest(
    asked: Asked, *, edit: str | None, contract: Path | None, since: datetime, as_json: bool
) -> None:
    """Say what an edit or a contract would have held, released and cost, touching nothing.

    Give one of --edit and --contract. What a hop received since a day is judged twice, without the
    change and with it, in a transaction that is taken back; the hop's passes wait meanwhile.
    """
    if (edit is None) == (contract is None):
        message = "give either --edit or --contract"
        raise click.UsageError(message)
    house = asked.house()
    bench = Bench(house.database, house.library, house.clock.now(), house.agency.zone)
    if edit is not None:
        found = bench.try_edit(house.hops, edit, since.date())
    elif contract is not None:
        found = _try_contract(house, bench, contract, since)
    tell(found, as_json, lambda: _show(found))


def _try_contract(house: House, bench: Bench, path: Path, since: datetime) -> Backtest:
    with tempfile.TemporaryDirectory(prefix="carehops-backtest-") as folder:
        landing = dataclasses.replace(house.landing, kept=Path(folder))

        def change(connection: sa.Connection) -> None:
            verdict = landing.land_within(connection, path)
            if verdict.verdict != "landed" or verdict.file_id is None:
                message = f"{path.name} is {verdict.verdict.replace('_', ' ')}: {verdict.reason}"
                raise PermanentFailure(message)
            # who tries it asks what its terms do, not whether somebody has approved them yet
            as_if_approved(connection, feed.table, verdict.file_id)

        feed = landing.feed_of(path)
        readers = [hop for hop in house.hops if _reads(hop, f"landing.{feed.table.name}")]
        return bench.try_rows(readers, change, f"contract {path.name}", since.date())


def _reads(hop: Hop, table: str) -> bool:
    """Whether a hop judges by a table; one that sends to the outside has judged already."""
    return table in hop.reads and not hop.ladder


def _show(found: Backtest) -> None:
    for hop in found.hops:
        show(
            f"{found.change} at {hop.hop}, over {counted(hop.records, 'record')} received since "
            f"{found.since}; nothing was changed."
        )
        if not hop.payers:
            continue
        table(
            "",
            ("payer", "records", "held", "money", "released", "money", "repriced", "money", "net"),
            (_row(payer) for payer in hop.payers),
            right=range(1, 9),
        )
        for code, records in hop.reasons.items():
            show(f"  {counted(records, 'record')} held first for {code}")


def _row(payer: Effect) -> tuple[object, ...]:
    return (
        *(payer.payer, payer.records, payer.held, money(payer.held_cents)),
        *(payer.released, money(payer.released_cents)),
        *(payer.repriced, money(payer.repriced_cents), money(payer.net_cents)),
    )


COMMANDS = (backtest,)
