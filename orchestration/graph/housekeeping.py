"""Dagster's own storage stays small: what is old and nobody needs goes, a little at a time.

A run writes a hundred events and the watch writes more; left alone, they outgrow the records they
are about. Carehops needs of them the newest of everything: when a feed or hop last materialized,
how each check last stood. What happened to records is in the ledger and is never purged.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import dagster as dg
import sqlalchemy as sa

KEPT_FOR = timedelta(days=14)
AT_ONCE = 200
"""Runs of one round; each costs some twenty milliseconds."""
ROWS_AT_ONCE = 20_000
_ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


@dataclass(frozen=True)
class Purged:
    """What one round took away.

    Args:
        runs: Runs with their events.
        events: Events without a run: what the watch reported.
        evaluations: Evaluations of checks.
    """

    runs: int
    events: int
    evaluations: int

    @property
    def is_everything(self) -> bool:
        """Whether nothing old is left."""
        return self.runs < AT_ONCE and max(self.events, self.evaluations) < ROWS_AT_ONCE


def purge(
    instance: dg.DagsterInstance, storage: sa.URL, now: datetime, kept_for: timedelta = KEPT_FOR
) -> Purged:
    """Take away what ended longer ago, the newest of everything excepted.

    Args:
        instance: Dagster's instance.
        storage: Its database.
        now: The instant.
        kept_for: How long all of it is kept.
    """
    before = now - kept_for
    engine = sa.create_engine(storage, poolclass=sa.NullPool, hide_parameters=True)
    asked = {"before": before.replace(tzinfo=None), "at_once": ROWS_AT_ONCE}
    with engine.begin() as connection:
        newest = set(connection.scalars(_NEWEST_RUNS))
        events = connection.execute(_EVENTS, asked).rowcount
        evaluations = connection.execute(_EVALUATIONS, asked).rowcount
    return Purged(_purge_runs(instance, before, newest), events, evaluations)


def _purge_runs(instance: dg.DagsterInstance, before: datetime, newest: set[str]) -> int:
    kept = newest | {
        record.asset_entry.last_materialization_record.run_id
        for record in instance.get_asset_records()
        if record.asset_entry.last_materialization_record is not None
    }
    old = instance.get_run_records(
        dg.RunsFilter(statuses=_ENDED, updated_before=before),
        limit=AT_ONCE + len(kept),
        ascending=True,
    )
    gone = [run_id for each in old if (run_id := each.dagster_run.run_id) not in kept][:AT_ONCE]
    for run_id in gone:
        instance.delete_run(run_id)
        instance.compute_log_manager.delete_logs(prefix=[run_id])
    return len(gone)


_NEWEST_RUNS = sa.text("""
select run_id from runs
where id in (select max(id) from runs group by pipeline_name, status)
""")
_EVENTS = sa.text("""
delete from event_logs where id in (
    select id from event_logs
    where
        run_id = '' and timestamp < :before
        and id not in (
            select max(id) from event_logs where run_id = '' group by dagster_event_type, asset_key
        )
    order by id
    limit :at_once
)
""")
_EVALUATIONS = sa.text("""
delete from asset_check_executions where id in (
    select id from asset_check_executions
    where
        create_timestamp < :before
        and id not in (
            select max(id) from asset_check_executions
            where execution_status in ('SUCCEEDED', 'FAILED')
            group by asset_key, check_name
        )
    order by id
    limit :at_once
)
""")
