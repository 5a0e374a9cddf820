"""Sensors of the hops' location: files that came, and hops that can go on because of them.

Both are thin: what to do is decided by small functions from what is stored, never from memory.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

import dagster as dg

from orchestration.flow.landing.landing import SETTLE_SECONDS
from orchestration.flow.landing.own_files import own_files
from orchestration.flow.landing.sweep import settled
from orchestration.graph.lineage import Picture, landing_checks
from orchestration.graph.schedules import LANDING_JOB, Job, hop_job_name, is_idle
from orchestration.ground.clock import SystemClock
from orchestration.ground.contracts import Feed, Hop

LISTING = "carehops/listing"
"""Tag of a landing run: which files it was asked for, as a digest."""
OWN_FILES = "carehops/own_files"
"""Tag of a landing run: what the agency's own files held, as a digest."""
TRIES = 4
FIRST_WAIT = timedelta(minutes=1)


@dataclass(frozen=True)
class Listing:
    """Settled files in the drop folder.

    Args:
        digest: The same as long as the files are the same.
        feeds: Names of the feeds they belong to; every feed when one belongs to none.
    """

    digest: str
    feeds: tuple[str, ...]


def read_listing(drop: Path, feeds: Sequence[Feed], settle_seconds: float) -> Listing | None:
    """What lies in the folder and is no longer being written, or None."""
    found = settled(drop, settle_seconds)
    if not found:
        return None
    digest = hashlib.sha256()
    claimed: set[str] = set()
    everything = False
    for path, seen in found:
        digest.update(f"{path.name}\0{seen.size}\0{seen.changed_ns}\0".encode())
        claiming = {feed.name for feed in feeds if fnmatchcase(path.name, feed.files)}
        everything = everything or not claiming
        claimed |= claiming
    names = {feed.name for feed in feeds} if everything else claimed
    return Listing(digest.hexdigest()[:32], tuple(sorted(names)))


def is_time_to_try(tries: int, last: datetime | None, now: datetime) -> bool:
    """Whether files that are still there after a run are tried again: four times, ever later."""
    if tries == 0 or last is None:
        return True
    return tries < TRIES and now - last >= FIRST_WAIT * 4 ** (tries - 1)


def drop_folder_sensor(picture: Picture, drop: Path, job: Job) -> dg.SensorDefinition:
    """Asks for a landing run of just those feeds whose files have come."""

    @dg.sensor(
        name="drop_folder",
        job=job,
        minimum_interval_seconds=10,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Looks for files that are no longer being written and lands them.",
    )
    def drop_folder(
        context: dg.SensorEvaluationContext,
    ) -> dg.RunRequest | dg.SkipReason:
        listing = read_listing(drop, picture.feeds, SETTLE_SECONDS)
        if listing is None:
            return dg.SkipReason("no settled file in the drop folder")
        if not is_idle(context.instance, LANDING_JOB):
            return dg.SkipReason("files are being landed")
        same = dg.RunsFilter(tags={LISTING: listing.digest})
        tries = context.instance.get_runs_count(same)
        newest = context.instance.get_run_records(same, limit=1)
        last = newest[0].create_timestamp if newest else None
        if not is_time_to_try(tries, last, SystemClock().now()):
            return dg.SkipReason(f"the same files were tried {tries} times; see the last run")
        chosen = [feed for feed in picture.feeds if feed.name in listing.feeds]
        return _landing_run(chosen, f"{listing.digest}-{tries}", {LISTING: listing.digest})

    return drop_folder


def _landing_run(feeds: Sequence[Feed], key: str, tags: dict[str, str]) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=key,
        asset_selection=[dg.AssetKey(feed.name) for feed in feeds],
        # named, or Dagster would plan fresh too, and show it failed when the run fails
        asset_check_keys=[
            dg.AssetCheckKey(dg.AssetKey(feed.name), check)
            for feed in feeds
            for check in landing_checks(feed)
        ],
        tags=tags,
    )


def own_files_digest(agency: Path, feeds: Sequence[Feed], today: date) -> str:
    """The same as long as the agency's own files are the same and the day is: reviews fall due."""
    digest = hashlib.sha256(today.isoformat().encode())
    for feed, path, sha256 in own_files(agency, feeds):
        digest.update(f"{feed.name}\0{path.name}\0{sha256}\0".encode())
    return digest.hexdigest()[:32]


def own_files_sensor(picture: Picture, agency: Path, job: Job) -> dg.SensorDefinition:
    """Lands what the agency changed in its own folder, and looks at all of it once a day."""
    kept = [feed for feed in picture.feeds if feed.kept_in is not None]

    @dg.sensor(
        name="own_files",
        job=job,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Lands contracts, approvals and code sets when the agency changes them, and "
        "looks every day at what became due in them.",
    )
    def own_files_changed(
        context: dg.SensorEvaluationContext,
    ) -> dg.RunRequest | dg.SkipReason:
        today = SystemClock().now().astimezone(picture.agency.zone_info).date()
        digest = own_files_digest(agency, kept, today)
        if context.instance.get_runs_count(dg.RunsFilter(tags={OWN_FILES: digest})):
            return dg.SkipReason("nothing has changed since they were looked at today")
        if not is_idle(context.instance, LANDING_JOB):
            return dg.SkipReason("files are being landed")
        return _landing_run(kept, digest, {OWN_FILES: digest})

    return own_files_changed


def hops_to_wake(hops: Sequence[Hop], feeds: Sequence[Feed], landed: set[str]) -> list[Hop]:
    """Hops that take from a table one of these feeds has just brought rows for."""
    tables = {f"landing.{feed.table.name}" for feed in feeds if feed.name in landed}
    return [hop for hop in hops if tables & set(hop.takes)]


def after_landing_sensor(
    picture: Picture, landing: Job, jobs: Sequence[Job]
) -> dg.SensorDefinition:
    """Runs the hops that take what has just landed, without waiting for their schedules."""

    @dg.run_status_sensor(
        name="after_landing",
        run_status=dg.DagsterRunStatus.SUCCESS,
        monitored_jobs=[landing],
        request_jobs=list(jobs),
        minimum_interval_seconds=10,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="When files have landed, runs the hops that take from them at once.",
    )
    def after_landing(
        context: dg.RunStatusSensorContext,
    ) -> list[dg.RunRequest] | dg.SkipReason:
        run_id = context.dagster_run.run_id
        events = context.instance.all_logs(run_id, dg.DagsterEventType.ASSET_MATERIALIZATION)
        landed = {
            event.asset_key.to_user_string()
            for entry in events
            if (event := entry.dagster_event) is not None and event.asset_key is not None
        }
        awake = [
            hop
            for hop in hops_to_wake(picture.hops, picture.feeds, landed)
            if is_idle(context.instance, hop_job_name(hop))
        ]
        if not awake:
            return dg.SkipReason("nothing came that a hop takes, or the hop runs already")
        return [
            dg.RunRequest(run_key=f"{run_id}-{hop.name}", job_name=hop_job_name(hop))
            for hop in awake
        ]

    return after_landing
