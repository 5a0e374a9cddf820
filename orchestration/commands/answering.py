"""The command that answers our claims like a partner, to try everything against."""

from datetime import datetime
from pathlib import Path

import click

from orchestration.commands.opening import Asked, Instant
from orchestration.commands.printing import show
from orchestration.ground.settings import read_settings
from orchestration.partners.simulator.behaviour import OWN_BEHAVIOURS, read_behaviours
from orchestration.partners.simulator.folder import TRUTH, Folders, answer
from orchestration.views.sentences import counted

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.option("--seed", default=1, show_default=True, help="Same seed and files: same answers.")
@click.option("--outbox", type=_FOLDER, help="Where claim files lie; our outbox by default.")
@click.option("--replies", type=_FOLDER, help="Where answers go; our drop folder by default.")
@click.option("--book", type=_FOLDER, help="The clearinghouse's own folder.")
@click.option("--behaviours", type=_FOLDER, default=OWN_BEHAVIOURS, help="One file a partner.")
@click.option("--until", type=Instant(), help="Answer what is due by this instant; now by default.")
@click.pass_obj
def clearinghouse(
    asked: Asked,
    *,
    seed: int,
    outbox: Path | None,
    replies: Path | None,
    book: Path | None,
    behaviours: Path,
    until: datetime | None,
) -> None:
    """Answer claim files like a clearinghouse and its payers, all of them invented.

    New files come in now (see --now); what is answered by --until is left among the replies. It
    refuses, loses, doubles and delays as the files in --behaviours say; truth.jsonl in --book says
    what must come out. For trying: it holds copies of the claims and is nobody's partner.
    """
    settings = read_settings()
    now = asked.clock.now()
    folders = Folders(
        outbox=outbox or settings.outbox,
        replies=replies or settings.drop,
        book=book or settings.home / "clearinghouse",
    )
    done = answer(read_behaviours(behaviours), seed, folders, now=now, until=until or now)
    show(
        f"{counted(done.received, 'file')} taken in, {counted(done.answered, 'answer')} left in "
        f"{folders.replies}; {folders.book / TRUTH} says what must come out."
    )


COMMANDS = (clearinghouse,)
