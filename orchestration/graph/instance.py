"""Dagster's own settings and storage: ``dagster.yaml`` in Dagster's home, and the instance.

The file is written by Carehops and the same every time; edits are overwritten. A password never
gets into it: it then names the variable ``CAREHOPS_DAGSTER_URL``, which ``carehops ui`` sets for
the programs it starts.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import sqlalchemy as sa
from dagster._core.instance.ref import InstanceRef

from orchestration.ground.database import Database
from orchestration.ground.settings import Settings

URL_VARIABLE = "CAREHOPS_DAGSTER_URL"
IN_PROCESS = "carehops/in_process"
"""Tag of runs that live and die with the program that started them."""
ALONE = "carehops/alone"
"""Tag whose value only one run at a time may have."""
LONGEST_RUN = 3600
"""Seconds after which a run is given up: after a crash of the machine it would else stay started
for ever and keep its place."""
_RECYCLE_SECONDS = 600
_MOST_CONNECTIONS = 10

_DAGSTER_YAML = """\
# Written by Carehops, anew whenever it differs. Change orchestration/graph/instance.py instead.
storage:
  postgres:
    postgres_url: {url}
local_artifact_storage:
  module: dagster._core.storage.root
  class: LocalArtifactStorage
  config: {{base_dir: {home}}}
compute_logs:
  module: dagster._core.storage.local_compute_log_manager
  class: LocalComputeLogManager
  config: {{base_dir: {logs}}}
telemetry: {{enabled: false}}
nux: {{enabled: false}}
freshness: {{enabled: true}}
run_queue: {{dequeue_interval_seconds: 1}}
concurrency:
  pools: {{default_limit: 1, granularity: op, op_granularity_run_buffer: 1}}
  runs:
    max_concurrent_runs: 5
    # a hop never runs beside itself
    tag_concurrency_limits:
      - {{key: {alone}, limit: 1, value: {{applyLimitPerUniqueValue: true}}}}
run_monitoring:
  enabled: true
  poll_interval_seconds: 5
  start_timeout_seconds: 120
  cancel_timeout_seconds: 30
  max_runtime_seconds: {longest}
  max_resume_run_attempts: 0
  free_slots_after_run_end_seconds: 30
# a run whose program was killed is tried again; what the run itself refused is not
run_retries: {{enabled: true, max_retries: 2, retry_on_asset_or_op_failure: false}}
retention:
  sensor: {{purge_after_days: {{skipped: 3, failure: 30, success: 30}}}}
  schedule: {{purge_after_days: {{skipped: 7, failure: 30, success: 90}}}}
sensors: {{use_threads: true, num_workers: 4}}
schedules: {{use_threads: true, num_workers: 4}}
"""

_WORKSPACE_YAML = """\
# Two code locations: when the hops fail to load, the pager keeps watching.
load_from:
  - python_module: {module_name: orchestration.graph.definitions, location_name: hops}
  - python_module: {module_name: orchestration.graph.pager_definitions, location_name: pager}
"""


def prepare_dagster_home(settings: Settings, database: Database) -> Path:
    """Write ``dagster.yaml`` and ``workspace.yaml`` where they are missing or differ.

    Returns:
        Dagster's home.
    """
    home = settings.dagster_home
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = database.dagster_url.password is not None
    text = _DAGSTER_YAML.format(
        url=f"{{env: {URL_VARIABLE}}}" if secret else json.dumps(dagster_url(database)),
        home=json.dumps(str(home)),
        logs=json.dumps(str(home / "compute_logs")),
        alone=ALONE,
        longest=LONGEST_RUN,
    )
    for name, wanted in (("dagster.yaml", text), ("workspace.yaml", _WORKSPACE_YAML)):
        path = home / name
        if not path.exists() or path.read_text() != wanted:
            # whole or not at all: others may be reading it
            fresh = home / f".{name}.new"
            fresh.write_text(wanted)
            fresh.replace(path)
    return home


def dagster_url(database: Database) -> str:
    """Dagster's database as a URL, password and all: for the environment of child programs."""
    return database.dagster_url.render_as_string(hide_password=False)


@contextmanager
def open_instance(settings: Settings, database: Database) -> Iterator[dg.DagsterInstance]:
    """Dagster's instance of this home, for runs in this very process."""
    home = prepare_dagster_home(settings, database)
    storage = {"postgres": {"postgres_url": dagster_url(database)}}
    ref = InstanceRef.from_dir(str(home), overrides={"storage": storage})
    with dg.DagsterInstance.from_ref(ref) as instance, _staying_connected(instance):
        yield instance


@contextmanager
def _staying_connected(instance: dg.DagsterInstance) -> Iterator[None]:
    """Keep a connection or two open: by itself the storage opens one for every question.

    A run of everything asks some seven hundred times, which took a third of its time.
    """
    instance.optimize_for_webserver(
        statement_timeout=0, pool_recycle=_RECYCLE_SECONDS, max_overflow=_MOST_CONNECTIONS
    )
    try:
        yield
    finally:
        # the storage closes none by itself, and a database somebody is in cannot be dropped
        for storage in (
            instance.run_storage,
            instance.event_log_storage,
            instance.schedule_storage,
        ):
            storage._engine.dispose()  # type: ignore[union-attr]  # no other way in


@contextmanager
def alone(database: Database, what: str) -> Iterator[bool]:
    """Hold a lock of that name while the block runs; answers whether it was to be had.

    The server gives it back when this process dies, however it dies.
    """
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        key = {"key": f"carehops:{what}"}
        held = connection.scalar(sa.text("select pg_try_advisory_lock(hashtext(:key))"), key)
        try:
            yield bool(held)
        finally:
            if held:
                connection.execute(sa.text("select pg_advisory_unlock(hashtext(:key))"), key)


def give_up_lost_runs(instance: dg.DagsterInstance, in_process: bool) -> int:
    """Mark runs as failed whose program has died; the caller knows that none of them lives.

    Args:
        instance: Dagster's instance.
        in_process: Whether to look at runs inside a program, or at those Dagster launched.

    Returns:
        How many there were.
    """
    started: Iterable[dg.DagsterRun] = instance.get_runs(
        dg.RunsFilter(
            statuses=[
                dg.DagsterRunStatus.STARTING,
                dg.DagsterRunStatus.STARTED,
                dg.DagsterRunStatus.CANCELING,
            ]
        )
    )
    lost = [run for run in started if (IN_PROCESS in run.tags) == in_process]
    for run in lost:
        instance.report_run_failed(
            run, "the program that ran this was killed; nothing is half done"
        )
    return len(lost)
