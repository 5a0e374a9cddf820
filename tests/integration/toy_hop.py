"""A hop small enough to read at a glance: parcels go from the landing to the shelf.

What every hop must keep (conservation, order, release, twice is once) is tested on it, so that no
rule of the field stands in the way.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from expectations import MUST, Expect
from orchestration.flow.audit import CheckResult
from orchestration.flow.hop_pass import Passes
from orchestration.flow.ledger import Intake, register_hops
from orchestration.ground.calendar import fill_calendar
from orchestration.ground.clock import FixedClock
from orchestration.ground.contracts import Hop, Target, Timing
from orchestration.ground.database import Database
from orchestration.ground.settings import read_settings
from orchestration.ground.sql import SqlLibrary

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

TIMING = Timing("*/15 * * * *", timedelta(hours=1), timedelta(hours=2), timedelta(hours=4))

SHELVING = Hop(
    name="shelving",
    meaning="Parcels go on the shelf.",
    record="parcel",
    takes=("landing.parcel",),
    reads=(),
    targets=(Target("shelf", ("record_id",), "A parcel on its shelf.", per_record=True),),
    minimum_dataset=("record_id",),
    checkpoints=("P01", "P02", "P03"),
    timing=TIMING,
    owner="Data on-call",
)
SHIPPING = Hop(
    name="shipping",
    meaning="Shelved parcels are shipped.",
    record="parcel",
    takes=("core.shelf",),
    reads=(),
    targets=(Target("shipment", ("record_id",), "A parcel shipped.", per_record=True),),
    minimum_dataset=("record_id",),
    checkpoints=("P04",),
    timing=TIMING,
    owner="Data on-call",
    follows="shelving",
)

SUITE = (
    Expect("record_id_unique", "ColumnValuesToBeUnique", MUST, "Twice is wrong.",
           {"column": "record_id"}),
    Expect("weight_positive", "ColumnValuesToBeBetween", MUST, "Nothing weighs nothing.",
           {"column": "weight", "min_value": 1}),
)  # fmt: skip

TABLES = """
create table landing.parcel (
    parcel_id text primary key, version bigint, weight integer, address text, label text
    , file_id bigint
);
create table core.shelf (
    record_id text primary key, weight integer, version bigint
    , batch_id bigint not null, published_at timestamptz not null
);
create table core.shipment (
    record_id text primary key references core.shelf
    , batch_id bigint not null, published_at timestamptz not null
);
"""

EDIT_HEAD = """-- {code}: {defect}
-- checkpoint: {checkpoint}
-- class: MAPPING
-- severity: {severity}
-- outcome: {outcome}
-- owner: Data on-call
-- due: {due}
-- clinical: The parcel cannot be used.
-- billing: The parcel cannot be charged.
-- next: Mend the parcel.
-- source: agency policy
"""

FILES = {
    "models/shelving/intake.sql": """
select parcel_id as record_id, version, 'parcels' as feed, file_id
    , cast(null as text) as client_id, cast(100 as bigint) as amount_cents
from {{ ref('parcel') }} where file_id = :batch_id""",
    "models/shelving/candidate.sql": """
select work.record_id, parcel.weight, parcel.address, parcel.label, parcel.version
from {{ ref('work') }} as work
left join {{ ref('parcel') }} as parcel on work.record_id = parcel.parcel_id""",
    "models/shelving/shelf.sql": """
select record_id, weight, version from {{ ref('passed') }}""",
    "models/shipping/intake.sql": """
select record_id, version, 'parcels' as feed, cast(null as bigint) as file_id
    , cast(null as text) as client_id, cast(null as bigint) as amount_cents
from {{ ref('shelf') }} where batch_id = :batch_id""",
    "models/shipping/candidate.sql": """
