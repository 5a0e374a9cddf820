"""The way of a file's records into their table, inside the caller's transaction.

Staged as text, judged, sorted by version, cast and inserted in one statement; what cannot become
a row is kept as a held line with its bytes and every reason.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from orchestration.flow.landing.bulk import indexes_built_afterwards
from orchestration.flow.landing.ending import mend
from orchestration.flow.landing.faults import Faults, find_faults
from orchestration.flow.landing.lines import Record
from orchestration.flow.landing.manifest import check_totals
from orchestration.flow.landing.readers import Reader
from orchestration.flow.landing.reasons import ASK_SENDER, LINE_REASONS
from orchestration.flow.landing.rules import Reading, Surroundings
from orchestration.flow.landing.shapes import literal
from orchestration.flow.landing.staging import Cursor, stage
from orchestration.flow.landing.stops import Quarantined
from orchestration.flow.landing.versions import Versions, without_faults
from orchestration.ground.contracts import AgencyFile, Feed
from orchestration.ground.failures import ConservationFailure

_HELD_AT_ONCE = 500
_FATES = {"differs": "SEQUENCE-REPEATED", "burnt": "SEQUENCE-BURNT"}
_MUCH = 1000
"""Rows from which the planner must be told that a table has grown."""


@dataclass(frozen=True)
class Loaded:
    """What became of a file's lines; they add up.

    Args:
        lines: Records in the file.
        rows: Rows added.
        held: Lines that wait.
        repeated: Lines that were known.
        newest_event_at: Newest source event among its good lines.
    """

    lines: int
    rows: int
    held: int
    repeated: int
    newest_event_at: datetime | None


@dataclass(frozen=True)
class Load:
    """One file on its way.

    Args:
        feed: Its feed.
        reader: Its records.
        around: Zone and clock changes.
        file_id: Its number.
        landed_at: The instant of landing.
        manifest: What the sender says of it.
    """

    feed: Feed
    reader: Reader
    around: Surroundings
    file_id: int
    landed_at: datetime
    manifest: Mapping[str, Any]

    @property
    def _reading(self) -> Reading:
        return Reading(self.feed, self.reader.fields, self.around)

    def run(self, connection: psycopg.Connection[Any]) -> Loaded:
        """Load it.

        Raises:
            Quarantined: nothing of it may be loaded; the caller rolls back to before.
            ConservationFailure: lines and what became of them do not add up.
        """
        cursor = connection.cursor()
        lines = stage(cursor, self.reader)
        trailer = self.reader.layout.trailer if self.reader.layout else None
        check_totals(self.manifest, trailer, lines)
        if lines == 0 and not self.feed.empty_allowed:
            raise Quarantined("NO-RECORDS", "the file holds no record", ASK_SENDER)
        faults = find_faults(cursor, self._reading, self.reader, lines)
        table = self.feed.table.name
        cursor.execute(f"select pg_advisory_xact_lock(hashtext('landing.{table}'))")
        versions = Versions(self._reading, self.file_id)
        versions.burn(cursor)
        odd = versions.judge(cursor, faults.lines)
        versions.step_down(cursor)
        if self.feed.complete_for is not None:
            versions.step_aside(cursor, self.feed.complete_for)
        with indexes_built_afterwards(cursor, f'landing."{table}"', lines):
            rows = self._insert(cursor, faults.lines, odd)
        fates = self._fates(cursor)
        held = faults.lines + fates.get("differs", 0) + fates.get("burnt", 0)
        self._refuse_half(held + fates.get("history", 0))
        repeated = fates.get("repeated", 0)
        if lines != rows + held + repeated:
            message = (
                f"landing.{table}: {lines} lines became {rows} rows, {held} held and {repeated} "
                "repeated lines, which does not add up; nothing was landed"
            )
            raise ConservationFailure(message)
        if held:
            self._hold(connection, cursor, faults)
        mend(cursor, self.feed, self.file_id, self.landed_at)
        newest = self._newest(cursor) if rows + repeated else None
        self._tell_planner(cursor, rows)
        return Loaded(lines, rows, held, repeated, newest)

    def _refuse_half(self, missing: int) -> None:
        """The agency's own files hold whole or not at all."""
        if missing and isinstance(self.feed.dialect, AgencyFile):
            raise Quarantined(
                "AGENCY-FILE-WRONG",
                f"{missing} of its rows would not hold: they are older than what is in force, or "
                "say something else under the same version",
                "Give what changed a higher version number.",
            )

    def _insert(self, cursor: Cursor, faults: int, odd: int) -> int:
        table = self.feed.table
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        typed = "\n    , ".join(self._reading.typed(column) for column in table.columns)
        cursor.execute(
            f"""
            insert into landing."{table.name}"
                ({names}, "feed", "file_id", "line_no", "is_current", "landed_at")
            select {typed}
                , {literal(self.feed.name)}, {self.file_id}, s.line_no
                , {"o.fate is null" if odd else "true"}, {literal(self.landed_at.isoformat())}
            from pg_temp.staged as s
            {"left join pg_temp.odd as o on s.line_no = o.line_no" if odd else ""}
            where {"(o.fate is null or o.fate = 'history')" if odd else "true"}
                and {without_faults(faults)}
            """
        )
        return cursor.rowcount

    def _fates(self, cursor: Cursor) -> dict[str, int]:
        cursor.execute("select fate, count(*) from pg_temp.odd group by fate")
        return dict(cursor.fetchall())

    def _newest(self, cursor: Cursor) -> datetime | None:
        if self.feed.table.event_at == "landed_at":
            return self.landed_at
        cursor.execute(
            "select max(p.event_at) from pg_temp.picked as p where not exists (select from"
            " pg_temp.odd as o where o.line_no = p.line_no and o.fate in ('differs', 'burnt'))"
        )
        row = cursor.fetchone()
        return row[0] if row else None

    def _tell_planner(self, cursor: Cursor, rows: int) -> None:
        """A pass follows at once; autovacuum would look at the table a minute later."""
        table = f"landing.{self.feed.table.name}"
        cursor.execute(f"select reltuples from pg_class where oid = '{table}'::regclass")
        row = cursor.fetchone()
        if rows >= _MUCH and row is not None and rows > row[0] / 10:
            cursor.execute(f"analyze {table}")

    # --- lines that wait ---

    def _hold(self, connection: psycopg.Connection[Any], cursor: Cursor, faults: Faults) -> None:
        records = self.reader.records()
        with connection.cursor(name="held") as waiting:
            waiting.execute(
                "select line_no, staged, broken, record_id, version, null as fate"
                " from pg_temp.fault"
                f" union all select o.line_no, null, '{{}}', {self._record_id()}, {self._version()}"
                " , o.fate"
                " from pg_temp.odd as o inner join pg_temp.picked as p on o.line_no = p.line_no"
                " where o.fate in ('differs', 'burnt') order by line_no"
            )
            while some := waiting.fetchmany(_HELD_AT_ONCE):
                cursor.executemany(_HELD, self._held_lines(some, records, faults))

    def _record_id(self) -> str:
        return " || '/' || ".join(f'cast(p."{name}" as text)' for name in self.feed.table.key)

    def _version(self) -> str:
        version = self.feed.table.version
        return "null" if version is None else f'p."{version}"'

    def _held_lines(
        self, some: list[Any], records: Iterator[Record], faults: Faults
    ) -> Iterator[dict[str, Any]]:
        for line_no, staged, broken, record_id, version, fate in some:
            reasons = faults.of_line(staged, broken)
            if fate is not None:
                reasons = [(LINE_REASONS[_FATES[fate]], self.feed.table.version)]
            record = next(record for record in records if record.number == line_no)
            yield {
                "file_id": self.file_id,
                "line_no": line_no,
                "feed": self.feed.name,
                "record_id": record_id,
                "version": version,
                "reason_class": reasons[0][0].reason_class,
                "codes": list(dict.fromkeys(reason.code for reason, _ in reasons)),
                "reasons": Jsonb([reason.as_json(column) for reason, column in reasons]),
                "raw": record.raw,
                "held_at": self.landed_at,
            }


_HELD = """
insert into landing.held_line
    (file_id, line_no, feed, record_id, version, reason_class, reason_codes, reasons, raw, held_at)
values
    (%(file_id)s, %(line_no)s, %(feed)s, %(record_id)s, %(version)s, %(reason_class)s, %(codes)s
    , %(reasons)s, %(raw)s, %(held_at)s)
"""
