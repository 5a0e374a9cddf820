"""The command line. Every command works by itself: it joins the database's server, or starts it.

Whatever Carehops refuses to do is one plain line on standard error and exit code 2.
"""

from datetime import datetime

import click

from orchestration.commands import (
    answering,
    asking,
    claim_files,
    claims_again,
    contracts,
    deciding,
    exchanging,
    guarding,
    heard,
    incidents,
    keeping,
    moving,
    paging,
    replies,
    reporting,
    trying,
)
from orchestration.commands.opening import Asked, Instant, PlainWords


@click.group(cls=PlainWords, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--now", type=Instant(), help="Ask and act as of this instant, with its offset.")
@click.version_option(package_name="carehops")
@click.pass_context
def main(ctx: click.Context, now: datetime | None) -> None:
    """Home-care records on their way between systems: where each one is, and why."""
    ctx.obj = Asked(now)


for room in (
    moving,
    exchanging,
    asking,
    reporting,
    incidents,
    deciding,
    contracts,
    replies,
    trying,
    paging,
    keeping,
    guarding,
    answering,
    claim_files,
    claims_again,
    heard,
):
    for command in room.COMMANDS:
        main.add_command(command)
