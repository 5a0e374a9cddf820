"""One pass of a hop: take what is open, build, hold, audit, publish, hand on, say so.

A crash anywhere leaves the state before or the state after: what is built stays in the pass's own
tables until one transaction publishes targets, ledger, and the next hops' queues together.
Running a pass twice changes nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from expectations import Expect
from orchestration.flow import changes, findings, judging, ledger, publishing
from orchestration.flow.audit import CheckResult, check
from orchestration.flow.edits import Edit, load_edits
from orchestration.ground.clock import Clock
from orchestration.ground.contracts import Examination, Hop
from orchestration.ground.database import Database
from orchestration.ground.failures import TransientFailure, kind_of
from orchestration.ground.settings import Settings
from orchestration.ground.sql import Model, SqlLibrary, bound

Audit = Callable[[sa.URL, str, str, Sequence[Expect]], list[CheckResult]]


@dataclass(frozen=True)
class Reason:
    """How many records stand still for one reason, and what is at stake."""

    code: str
    state: str
    records: int
    amount_cents: int
    oldest_at: datetime


@dataclass(frozen=True)
class PassOutcome:
    """What a pass did.

    Args:
        hop: The hop.
        pass_id: The pass.
        outcome: ``published``, or ``stopped`` when a MUST expectation failed.
        taken: Records that were up.
        decided: Those by the state the pass decided.
        totals: All records of the hop by state, afterwards.
        written: Rows written, by target.
        late_changes: Moved records whose ground changed afterwards.
        checks: What the suite said.
        reasons: Open reasons of the hop, most records first.
        oldest: Age of the oldest open record, None when none is open.
    """

    hop: str
    pass_id: int
    outcome: Literal["published", "stopped"]
    taken: int
    decided: dict[str, int]
    totals: dict[str, int]
    written: dict[str, int]
    late_changes: int
    checks: list[CheckResult]
    reasons: list[Reason]
    oldest: timedelta | None


@dataclass(frozen=True)
class Passes:
    """Everything a pass needs that does not change from hop to hop.

    Args:
        database: Ours.
        library: The SQL.
        intake: Queues of the hops downstream.
        settings: Where things are.
        clock: What time it is.
        zone: The agency's zone.
        audit: Runs a suite; replaced in tests that are about something else.
    """

    database: Database
    library: SqlLibrary
    intake: ledger.Intake
    settings: Settings
    clock: Clock
    zone: str
    audit: Audit = check

    def run(self, hop: Hop, suite: Sequence[Expect], run_id: str | None = None) -> PassOutcome:
        """Run one pass.

        Raises:
            TransientFailure: the hop is already running elsewhere.
            ConservationFailure: records do not add up; nothing was published.
            ContractFailure: a model or edit is wrong; nothing was published.
        """
        models = self.library.models(hop.name, [target.name for target in hop.targets])
        edits = load_edits(self.library, hop.name, tuple(model.name for model in models))
        with self._alone(hop.name):
            opened = self._open(hop, run_id)
            try:
                return self._run(hop, suite, models, edits, opened)
            except BaseException as error:
                self._fail(opened, error)
                raise

    def _run(
        self,
        hop: Hop,
        suite: Sequence[Expect],
        models: tuple[Model, ...],
        edits: tuple[Edit, ...],
        pass_id: int,
    ) -> PassOutcome:
        now = self.clock.now()
        binds = {"hop": hop.name, "pass_id": pass_id, "now": now, "zone": self.zone}
        self._listen(hop, binds)
        with self.database.transaction() as connection:
            late, taken = self._judge(connection, hop, models, edits, binds)
        checks = self.audit(self.database.url, "audit", f"{hop.name}__passed", suite)
        stopped = [result.expect.name for result in checks if result.stops]
        written: dict[str, int] = {}
        with self.database.transaction() as connection:
            decided = _decided(connection, hop.name)
            if stopped:
                ledger.assert_conserved(connection, hop.name)
            else:
                written = self._publish(connection, hop, binds)
            self._finish(
                pass_id, "stopped" if stopped else "published", decided, stopped, connection
            )
            outcome = PassOutcome(
                hop=hop.name,
                pass_id=pass_id,
                outcome="stopped" if stopped else "published",
                taken=taken,
                decided=decided,
                totals=ledger.totals(connection, hop.name),
                written=written,
                late_changes=late,
                checks=checks,
                reasons=open_reasons(connection, hop.name),
                oldest=_oldest(connection, hop.name, now),
            )
        if not stopped:
            self._deliver(hop, pass_id, binds)
        return outcome

    def _judge(
        self,
        connection: sa.Connection,
        hop: Hop,
        models: tuple[Model, ...],
        edits: tuple[Edit, ...],
        binds: judging.Binds,
    ) -> tuple[int, int]:
        judging.clear(connection, hop.name)
        changes.take_arrived(connection, hop, binds)
        late = changes.reopen_what_changed(connection, self.library, hop, binds)
        taken = judging.take_work(connection, hop, binds)
        judging.build(connection, hop, models, binds)
        findings.apply_edits(connection, hop, models, edits, binds)
        if hop.examine is not None:
            examination = self._examination(connection, binds)
            findings.add_findings(connection, hop, hop.examine(examination))
        judging.judge(connection, hop, binds)
        return late, taken

    def _publish(self, connection: sa.Connection, hop: Hop, binds: judging.Binds) -> dict[str, int]:
        if hop.prepare is not None:
            hop.prepare(self._examination(connection, binds))
        written = publishing.publish_targets(connection, self.library, hop, binds)
        changes.looked(connection, hop, binds)
        connection.execute(bound(ledger.CHANGED.replace("HOP", hop.name), binds))
        ledger.write_outcomes(connection, hop, int(str(binds["pass_id"])), self.clock.now())
        for target in hop.targets:
            if written[target.name]:
                self.intake.hand_on(
                    connection, f"core.{target.name}", int(str(binds["pass_id"])), self.clock.now()
                )
        ledger.assert_conserved(connection, hop.name)
        return written

    def _deliver(self, hop: Hop, pass_id: int, binds: judging.Binds) -> None:
        if hop.deliver is None:
            return
        with self.database.transaction() as connection:
            hop.deliver(self._examination(connection, binds))
        self._listen(hop, binds)

    def _listen(self, hop: Hop, binds: judging.Binds) -> None:
        if hop.listen is not None:
            with self.database.transaction() as connection:
                hop.listen(self._examination(connection, binds))

    def _examination(self, connection: sa.Connection, binds: judging.Binds) -> Examination:
        return Examination(connection, int(str(binds["pass_id"])), self.clock, self.settings)

    @contextmanager
    def _alone(self, hop: str) -> Iterator[None]:
        """Hold the hop's lock; the server drops it when this process dies."""
        with self.database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            key = {"key": f"carehops:{hop}"}
            if not connection.scalar(sa.text("select pg_try_advisory_lock(hashtext(:key))"), key):
                message = f"{hop} is already running; it never runs beside itself"
                raise TransientFailure(message)
            try:
                yield
            finally:
                connection.execute(sa.text("select pg_advisory_unlock(hashtext(:key))"), key)

    def _open(self, hop: Hop, run_id: str | None) -> int:
        with self.database.transaction() as connection:
            # whoever left one running has died: the lock is ours
            connection.execute(
                sa.text(
                    "update ledger.pass set outcome = 'failed', finished_at = :now "
                    "where hop = :hop and outcome = 'running'"
                ),
                {"hop": hop.name, "now": self.clock.now()},
            )
            return int(
                connection.execute(
                    sa.text(
                        "insert into ledger.pass (hop, started_at, run_id) "
                        "values (:hop, :now, :run_id) returning pass_id"
                    ),
                    {"hop": hop.name, "now": self.clock.now(), "run_id": run_id},
                ).scalar_one()
            )

    def _fail(self, pass_id: int, error: BaseException) -> None:
        with self.database.transaction() as connection:
            binds = {"pass_id": pass_id, "now": self.clock.now(), "failure": kind_of(error)}
            connection.execute(_FAIL, binds)

    def _finish(
        self,
        pass_id: int,
        outcome: str,
        decided: dict[str, int],
        stopped: list[str],
        connection: sa.Connection,
    ) -> None:
        connection.execute(
            _FINISH,
            {
                "pass_id": pass_id,
                "outcome": outcome,
                "now": self.clock.now(),
                "taken": sum(decided.values()),
                "counts": decided,
                "stopped": stopped or None,
            },
        )


