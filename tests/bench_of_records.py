"""A bench to lay records on: rows into landing tables, hops over them, and where they stand.

    records.put("client", client_id="C1", ...)      # unnamed columns get a plain good value
    records.run("evv_to_coordination")
    assert records.codes("hhax/V1") == ["EVV-NO-OUT"]

Rows get in beside landing (which has tests of its own), in batches with a file of their own, and
are handed to the hops' queues exactly as landing does.
"""

from collections.abc import Sequence
from copy import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from expectations import Expect
from orchestration import assembly
from orchestration.flow.audit import CheckResult
from orchestration.flow.hop_pass import Passes, PassOutcome
from orchestration.flow.ledger import Intake
from orchestration.ground.clock import FixedClock
from orchestration.ground.contracts import Table
from orchestration.ground.database import Database
from orchestration.ground.settings import read_settings

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
ZONE = "America/New_York"


def no_audit(
    _url: sa.URL, _schema: str, _table: str, _suite: Sequence[Expect]
) -> list[CheckResult]:
    """For tests that are about something else: a suite takes seconds to load."""
    return []


class Records:
    """One database, a clock that stands where it is put, and the hops."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.now = NOW
        self.settings = read_settings({"CAREHOPS_HOME": str(folder)})
        self.tables = {table.name: table for table in assembly.tables()}
        self._line = 0

    def beside(self, database: Database) -> "Records":
        """The same bench on a copy of its database."""
        twin = copy(self)
        twin.database = database
        return twin

    def put(self, table: str, *rows: dict[str, Any], **columns: Any) -> int:
        """Land rows in one batch; answers the batch's number.

        Give one row as keywords, or several as dictionaries. A row whose key is there already
        becomes current when its version is higher, history when it is lower.
        """
        contract = self.tables[table]
        feed = next(feed for feed in assembly.feeds() if feed.table.name == table)
        with self.database.transaction() as connection:
            self._line += 1
            file_id = connection.execute(
                sa.text("""
                    insert into landing.file (sha256, feed, name, byte_count, verdict, arrived_at
                        , landed_at, line_count, row_count)
                    values (lpad(to_hex(cast(:line as bigint)), 64, '0'), :feed, :name, 1, 'landed'
                        , :now, :now, :rows, :rows)
                    returning file_id
                """),
                {
                    "line": self._line,
                    "feed": feed.name,
                    "name": f"{table}_{self._line}.csv",
                    "now": self.now,
                    "rows": len(rows) or 1,
                },
            ).scalar_one()
            for number, row in enumerate(rows or (columns,), start=1):
                self._insert(connection, contract, feed.name, file_id, number, row)
            self.intake.hand_on(connection, f"landing.{table}", file_id, self.now)
        return int(file_id)

    def _insert(
        self,
        connection: sa.Connection,
        table: Table,
        feed: str,
        file_id: int,
        line_no: int,
        given: dict[str, Any],
    ) -> None:
        unknown = set(given) - {column.name for column in table.columns}
        assert not unknown, f"{table.name} has no {unknown}"
        row = {column.name: given.get(column.name, self._plain(column)) for column in table.columns}
        key = " and ".join(f"{name} = :{name}" for name in table.key)
        if table.version is not None:
            newest = connection.scalar(
                sa.text(f"select max({table.version}) from landing.{table.name} where {key}"), row
            )
            current = newest is None or row[table.version] > newest
            if current:
                connection.execute(
                    sa.text(f"update landing.{table.name} set is_current = false where {key}"), row
                )
        else:
            current = True
        names = [*row, "feed", "file_id", "line_no", "is_current", "landed_at"]
        connection.execute(
            sa.text(
                f"insert into landing.{table.name} ({', '.join(names)}) "
                f"values ({', '.join(':' + name for name in names)})"
            ),
            {
                **row,
                "feed": feed,
                "file_id": file_id,
                "line_no": line_no,
                "is_current": current,
                "landed_at": self.now,
            },
        )

    def _plain(self, column: Any) -> Any:
        """The default or null where that is good, else the plainest good value."""
        if column.default is not None:
            return column.default
        if not column.required:
            return None
        if column.one_of:
            return column.one_of[0]
        return {
            "bigint": 1,
            "integer": 1,
            "numeric": 1,
            "boolean": False,
            "date": datetime(2026, 1, 1, tzinfo=UTC).date(),
            "instant": self.now,
        }.get(column.type, "X1")

    @property
    def intake(self) -> Intake:
        return Intake(assembly.hops(), assembly.sql_library(), ZONE)

    def run(self, hop: str, audit: Any = no_audit) -> PassOutcome:
        """One pass of the hop at the bench's instant."""
        passes = Passes(
            self.database,
            assembly.sql_library(),
            self.intake,
            self.settings,
            FixedClock(self.now),
            ZONE,
            audit,
        )
        found = next(known for known in assembly.hops() if known.name == hop)
        return passes.run(found, assembly.suite_of(hop))

    def entry(self, record_id: str, hop: str | None = None) -> sa.Row[Any] | None:
        """Where a record stands, at the hop named or the last one it reached."""
        return self.one(
            "select * from ledger.entry where record_id = :record_id "
            "and (cast(:hop as text) is null or hop = :hop) order by entry_id desc limit 1",
            record_id=record_id,
            hop=hop,
        )

    def state(self, record_id: str, hop: str | None = None) -> str | None:
        """Its state."""
        entry = self.entry(record_id, hop)
        return None if entry is None else str(entry.state)

    def codes(self, record_id: str, hop: str | None = None) -> list[str]:
        """All its open reasons, warnings included, in checkpoint order."""
        return [
            row.code
            for row in self.all(
                "select reason.code from ledger.reason as reason "
                "inner join ledger.entry as entry on reason.entry_id = entry.entry_id "
                "where entry.record_id = :record_id "
                "and (cast(:hop as text) is null or entry.hop = :hop) "
                "order by reason.checkpoint, reason.code",
                record_id=record_id,
                hop=hop,
            )
        ]

    def all(self, sql: str, **binds: Any) -> Sequence[sa.Row[Any]]:
        """Rows of a query."""
        with self.database.engine.connect() as connection:
            return connection.execute(sa.text(sql), binds).all()

    def one(self, sql: str, **binds: Any) -> sa.Row[Any] | None:
        """The first row of a query, or None."""
        rows = self.all(sql, **binds)
        return rows[0] if rows else None
