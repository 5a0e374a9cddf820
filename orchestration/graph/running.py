"""Land what has come and run every hop once, in this process, through Dagster.

The same assets, checks and numbers as when schedules run them, on the same instance: what
``carehops run`` did is seen in ``carehops ui`` afterwards.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, get_args

import dagster as dg

from orchestration.assembly import House
from orchestration.flow.hop_pass import PassOutcome
from orchestration.flow.landing.verdict import Verdict, VerdictWord, sentence
from orchestration.graph.definitions import build_defs
from orchestration.graph.feed_asset import nothing_new
from orchestration.graph.fresh_checks import mirror, not_shown
from orchestration.graph.instance import (
    ALONE,
    IN_PROCESS,
    alone,
    give_up_lost_runs,
    open_instance,
)
from orchestration.graph.lineage import Picture
from orchestration.graph.schedules import ALL_HOPS_JOB, LANDING_JOB
from orchestration.ground.failures import TransientFailure
from orchestration.partners.routes import readable_routes
from orchestration.views.sentences import counted
from orchestration.watch.looking.standing import Standing, watch

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass
class Ran:
    """What one run of everything did.

    Args:
        verdicts: What became of each file.
        passes: What each hop's pass did, those that stopped included.
        failures: What went wrong, one sentence each.
        standings: How fresh everything is afterwards.
    """

    verdicts: list[Verdict] = field(default_factory=list)
    passes: list[PassOutcome] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    standings: list[Standing] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        """Whether nothing failed; held records and stale feeds are no failures of the run."""
        return not self.failures

    def add(self, later: "Ran") -> None:
        """What was done once more, right after."""
        self.verdicts += later.verdicts
        self.passes += later.passes
        self.failures += later.failures
        self.standings = later.standings


def run_everything(house: House, say: Callable[[str], None] = lambda _: None) -> Ran:
    """Land, run every hop once, look how fresh everything is.

    Args:
        house: Everything that is needed.
        say: Is told, in a line each, what happens.

    Raises:
        TransientFailure: another program is doing the same on this database right now.
    """
    ran = Ran()

    def told(happened: Verdict | PassOutcome) -> None:
        if isinstance(happened, PassOutcome):
            ran.passes.append(happened)
            say(_of_pass(happened))
            return
        ran.verdicts.append(happened)
        if happened.verdict in ("quarantined", "refused"):
            say(sentence(happened))

    with (
        alone(house.database, "run") as is_alone,
        open_instance(house.settings, house.database) as instance,
    ):
        if not is_alone:
            raise TransientFailure("another run is at work on this database; wait until it ends")
        # whoever ran before and left a run open is dead: its lock is ours
        give_up_lost_runs(instance, in_process=True)
        watched = house.watched
        routes = readable_routes(house.settings.agency_folder)
        picture = Picture(watched.feeds, watched.hops, house.agency, watched.partners, routes)
        defs = build_defs(
            settings=house.settings, picture=picture, open_house=lambda: house, told=told
        )
        idle = nothing_new(house, instance, picture)
        for name in (ALL_HOPS_JOB,) if idle else (LANDING_JOB, ALL_HOPS_JOB):
            if name == ALL_HOPS_JOB:
                say(_of_files(ran.verdicts))
            for failure in _run(defs.resolve_job_def(name), instance):
                ran.failures.append(failure)
                say(failure)
        ran.standings = watch(
            house.database,
            watched,
            house.clock.now(),
            tell=mirror(instance),
            unseen=not_shown(instance, [subject.name for subject in watched.subjects]),
        )
    return ran


def _run(job: dg.JobDefinition, instance: dg.DagsterInstance) -> Iterator[str]:
    result = job.execute_in_process(
        instance=instance,
        run_config=_QUIET,
        raise_on_error=False,
        # of its own kind, so that what the daemon launches does not wait for it if it is killed
        tags={IN_PROCESS: "yes", ALONE: IN_PROCESS, "dagster/max_retries": "0"},
    )
    for event in result.all_events:
        if event.is_step_failure:
            yield _why(event.step_failure_data)
    if not result.success and not any(event.is_step_failure for event in result.all_events):
        yield f"{job.name} did not succeed; see run {result.run_id}"


def _why(data: Any) -> str:
    if data.user_failure_data is not None and data.user_failure_data.description:
        return str(data.user_failure_data.description)
    return f"unexpected {data.error.cls_name if data.error else 'failure'}"


def _of_files(verdicts: list[Verdict]) -> str:
    if not verdicts:
        return "Nothing new lies in the drop folder."
    words = Counter(verdict.verdict for verdict in verdicts)
    kinds = ", ".join(
        f"{words[word]} {word.replace('_', ' ')}" for word in get_args(VerdictWord) if words[word]
    )
    rows = sum(verdict.rows for verdict in verdicts)
    held = sum(verdict.held_lines for verdict in verdicts)
    return (
        f"{counted(len(verdicts), 'file')}: {kinds}. "
        f"{counted(rows, 'row')}; {counted(held, 'line')} held with their reasons."
    )


def _of_pass(outcome: PassOutcome) -> str:
    decided = ", ".join(f"{count} {state}" for state, count in outcome.decided.items() if count)
    return f"{outcome.hop}: {outcome.outcome}, {outcome.taken} taken: {decided or 'none'}"
