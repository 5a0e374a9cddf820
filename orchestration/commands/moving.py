"""Commands that move records."""

import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from assets.sample.times import ZONE_NAME
from assets.sample.write import CLIENTS, DAYS, write_sample
from orchestration.commands import hop_pages
from orchestration.commands.first_run import SEED, answer_sample, lay_out_sample, yesterday
from orchestration.commands.opening import AS_JSON, Asked, how_fresh, tell
from orchestration.commands.printing import say, saying, show, table
from orchestration.flow.hop_pass import PassOutcome
from orchestration.flow.landing.verdict import Verdict, sentence
from orchestration.views.queue import queue as queue_of
from orchestration.views.sentences import counted
from orchestration.views.status import status as status_of

FAILED = STOPPED = 1
QUARANTINED = 3
NOT_TAKEN = 4


@click.command()
@click.option("--no-sample", is_flag=True, help="Never write the sample agency's files.")
@click.pass_obj
def run(asked: Asked, *, no_sample: bool) -> None:
    """Land what lies in the drop folder and run every hop once, through Dagster.

    A home that has never landed anything gets the sample agency's files first. Exit code 1: a
    hop failed or was stopped; held records are no failure.
    """
    from orchestration.graph.running import run_everything  # noqa: PLC0415 - Dagster takes seconds

    with asked.opened() as (house, sight):
        if not no_sample:
            lay_out_sample(house, say)
        with saying() as told:
            ran = run_everything(house, told)
            if not no_sample and answer_sample(house, told):
                ran.add(run_everything(house, told))
        _show_files(ran.verdicts)
        for failure in ran.failures:
            show(failure)
        status = status_of(sight, how_fresh(house, sight))
        hop_pages.show_hops(status)
        hop_pages.show_rungs(status)
        hop_pages.show_top_reasons([queue_of(sight, hop.name, limit=0) for hop in sight.hops])
    show()
    show("`carehops trace ID` asks about any record; `make ui` or `carehops ui` shows the picture.")
    sys.exit(0 if ran.is_well else FAILED)


def _show_files(verdicts: Sequence[Verdict]) -> None:
    """How many files, and those somebody must look at."""
    if not verdicts:
        show("No new files.")
    else:
        told = Counter(verdict.verdict.replace("_", " ") for verdict in verdicts)
        rows = sum(verdict.rows for verdict in verdicts)
        held = sum(verdict.held_lines for verdict in verdicts)
        how = ", ".join(f"{count} {word}" for word, count in told.most_common())
        show(f"{counted(len(verdicts), 'file')}: {how}; {rows} rows, {held} lines held.")
    for verdict in verdicts:
        if verdict.verdict in {"quarantined", "refused"}:
            show(f"  {sentence(verdict)}. {verdict.next_step}")
    show()


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--feed", help="The file's feed, when its name does not tell.")
@AS_JSON
@click.pass_obj
def land(asked: Asked, *, file: Path, feed: str | None, as_json: bool) -> None:
    """Land one file; it stays where it is.

    Exit code 0: landed, or seen before. 3: quarantined whole. 4: refused.
    """
    verdict = asked.house().landing.land(file, feed)
    tell(verdict, as_json, lambda: _show_verdict(verdict))
    sys.exit({"quarantined": QUARANTINED, "refused": NOT_TAKEN}.get(verdict.verdict, 0))


def _show_verdict(verdict: Verdict) -> None:
    facts = {
        "feed": verdict.feed,
        "file number": verdict.file_id,
        "sha256": verdict.sha256,
        "rows": verdict.rows,
        "held lines": verdict.held_lines,
        "known before": verdict.repeated,
        "reason": verdict.reason,
        "next": verdict.next_step,
    }
    show(f"{verdict.file}: {verdict.verdict.replace('_', ' ')}")
    for name, fact in facts.items():
        if fact is not None:
            show(f"  {name}: {fact}")


@click.command()
@click.option("--seed", default=SEED, show_default=True, help="Same seed and end: same files.")
@click.option("--clients", default=CLIENTS, show_default=True, help="How many clients.")
@click.option("--days", default=DAYS, show_default=True, help="How many days of service.")
@click.option("--end", type=click.DateTime(["%Y-%m-%d"]), help="Last day; yesterday by default.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write to.")
@click.pass_obj
def sample(
    asked: Asked, *, seed: int, clients: int, days: int, end: datetime | None, out: Path
) -> None:
    """Write a fictional agency's files, and the truth about every record in them."""
    last = end.date() if end else yesterday(asked.clock, ZONE_NAME)
    write_sample(out, seed=seed, clients=clients, days=days, end=last)
    show(f"{out / 'feeds'} holds the files, {out / 'truth.jsonl'} what must become of them.")


@click.command("pass")
@click.argument("hop")
@AS_JSON
@click.pass_obj
def pass_hop(asked: Asked, *, hop: str, as_json: bool) -> None:
    """Run one pass of HOP, without Dagster.

    Exit code 1: an expectation stopped it, nothing was published.
    """
    house = asked.house()
    outcome = house.passes.run(house.hop(hop), house.suite(hop))
    tell(outcome, as_json, lambda: _show_pass(outcome))
    sys.exit(0 if outcome.outcome == "published" else STOPPED)


def _show_pass(outcome: PassOutcome) -> None:
    show(
        f"{outcome.hop}: pass {outcome.pass_id} {outcome.outcome}, "
        f"{counted(outcome.taken, 'record')} up"
    )
    table(
        "",
        ("state", "decided now", "all records"),
        ((state, outcome.decided[state], count) for state, count in outcome.totals.items()),
        right=(1, 2),
    )
    for check in outcome.checks:
        if not check.passed:
            word = "could not be asked" if check.could_not_run else "does not hold"
            show(f"{check.expect.severity} {check.expect.name} {word}: {check.expect.because}")


COMMANDS = (run, land, sample, pass_hop)