_FINISH = sa.text("""
update ledger.pass
set outcome = :outcome, finished_at = :now, taken = :taken, counts = :counts
    , failed_expectations = :stopped
where pass_id = :pass_id
""").bindparams(sa.bindparam("counts", type_=sa.JSON(none_as_null=True)))
_FAIL = sa.text("""
update ledger.pass set outcome = 'failed', finished_at = :now, failure = :failure
where pass_id = :pass_id
""")


def _decided(connection: sa.Connection, hop: str) -> dict[str, int]:
    rows = connection.execute(
        sa.text(f"select outcome, count(*) as records from audit.{hop}__judged group by 1")
    )
    found = {row.outcome: row.records for row in rows}
    return {state: found.get(state, 0) for state in ledger.STATES}


def open_reasons(connection: sa.Connection, hop: str) -> list[Reason]:
    """Why the hop's open records stand still, most records first."""
    rows = connection.execute(
        sa.text("""
            select reason_code as code, state, count(*) as records
                , coalesce(sum(amount_cents), 0) as amount_cents, min(received_at) as oldest_at
            from ledger.entry
            where hop = :hop and state in ('waiting', 'held') and reason_code is not null
            group by 1, 2 order by 3 desc, 1
        """),
        {"hop": hop},
    )
    return [
        Reason(row.code, row.state, row.records, int(row.amount_cents), row.oldest_at)
        for row in rows
    ]


def _oldest(connection: sa.Connection, hop: str, now: datetime) -> timedelta | None:
    received = connection.scalar(sa.text(OLDEST), {"hop": hop})
    return None if received is None else now - received


OLDEST = """
select min(received_at) from ledger.entry where hop = :hop and state in ('waiting', 'held')
"""
