"""A house on the test's database and a Dagster instance beside it, to run assets on."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import sqlalchemy as sa

from expectations import Expect
from orchestration.assembly import House, assemble
from orchestration.flow.audit import CheckResult
from orchestration.flow.hop_pass import PassOutcome
from orchestration.flow.landing.verdict import Verdict
from orchestration.graph.definitions import build_defs
from orchestration.graph.fresh_checks import mirror, not_shown
from orchestration.graph.lineage import Picture
from orchestration.ground.clock import FixedClock
from orchestration.ground.database import Database
from orchestration.ground.settings import read_settings
from orchestration.partners.routes import readable_routes
from orchestration.watch.looking.standing import Standing, watch

NOON = datetime(2026, 11, 18, 17, 0, tzinfo=UTC)  # a Wednesday, noon in New York
RIGHTS = "role,right_code,valid_from,record_version,valid_to,granted_by,source_updated_at\n"
ONE_RIGHT = RIGHTS + "EVV coordinator,visit_edit,2026-01-01,1,,M1,2026-11-18T09:00:00Z\n"


def says(*failing: str) -> Callable[..., list[CheckResult]]:
    """An audit that loads nothing: every expectation holds but those named."""

    def audit(
        _url: sa.URL, _schema: str, _table: str, suite: Sequence[Expect]
    ) -> list[CheckResult]:
        return [CheckResult(expect, expect.name not in failing, False) for expect in suite]

    return audit


def leave(house: House, name: str, text: str) -> Path:
    """A file in the drop folder, long settled whatever the house's clock says."""
    house.settings.drop.mkdir(parents=True, exist_ok=True)
    path = house.settings.drop / name
    path.write_text(text)
    stamp = NOON.timestamp() - 86_400
    os.utime(path, (stamp, stamp))
    return path


@dataclass
class Bench:
    """Everything a test of the Dagster side needs."""

    house: House
    instance: dg.DagsterInstance
    told: list[Verdict | PassOutcome] = field(default_factory=list)

    @property
    def picture(self) -> Picture:
        watched = self.house.watched
        routes = readable_routes(self.house.settings.agency_folder)
        return Picture(watched.feeds, watched.hops, self.house.agency, watched.partners, routes)

    @property
    def defs(self) -> dg.Definitions:
        return build_defs(
            settings=self.house.settings,
            picture=self.picture,
            open_house=lambda: self.house,
            told=self.told.append,
            retries=dg.RetryPolicy(max_retries=3),
        )

    def audited_by(self, audit: Callable[..., list[CheckResult]]) -> None:
        self.house = replace(self.house, passes=replace(self.house.passes, audit=audit))

    def at(self, now: datetime) -> None:
        clock = FixedClock(now)
        self.house = replace(
            self.house,
            clock=clock,
            passes=replace(self.house.passes, clock=clock),
            landing=replace(self.house.landing, clock=clock),
        )

    def drop(self, name: str, text: str) -> Path:
        return leave(self.house, name, text)

    def run(self, job: str, *assets: str) -> dg.ExecuteInProcessResult:
        found = self.defs.resolve_job_def(job)
        return found.execute_in_process(
            instance=self.instance,
            raise_on_error=False,
            asset_selection=[dg.AssetKey(name) for name in assets] or None,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )

    def watch(self, now: datetime) -> list[Standing]:
        return watch(
            self.house.database,
            self.house.watched,
            now,
            tell=mirror(self.instance),
            unseen=not_shown(self.instance, [one.name for one in self.picture.subjects]),
        )

    def materialized(self, name: str) -> dg.AssetMaterialization | None:
        event = self.instance.get_latest_materialization_event(dg.AssetKey(name))
        return None if event is None else event.asset_materialization

    def evaluations(self, name: str, check: str) -> list[dg.AssetCheckEvaluation]:
        """All evaluations of a check, oldest first."""
        history = self.instance.event_log_storage.get_asset_check_execution_history(
            dg.AssetCheckKey(dg.AssetKey(name), check), limit=1000
        )
        return [record.evaluation for record in reversed(history) if record.evaluation]

    def everything_said(self, run_id: str) -> str:
        return "\n".join(
            entry.to_json() + str(entry.dagster_event) for entry in self.instance.all_logs(run_id)
        )


@contextmanager
def opened(database: Database, home: Path, **environ: str) -> Iterator[Bench]:
    settings = read_settings({"CAREHOPS_HOME": str(home), **environ})
    house = assemble(settings, FixedClock(NOON), audit=says(), database=database)
    with dg.DagsterInstance.ephemeral() as instance:
        yield Bench(house, instance)
