"""Jobs and their schedules: one of each per hop, one job that lands files, one that runs all hops.

When a hop runs is its contract's business; here Dagster is only told.
"""

from collections.abc import Callable, Sequence

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from orchestration.graph.instance import ALONE, IN_PROCESS, LONGEST_RUN
from orchestration.graph.lineage import Picture, checks_without_fresh
from orchestration.ground.contracts import Hop

Job = UnresolvedAssetJobDefinition
LANDING_JOB, ALL_HOPS_JOB = "landing_job", "all_hops_job"
UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def landing_job(picture: Picture) -> Job:
    """Lands what lies in the drop folder."""
    names = [feed.name for feed in picture.feeds]
    said = "Lands what lies in the drop folder, oldest file first."
    return _job(LANDING_JOB, names, said, LANDING_JOB)


def all_hops_job(picture: Picture) -> Job:
    """Every hop once, upstream first: what ``carehops run`` does after landing."""
    names = [hop.name for hop in picture.hops]
    return _job(ALL_HOPS_JOB, names, "Every hop once, upstream first.", ALL_HOPS_JOB)


def hop_job_name(hop: Hop) -> str:
    """The job that runs one pass of a hop."""
    return f"{hop.name}_job"


def hop_jobs(picture: Picture) -> list[Job]:
    """One job per hop."""
    return [
        _job(hop_job_name(hop), [hop.name], f"One pass. {hop.meaning}", hop.name)
        for hop in picture.hops
    ]


def _job(name: str, assets: Sequence[str], description: str, alone: str) -> Job:
    return dg.define_asset_job(
        name,
        selection=checks_without_fresh(assets),
        description=description,
        # a step in a process of its own costs more than most passes do
        executor_def=dg.in_process_executor,
        # the event log has it all; what a daemon prints grows without end
        config={"loggers": {"console": {"config": {"log_level": "WARNING"}}}},
        tags={ALONE: alone, "dagster/max_runtime": str(LONGEST_RUN)},
    )


def hop_schedules(picture: Picture, jobs: Sequence[Job]) -> list[dg.ScheduleDefinition]:
    """Each hop's job at its own times, in the agency's zone."""
    by_name = {job.name: job for job in jobs}
    return [
        dg.ScheduleDefinition(
            name=f"{hop.name}_schedule",
            job=by_name[hop_job_name(hop)],
            cron_schedule=hop.timing.schedule,
            execution_timezone=picture.agency.zone,
            default_status=dg.DefaultScheduleStatus.RUNNING,
            description=f"{hop.timing.schedule} in {picture.agency.zone}, as the hop's contract "
            "says; left out while the pass before is still running.",
            should_execute=_when_idle(hop_job_name(hop)),
        )
        for hop in picture.hops
    ]


def _when_idle(job: str) -> Callable[[dg.ScheduleEvaluationContext], bool]:
    return lambda context: is_idle(context.instance, job)


def is_idle(instance: dg.DagsterInstance, job: str) -> bool:
    """Whether no run of that job waits or runs: a second one would only queue up behind it.

    Runs inside a program do not count: a killed one stays open until somebody clears it up, and
    locks in the database keep two that live from getting in each other's way.
    """
    unfinished = instance.get_runs(dg.RunsFilter(job_name=job, statuses=UNFINISHED))
    return all(IN_PROCESS in run.tags for run in unfinished)