select work.record_id, shelf.weight from {{ ref('work') }} as work
left join {{ ref('shelf') }} as shelf on work.record_id = shelf.record_id""",
    "models/shipping/shipment.sql": "select record_id from {{ ref('passed') }}",
    "edits/shelving/address_missing.sql": EDIT_HEAD.format(
        code="NO-ADDRESS", defect="The parcel has no address.", checkpoint="P02",
        severity="BLOCK", outcome="held", due="2 business days",
    ) + "select candidate.record_id from {{ ref('candidate') }} as candidate "
        "where candidate.address is null",
    "edits/shelving/label_missing.sql": EDIT_HEAD.format(
        code="NO-LABEL", defect="The parcel has no label.", checkpoint="P03",
        severity="BLOCK", outcome="held", due="24 hours",
    ) + "select candidate.record_id from {{ ref('candidate') }} as candidate "
        "where candidate.label is null",
    "edits/shelving/too_heavy.sql": EDIT_HEAD.format(
        code="TOO-HEAVY", defect="The parcel is heavy.", checkpoint="P02",
        severity="WARN", outcome="held", due="24 hours",
    ) + "select candidate.record_id from {{ ref('candidate') }} as candidate "
        "where candidate.weight > 50",
    "edits/shelving/not_ours.sql": EDIT_HEAD.format(
        code="NOT-OURS", defect="The parcel is for somebody else.", checkpoint="P01",
        severity="BLOCK", outcome="excluded", due="24 hours",
    ) + "select candidate.record_id from {{ ref('candidate') }} as candidate "
        "where candidate.address = 'elsewhere'",
    "edits/shelving/same_label_twice.sql": EDIT_HEAD.format(
        code="LABEL-TWICE", defect="Another parcel has the same label.", checkpoint="P03",
        severity="HOLD", outcome="held", due="24 hours",
    ) + "select candidate.record_id from {{ ref('candidate') }} as candidate "
        "inner join {{ ref('parcel') }} as other on candidate.label = other.label "
        "and candidate.record_id > other.parcel_id",
}  # fmt: skip


def no_audit(*_: object) -> list[CheckResult]:
    return []


class Parcels:
    """The toy's database, folder of SQL and clock."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.now = NOW
        self.hops = (SHELVING, SHIPPING)
        for name, text in FILES.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        with database.transaction() as connection:
            # several statements at once are the driver's own way
            connection.connection.driver_connection.execute(TABLES)  # type: ignore[union-attr]
            register_hops(connection, self.hops)
            fill_calendar(connection, NOW.date())

    @property
    def library(self) -> SqlLibrary:
        return SqlLibrary(frozenset({"shelf", "shipment"}), frozenset({"parcel"}), self.folder)

    def land(self, *rows: tuple[Any, ...], file_id: int = 1) -> None:
        """Rows of (parcel_id, version, weight, address, label), as one file."""
        with self.database.transaction() as connection:
            for row in rows:
                connection.exec_driver_sql(
                    "insert into landing.parcel values (%s, %s, %s, %s, %s, %s) "
                    "on conflict (parcel_id) do update set version = excluded.version"
                    ", weight = excluded.weight, address = excluded.address"
                    ", label = excluded.label, file_id = excluded.file_id",
                    (*row, file_id),
                )
            self.intake.hand_on(connection, "landing.parcel", file_id, self.now)

    @property
    def intake(self) -> Intake:
        return Intake(self.hops, self.library, "America/New_York")

    def passes(self, audit: Any = no_audit) -> Passes:
        return Passes(
            self.database,
            self.library,
            self.intake,
            read_settings({"CAREHOPS_HOME": str(self.folder)}),
            FixedClock(self.now),
            "America/New_York",
            audit,
        )

    def run(self, hop: Hop = SHELVING, suite: Sequence[Expect] = (), audit: Any = no_audit) -> Any:
        return self.passes(audit).run(hop, suite)

    def all(self, sql: str) -> list[tuple[Any, ...]]:
        with self.database.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(sql))]

    def states(self, hop: str = "shelving") -> dict[str, tuple[str, str | None]]:
        return {
            row[0]: (row[1], row[2])
            for row in self.all(
                "select record_id, state, reason_code from ledger.entry "
                f"where hop = '{hop}' order by 1"
            )
        }
