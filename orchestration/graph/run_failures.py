"""Hops whose newest run failed for good, from Dagster's stored runs into ``ops.run_failure``.

A pass that fails says so in ``ledger.pass``. A run that dies before it has a pass (its program
was killed, its code cannot be loaded) leaves a trace in Dagster's own storage only; it is read
there, each time anew, so that no event can be missed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import sqlalchemy as sa
from dagster._core.storage.tags import WILL_RETRY_TAG

from orchestration.graph.schedules import hop_job_name
from orchestration.ground.contracts import Hop

_LOOKED_AT = 10
_ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]


@dataclass(frozen=True)
class RunFailure:
    """A hop whose newest run failed.

    Args:
        hop: The hop.
        run_id: That run.
        failed_at: When it ended.
        failing_since: End of the first run that failed after the last good one.
    """

    hop: str
    run_id: str
    failed_at: datetime
    failing_since: datetime


def run_failures(instance: dg.DagsterInstance, hops: Sequence[Hop]) -> list[RunFailure]:
    """Hops whose newest ended run failed; a run that is going to be tried again has not ended."""
    return [found for hop in hops if (found := _of_hop(instance, hop)) is not None]


def _of_hop(instance: dg.DagsterInstance, hop: Hop) -> RunFailure | None:
    job = hop_job_name(hop)
    newest = next(
        (
            record
            for record in instance.get_run_records(
                dg.RunsFilter(job_name=job, statuses=_ENDED), limit=_LOOKED_AT
            )
            if record.dagster_run.tags.get(WILL_RETRY_TAG) != "true"
        ),
        None,
    )
    if newest is None or newest.dagster_run.status != dg.DagsterRunStatus.FAILURE:
        return None
    good = instance.get_run_records(
        dg.RunsFilter(job_name=job, statuses=[dg.DagsterRunStatus.SUCCESS]), limit=1
    )
    first = instance.get_run_records(
        dg.RunsFilter(
            job_name=job,
            statuses=[dg.DagsterRunStatus.FAILURE],
            created_after=good[0].create_timestamp if good else None,
        ),
        limit=1,
        ascending=True,
    )
    failed_at = _ended(newest)
    return RunFailure(
        hop.name, newest.dagster_run.run_id, failed_at, min(_ended(first[0]), failed_at)
    )


def _ended(record: Any) -> datetime:
    if record.end_time is None:
        return datetime.fromtimestamp(record.update_timestamp.timestamp(), UTC)
    return datetime.fromtimestamp(record.end_time, UTC)


def write_run_failures(
    connection: sa.Connection, failures: Sequence[RunFailure], now: datetime
) -> None:
    """Write down what fails now; what no longer fails is forgotten."""
    for found in failures:
        connection.execute(_WRITE, {**vars(found), "now": now})
    connection.execute(
        sa.text("delete from ops.run_failure where hop <> all(:hops)"),
        {"hops": [found.hop for found in failures]},
    )


_WRITE = sa.text("""
insert into ops.run_failure (hop, run_id, failed_at, failing_since, seen_at)
values (:hop, :run_id, :failed_at, :failing_since, :now)
on conflict (hop) do update set
    run_id = excluded.run_id
    , failed_at = excluded.failed_at
    , failing_since = excluded.failing_since
    , seen_at = excluded.seen_at
""")
