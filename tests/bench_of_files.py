"""A bench to land files on: write them, land them, look at what became of them.

    verdict = files.land("caregivers", {"caregiver_id": "G1"}, {"caregiver_id": "G2"})
    assert files.rows("caregiver") == 2

Rows are given in the words of the feed's table and written in the words of its file.
"""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from orchestration import assembly
from orchestration.flow.landing.landing import Landing
from orchestration.flow.landing.verdict import Verdict
from orchestration.ground.clock import FixedClock
from orchestration.ground.contracts import Delimited, Feed
from orchestration.ground.database import Database

BROKEN = Path(__file__).parent / "data" / "landing"
NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
ZONE = "America/New_York"

GOOD = {
    "caregivers": {
        "caregiver_id": "G1",
        "record_version": "1",
        "last_name": "Zzcanary",
        "first_name": "Zzgiven",
        "discipline": "aide",
        "hired_on": "2024-01-08",
        "is_excluded": "false",
        "has_app": "true",
        "source_updated_at": "2026-11-20T10:00:00Z",
    },
    "incidents": {
        "incident_id": "I1",
        "incident_version": "1",
        "client_id": "C1",
        "occurred_at": "2026-11-19T08:00:00Z",
        "category_code": "FALL",
        "severity": "low",
        "status": "open",
        "source_updated_at": "2026-11-20T10:00:00Z",
    },
    "evv_visits_hhax": {
        "visit_id": "V1",
        "sequence_id": "1",
        "action": "N",
        "client_id": "C1",
        "caregiver_id": "G1",
        "payer_id": "MCO-A",
        "payer_program": "HCBS",
        "service_code": "T1019",
        "call_in_at": "2026-11-19 08:00",
        "call_out_at": "2026-11-19 10:00",
        "call_in_type": "M",
        "call_out_type": "M",
        "location_type": "H",
        "source_updated_at": "2026-11-19 10:01:30",
        "updated_by": "U1",
        "updated_by_role": "coordinator",
    },
}


class Files:
    """One database, a drop folder, and landing in front of it."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.drop = folder / "drop"
        self.drop.mkdir()
        self.kept = folder / "kept"
        self.handed_on: list[tuple[str, int]] = []
        self.landing = self.make_landing()
        self._number = 0

    def make_landing(self, **changes: Any) -> Landing:
        parts: dict[str, Any] = {
            "engine": self.database.engine,
            "feeds": assembly.feeds(),
            "kept": self.kept,
            "clock": FixedClock(NOW),
            "zone": ZONE,
            "hand_on": lambda _, table, file_id: self.handed_on.append((table, file_id)),
        }
        return Landing(**{**parts, **changes})

    def write(self, name: str, content: bytes | str) -> Path:
        path = self.drop / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def broken(self, stem: str, feed: str = "caregivers") -> Path:
        """One of the broken files that are kept as examples, under a name its feed claims."""
        return self.write(f"{feed}_{stem}.csv", (BROKEN / f"{stem}.csv").read_bytes())

    def land(self, feed: str, *rows: dict[str, str]) -> Verdict:
        """Write a file of these rows, unnamed columns being good, and land it."""
        self._number += 1
        path = self.write(f"file_{self._number}", text_of(feed, rows))
        return self.landing.land(path, feed)

    def all(self, sql: str, **binds: Any) -> Sequence[sa.Row[Any]]:
        with self.database.engine.connect() as connection:
            return connection.execute(sa.text(sql), binds).all()

    def rows(self, table: str) -> int:
        return int(self.all(f"select count(*) from landing.{table}")[0][0])

    def file(self, verdict: Verdict) -> sa.Row[Any]:
        return self.all("select * from landing.file where file_id = :id", id=verdict.file_id)[0]

    def held(self) -> list[sa.Row[Any]]:
        return list(self.all("select * from landing.held_line order by file_id, line_no"))

    def held_codes(self) -> dict[int, list[str]]:
        return {line.line_no: line.reason_codes for line in self.held()}

    def nothing_loaded(self) -> bool:
        return not any(self.rows(table) for table in ("caregiver", "evv_visit", "held_line"))


def feed_of(name: str) -> Feed:
    return next(feed for feed in assembly.feeds() if feed.name == name)


def text_of(name: str, rows: Sequence[dict[str, str]], line_end: str = "\n") -> str:
    feed = feed_of(name)
    assert isinstance(feed.dialect, Delimited)
    written = io.StringIO()
    writer = csv.writer(written, delimiter=feed.dialect.delimiter, lineterminator=line_end)
    writer.writerow([source.field for source in feed.sources.values()])
    for row in rows:
        assert set(row) <= set(feed.sources)
        full = {**GOOD[name], **row}
        writer.writerow([full.get(column, "") for column in feed.sources])
    return written.getvalue()
