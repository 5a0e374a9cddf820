"""Rows for reports, put into a transaction that is never committed, and what is told of them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from orchestration import assembly
from orchestration.partners.answers import take_answers
from orchestration.reports.asking import ask, window
from orchestration.reports.report_files import find_report

ZONE = "America/New_York"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
H1, H2, H3, H4 = (
    *("evv_to_coordination", "care_plan_to_frontline"),
    *("delivery_to_billing", "billing_to_clearinghouse"),
)
LAST = {H1: "V07", H2: "C06", H3: "V13", H4: "V15"}


def local(text: str) -> datetime:
    """An instant by the agency's wall clock."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


NOW = local("2026-11-20T12:00")  # a Friday
TODAY = date(2026, 11, 20)


class Rows:
    """Puts rows in, with plain good values for what is not said, and asks reports."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.number = 0
        self.tables = {table.name: table for table in assembly.tables()}

    def put(self, table: str, **values: Any) -> Any:
        """One row; answers its values, generated ones included."""
        names, binds = ", ".join(values), ", ".join(f":{name}" for name in values)
        sql = f"insert into {table} ({names}) values ({binds}) returning *"
        return self.connection.execute(sa.text(sql), values).one()

    def land(self, table: str, **given: Any) -> None:
        """One current row of a landing table; an older version of its key becomes history."""
        contract = self.tables[table]
        assert not set(given) - {
            *(column.name for column in contract.columns),
            *("landed_at", "file_id"),
        }
        self.number += 1
        plain = {column.name: _plain(column) for column in contract.columns}
        row: dict[str, Any] = {"landed_at": NOW - DAY, "file_id": 1, **plain, **given}
        key = " and ".join(f"{name} = :{name}" for name in contract.key)
        self.connection.execute(
            sa.text(f"update landing.{table} set is_current = false where {key}"), row
        )
        self.put(f"landing.{table}", **row, feed="f", line_no=self.number, is_current=True)

    def visit(self, name: str, start: datetime, minutes: int = 60, **more: Any) -> str:
        """A visit as coordination knows it; answers its record."""
        record_id = f"hhax/{name}"
        self.put(
            "core.coordination_visit",
            **{
                "record_id": record_id,
                "source_system": "hhax",
                "visit_id": name,
                "sequence_id": 1,
                "client_id": "C1",
                "caregiver_id": "G1",
                "payer_id": "P1",
                "payer_program": "WAIVER",
                "service_code": "T1019",
                "modifiers": "-",
                "schedule_id": f"S-{name}",
                "start_at": start,
                "end_at": start + timedelta(minutes=minutes),
                "minutes": minutes,
                "service_date": start.astimezone(ZoneInfo(ZONE)).date(),
                "time_zone": ZONE,
                "completion": "completed",
                "tasks_done": 2,
                "tasks_refused": 0,
                "tasks_missed": 0,
                "concern_codes": "-",
                "is_manual": False,
                "allowed_short_minutes": 15,
                "source_updated_at": start + timedelta(minutes=minutes),
                "updated_by": "clock",
                "updated_by_role": "Caregiver",
                "batch_id": 1,
                "published_at": start + timedelta(minutes=minutes) + HOUR,
            }
            | more,
        )
        return record_id

    def entry(self, hop: str, record_id: str, state: str, **more: Any) -> int:
        """Where a record stands; answers the entry's number."""
        before = {H3: H1, H4: H3}.get(hop)
        known = sa.text("select 1 from ledger.entry where hop = :hop and record_id = :record_id")
        asked = {"hop": before, "record_id": record_id}
        if before and not self.connection.scalar(known, asked):
            self.entry(before, record_id, "moved")
        values: dict[str, Any] = {"since": NOW - HOUR, "received_at": NOW - HOUR, "client_id": "C1"}
        if state in {"held", "rejected", "excluded"}:
            values |= {
                "reason_class": "QUEUE",
                "reason_code": "X-CODE",
                "owner_role": "EVV coordinator",
                "due_at": NOW + DAY,
            }
        if state == "moved":
            values |= {"has_moved": True, "checkpoint": LAST[hop]}
        row = self.put("ledger.entry", hop=hop, record_id=record_id, state=state, **(values | more))
        return int(row.entry_id)

    def went(
        self, entry_id: int, at: datetime, way: str, codes: tuple[str, ...] = (), **more: Any
    ) -> None:
        """A transition, its states written ``waiting>held``."""
        before, after = way.split(">")
        self.put(
            "ledger.transition",
            **{
                "entry_id": entry_id,
                "at": at,
                "from_state": before,
                "to_state": after,
                "reason_codes": list(codes),
                "attempt": 1,
                "actor": "carehops",
            }
            | more,
        )

    def deviation(self, kind: str, subject: str, listed_at: datetime, **more: Any) -> None:
        """A deviation, due for review the next day."""
        self.put(
            "core.visit_deviation",
            **{
                "kind": kind,
                "subject": subject,
                "client_id": "C1",
                "caregiver_id": "G1",
                "schedule_id": subject.removeprefix("schedule/") if kind == "missed" else None,
                "occurred_at": listed_at - HOUR,
                "detail_code": "routine",
                "is_open": True,
                "owner_role": "Care coordinator",
                "review_due_at": listed_at + DAY,
                "batch_id": 1,
                "published_at": listed_at,
            }
            | more,
        )

    def reviewed(self, kind: str, subject: str, at: datetime, **more: Any) -> None:
        """A review of a deviation as it is listed."""
        listed = sa.text(
            "select listed_at from core.visit_deviation where kind = :kind and subject = :subject"
        )
        self.put(
            "ops.deviation_review",
            **{
                "kind": kind,
                "subject": subject,
                "listed_at": self.connection.scalar(listed, {"kind": kind, "subject": subject}),
                "action": "client_contacted",
                "because": "asked",
                "closes": False,
                "reviewed_by": "coordinator01",
                "reviewed_role": "Care coordinator",
                "reviewed_at": at,
            }
            | more,
        )

    def line(self, record_id: str, cents: int = 1700, **more: Any) -> str:
        """A billable line of a visit of an hour; answers its reconciliation."""
        self.number += 1
        visit = self.connection.execute(
            sa.text("select * from core.coordination_visit where record_id = :record_id"),
            {"record_id": record_id},
        ).one()
        reconciliation = f"R{self.number:019X}"
        same = ("client_id", "caregiver_id", "payer_id", "payer_program", "service_code")
        self.put(
            "core.billable_line",
            **{
                **{name: getattr(visit, name) for name in (*same, "modifiers", "service_date")},
                "record_id": record_id,
                "line_no": 1,
                "minutes": 60,
                "units": 4,
                "unit_rule": "CMS_8MIN",
                "rate_cents": cents // 4,
                "charge_cents": cents,
                "contract_version": 1,
                "contract_valid_from": date(2025, 1, 1),
                "visit_sequence_id": visit.sequence_id,
                "reconciliation_id": reconciliation,
                "batch_id": 2,
                "published_at": visit.end_at + 2 * DAY,
            }
            | more,
        )
        return reconciliation

    def batch(self, sent_at: datetime, payer: str = "P1") -> str:
        """A file of claims that left; answers its number."""
        self.number += 1
        batch_no = f"B{self.number:09}"
        self.connection.execute(
            sa.text("""
                insert into core.claim_batch (batch_no, payer_id, receiver_id
                    , interchange_control, group_control, file_name, sha256, claim_count
                    , total_cents, usage, content, written_at, batch_id, published_at)
                values (:batch_no, :payer, 'R', :control, :group, :batch_no || '.x12'
                    , encode(sha256(:content), 'hex'), 1, 1, 'T', :content, :at, 3, :at)
            """),
            {
                "batch_no": batch_no,
                "payer": payer,
                "control": f"{self.number:09}",
                "group": str(self.number),
                "content": batch_no.encode(),
                "at": sent_at,
            },
        )
        return batch_no

    def claim(
        self, claim_id: str, records: Mapping[str, int], sent_at: datetime, **more: Any
    ) -> None:
        """A claim of visits with their cents, sent in a batch of its own unless one is named."""
        lines = {record: self.line(record, cents) for record, cents in records.items()}
        payer = more.get("payer_id", "P1")
        batch_no = more.pop("batch_no", None) or self.batch(sent_at, payer)
        week = (sent_at.date() - timedelta(days=sent_at.weekday())).isoformat()
        self.put(
            "core.claim",
            **{
                "claim_id": claim_id,
                "client_id": "C1",
                "payer_id": payer,
                "payer_program": "WAIVER",
                "service_week": week,
                "total_cents": sum(records.values()),
                "line_count": len(records),
                "batch_no": batch_no,
                "set_control": "0001",
                "frequency": "1",
                "rung": "sent",
                "reply_standing": "none",
                "batch_id": 3,
                "published_at": sent_at,
            }
            | more,
        )
        self.put(
            "core.claim_attempt",
            claim_id=claim_id,
            attempt_no=1,
            batch_no=batch_no,
            set_control="0001",
            frequency="1",
            why="first claim",
            made_by="carehops",
            batch_id=3,
            published_at=sent_at,
        )
        said = sa.text("""
            insert into core.claim_attempt_line (claim_id, attempt_no, record_id, line_no
                , reconciliation_id, charge_cents, batch_id, published_at)
            values (:claim_id, 1, :record_id, 1, :reconciliation, :cents, 3, :at)
        """)
        for record, reconciliation in lines.items():
            named = {"record_id": record, "reconciliation": reconciliation}
            amount = {"cents": records[record], "at": sent_at}
            self.connection.execute(said, {"claim_id": claim_id, **named, **amount})
        # all at once: a claim is the sum of its lines after each statement
        self.connection.execute(
            sa.text("""
                insert into core.claim_line (record_id, line_no, claim_id, reconciliation_id
                    , charge_cents, batch_id, published_at)
                select line.record_id, 1, :claim_id, line.reconciliation_id, line.cents, 3, :at
                from unnest(cast(:records as text []), cast(:reconciled as text [])
                    , cast(:cents as bigint [])) as line (record_id, reconciliation_id, cents)
            """),
            {
                "claim_id": claim_id,
                "at": sent_at,
                "records": list(lines),
                "reconciled": list(lines.values()),
                "cents": [records[record] for record in lines],
            },
        )

    def reply(self, claim_id: str, kind: str, outcome: str, at: datetime, **more: Any) -> None:
        """What a partner says of a claim, taken in as a pass does."""
        self.number += 1
        file = self.put(
            "landing.file",
            sha256=f"{self.number:064x}",
            feed="clearinghouse_replies",
            name=f"{self.number}.x12",
            byte_count=1,
            verdict="landed",
            arrived_at=at,
            landed_at=at,
        )
        self.land(
            "clearinghouse_reply",
            **{
                "reply_id": f"reply-{self.number}",
                "reply_kind": kind,
                "level": "claim",
                "refers_to": claim_id,
                "outcome": outcome,
                "source_entity": "payer",
                "file_id": file.file_id,
                "landed_at": at,
            }
            | more,
        )
        take_answers(self.connection, at)

    def tell(
        self,
        report: str,
        since: date | None = None,
        until: date | None = None,
        *,
        now: datetime = NOW,
        payer: str | None = None,
    ) -> list[dict[str, Any]]:
        """The rows of a report; its columns are those its head names."""
        asked = find_report(report)
        answer = ask(self.connection, asked, window(asked, since, until, now, ZONE), now, payer)
        assert all(list(row) == list(asked.columns) for row in answer.rows)
        return [dict(row) for row in answer.rows]


def _plain(column: Any) -> Any:
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
        "date": date(2026, 1, 1),
        "instant": NOW - DAY,
    }.get(column.type, "X1")
