"""Jobs and schedules: one of each per hop and for reports; jobs that land, and run all hops.

When a hop runs is its contract's business; here Dagster is only told.
"""

from collections.abc import Callable, Sequence

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from orchestration.graph.instance import ALONE, IN_PROCESS, LONGEST_RUN
from orchestration.graph.lineage import EXCHANGE, Picture, checks_without_fresh
from orchestration.ground.contracts import Hop
from orchestration.reports.days import SCHEDULE, SCHEDULE_NAME
from orchestration.reports.report_files import Report

Job = UnresolvedAssetJobDefinition
LANDING_JOB, ALL_HOPS_JOB, REPORTS_JOB = "landing_job", "all_hops_job", "reports_job"
EXCHANGE_JOB = "exchange_job"
UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def landing_job(picture: Picture) -> Job:
    """Lands what lies in the drop folder."""
    feeds = checks_without_fresh([feed.name for feed in picture.feeds])
    said = "Lands what lies in the drop folder, oldest file first."
    return _job(LANDING_JOB, feeds, said, LANDING_JOB)


def all_hops_job(picture: Picture) -> Job:
    """Every hop once, upstream first: what ``carehops run`` does after landing."""
    hops = checks_without_fresh([hop.name for hop in picture.hops])
    return _job(ALL_HOPS_JOB, hops, "Every hop once, upstream first.", ALL_HOPS_JOB)


def exchange_job(picture: Picture) -> Job:
    """Files to and from every partner; a run is asked for those that have something to do."""
    names = [f"{EXCHANGE}{route.sending.partner}" for route in picture.routes]
    every = dg.AssetSelection.assets(*names)
    return _job(EXCHANGE_JOB, every, "Files to and from partners.", EXCHANGE_JOB)


def hop_job_name(hop: Hop) -> str:
    """The job that runs one pass of a hop."""
    return f"{hop.name}_job"


def hop_jobs(picture: Picture) -> list[Job]:
    """One job per hop."""
    return [
        _job(
            hop_job_name(hop),
            checks_without_fresh([hop.name]),
            f"One pass. {hop.meaning}",
            hop.name,
        )
        for hop in picture.hops
    ]


def reports_job(kept: Sequence[Report]) -> Job:
    """Every report that is kept for each day, and what was missed."""
    reports = dg.AssetSelection.assets(*(report.name for report in kept))
    return _job(REPORTS_JOB, reports, "Makes and keeps every report that is due.", REPORTS_JOB)


def reports_schedule(picture: Picture, job: Job) -> dg.ScheduleDefinition:
    """The reports' job every morning, weekends and holidays too."""
    return dg.ScheduleDefinition(
        name=SCHEDULE_NAME,
        job=job,
        cron_schedule=SCHEDULE,
        execution_timezone=picture.agency.zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every morning, so that there is a report for every day.",
        should_execute=_when_idle(REPORTS_JOB),
    )


def _job(name: str, selection: dg.AssetSelection, description: str, alone: str) -> Job:
    return dg.define_asset_job(
        name,
        selection=selection,
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
