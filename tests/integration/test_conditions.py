"""Every kind of condition: a stored row it must find, and one beside it that it must leave."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from orchestration import assembly
from orchestration.ground.agency import read_agency
from orchestration.ground.database import Database
from orchestration.ground.sql import SQL_FOLDER
from orchestration.reports.asking import ask, window
from orchestration.reports.report_files import find_report
from orchestration.watch.looking.condition_files import load_kinds
from orchestration.watch.looking.conditions import Condition
from orchestration.watch.looking.finding import find_conditions
from orchestration.watch.looking.timing import read_watched
from orchestration.watch.looking.watched import Watched
from orchestration.watch.paging.page import NOT_SHOWN, name_of_ours

EASTERN = ZoneInfo("America/New_York")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
H1, H2, H3, H4 = (
    *("evv_to_coordination", "care_plan_to_frontline"),
    *("delivery_to_billing", "billing_to_clearinghouse"),
)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=EASTERN).astimezone(UTC)


NOW = local("2026-11-18T12:00")  # a Wednesday


@pytest.fixture(scope="module")
def watched() -> Watched:
    folder = SQL_FOLDER / "agency"
    return read_watched(folder, read_agency(folder), assembly.feeds(), assembly.hops())


class Stored:
    """Rows put into a transaction that is never committed, and what is found among them."""

    def __init__(self, connection: sa.Connection, watched: Watched) -> None:
        self.connection = connection
        self.watched = watched
        self.numbers = iter(range(1, 10_000))

    def put(self, table: str, **values: Any) -> Any:
        columns = ", ".join(values)
        binds = ", ".join(f":{key}" for key in values)
        self.connection.execute(
            sa.text(f"insert into {table} ({columns}) values ({binds})"), values
        )
        return values

    def a_pass(
        self, hop: str, finished_at: datetime, outcome: str = "published", **more: Any
    ) -> None:
        counts = more.pop("counts", None)
        values = {"hop": hop, "outcome": outcome, "started_at": finished_at - timedelta(minutes=1)}
        self.put("ledger.pass", **values, finished_at=finished_at, **more)
        if counts is not None:
            self.connection.execute(
                sa.text(
                    "update ledger.pass set counts = jsonb_build_object('waiting', 0, 'held',"
                    " cast(:open as integer)) where hop = :hop and finished_at = :at"
                ),
                {"open": counts, "hop": hop, "at": finished_at},
            )

    def a_file(self, feed: str, at: datetime, verdict: str = "landed", **more: Any) -> None:
        number = next(self.numbers)
        lines = more.pop("lines", 100)
        rows, repeated = more.pop("rows", lines), more.pop("repeated", 0)
        code = more.pop("code", None)
        arrived = more.pop("arrived", verdict)
        self.put(
            "landing.file",
            file_id=number,
            sha256=f"{number:064x}",
            feed=feed,
            name=f"{feed}_{number}.csv",
            byte_count=1,
            verdict=verdict,
            reason_class="SCHEMA" if code else None,
            reason_code=code,
            line_count=lines,
            row_count=rows,
            repeated_count=repeated,
            newest_event_at=more.pop("newest", at),
            arrived_at=at,
            landed_at=at,
        )
        self.put(
            "landing.arrival",
            file_id=number,
            feed=feed,
            name="x",
            verdict=arrived,
            reason_code=code,
            at=at,
        )

    def an_entry(self, hop: str, record_id: str, state: str, **more: Any) -> None:
        follows = {H3: H1, H4: H3}.get(hop)
        known = sa.text("select 1 from ledger.entry where hop = :hop and record_id = :record_id")
        if follows and not self.connection.scalar(known, {"hop": follows, "record_id": record_id}):
            self.an_entry(follows, record_id, "moved")
        values: dict[str, Any] = {"since": NOW - HOUR, "received_at": NOW - HOUR} | more
        if state == "held":
            values = {
                "reason_class": "QUEUE",
                "owner_role": "EVV coordinator",
                "due_at": NOW + DAY,
            } | values
        if state == "moved":
            last = {H1: "V07", H2: "C06", H3: "V13", H4: "V15"}[hop]
            values |= {"has_moved": True, "checkpoint": last}
        self.put("ledger.entry", hop=hop, record_id=record_id, state=state, **values)

    def find(self, now: datetime = NOW) -> list[Condition]:
        found = find_conditions(self.connection, self.watched, now)
        for one in found:  # a page shows of names only what looks like ours
            assert NOT_SHOWN not in map(name_of_ours, (one.kind, one.subject, one.cause, one.owner))
        return found

    def of(self, kind: str, now: datetime = NOW) -> dict[tuple[str, str], Condition]:
        return {(one.subject, one.cause): one for one in self.find(now) if one.kind == kind}


@pytest.fixture
def stored(module_database: Database, watched: Watched) -> Iterator[Stored]:
    with module_database.engine.connect() as connection:
        yield Stored(connection, watched)
        connection.rollback()


def test_a_fresh_database_has_nothing_wrong(stored):
    assert stored.find() == []


@pytest.mark.proves("S2-06")
def test_hop_stale(stored):
    stored.a_pass(H1, NOW - 2 * HOUR)
    stored.a_pass(H2, NOW - timedelta(minutes=59))
    stored.a_pass(H2, NOW - timedelta(minutes=1), "failed", failure="transient")
    assert stored.of("hop_stale") == {
        (H1, ""): Condition(
            kind="hop_stale",
            subject=H1,
            cause="",
            severity="P1",
            owner="EVV coordinator",
            since=NOW,
            oldest=NOW - 2 * HOUR,
        )
    }


@pytest.mark.proves("S0-03")
def test_hop_failing_for_a_check_that_must_hold(stored):
    stored.a_pass(H1, NOW - 3 * HOUR)
    first = NOW - 30 * timedelta(minutes=1)
    stored.a_pass(H1, first, "stopped", taken=4, failed_expectations=["a", "b"], run_id="r1")
    stored.a_pass(H1, NOW, "stopped", taken=5, failed_expectations=["a"], run_id="r2")
    stored.a_pass(H2, NOW - 9 * DAY, "stopped", failed_expectations=["a"])
    stored.a_pass(H2, NOW)
    found = stored.of("hop_failing")
    assert set(found) == {(H1, "check_a")}
    one = found[H1, "check_a"]
    assert (one.since, one.count, one.run_id, one.severity) == (first, 5, "r2", "P1")
    assert stored.of("hop_stale")[H1, ""].caused_by == (H1,)


@pytest.mark.parametrize(
    ("failure", "times", "is_found"),
    [
        ("conservation", 1, True),
        ("contract", 1, True),
        ("transient", 2, False),
        ("transient", 3, True),
        ("database", 2, False),
        (None, 2, False),
        (None, 3, True),
    ],
)
def test_hop_failing_counts_what_may_pass_from_the_third_time_in_a_row(
    stored, failure, times, is_found
):
    for ago in range(times):
        stored.a_pass(H3, NOW - ago * timedelta(minutes=5), "failed", failure=failure)
    cause = failure or "died"
    assert set(stored.of("hop_failing")) == ({(H3, cause)} if is_found else set())


def test_hop_failing_for_a_run_that_never_opened_a_pass(stored):
    for hop, failed_at in ((H1, NOW), (H2, NOW - DAY)):
        stored.put(
            "ops.run_failure",
            hop=hop,
            run_id="r",
            failed_at=failed_at,
            failing_since=failed_at - HOUR,
            seen_at=NOW,
        )
        stored.a_pass(hop, NOW - 2 * HOUR)
    found = stored.of("hop_failing")
    assert {key: one.since for key, one in found.items()} == {(H1, "run"): NOW - HOUR}


def test_feed_late(stored):
    stored.a_file("schedules", NOW - 4 * HOUR)
    stored.a_file("documentation", NOW - 5 * HOUR)
    stored.a_file("service_auths", NOW, newest=NOW - 40 * DAY)
    found = stored.of("feed_late")
    assert {key: one.since for key, one in found.items()} == {
        ("schedules", ""): NOW,
        ("service_auths", "data_is_old"): found["service_auths", "data_is_old"].since,
    }
    assert found["service_auths", "data_is_old"].since < NOW - 20 * DAY


def test_feed_short_by_its_code_and_by_its_volume(stored):
    stored.a_file("clients", NOW, "quarantined", code="TOTALS-DISAGREE")
    for feed, lines in (("schedules", 40), ("caregivers", 60)):
        for week in range(1, 6):
            stored.a_file(feed, NOW - week * 7 * DAY, lines=100)
        stored.a_file(feed, NOW - 4 * DAY, lines=10)  # a weekend is another thing
        stored.a_file(feed, NOW, lines=lines)
    assert set(stored.of("feed_short")) == {("clients", "TOTALS-DISAGREE"), ("schedules", "VOLUME")}


def test_feed_repeated(stored):
    stored.a_file("schedules", NOW - 3 * HOUR)
    stored.a_file("schedules", NOW, rows=0, repeated=100)
    stored.a_file("clients", NOW - DAY)
    stored.a_file("clients", NOW - HOUR, rows=99, repeated=1)
    stored.a_file("caregivers", NOW - HOUR)
    stored.a_file("caregivers", NOW, rows=0, repeated=100)
    found = stored.of("feed_repeated")
    assert {key[0]: one.severity for key, one in found.items()} == {
        "schedules": "P2",
        "caregivers": "P3",
    }


def test_feed_out_of_range(stored):
    stored.a_file("schedules", NOW, newest=NOW + 2 * DAY)
    stored.a_file("documentation", NOW, newest=NOW - 30 * DAY)
    stored.a_file("clients", NOW, newest=NOW + HOUR)
    stored.a_file("caregivers", NOW, "quarantined", code="WINDOW-BASIS-DISAGREES")
    assert set(stored.of("feed_out_of_range")) == {
        ("schedules", "FUTURE"),
        ("documentation", "PAST"),
        ("caregivers", "WINDOW-BASIS-DISAGREES"),
    }


def test_schema_drift_and_what_cannot_be_used_for_other_reasons(stored):
    stored.a_file("schedules", NOW, "quarantined", code="COLUMNS-DIFFER")
    stored.a_file("clients", NOW, "quarantined", code="CHECKSUM-DISAGREES")
    stored.a_file("caregivers", NOW - HOUR, "quarantined", code="SCHEMA-DRIFT")
    stored.a_file("caregivers", NOW)
    assert set(stored.of("schema_drift")) == {("schedules", "COLUMNS-DIFFER")}
    assert set(stored.of("feed_quarantined")) == {("clients", "CHECKSUM-DISAGREES")}


@pytest.mark.proves("S0-06")
def test_records_stuck(stored):
    stored.an_entry(H1, "a/1", "waiting", since=NOW - DAY, amount_cents=150)
    stored.an_entry(H1, "a/2", "waiting", since=NOW - 23 * HOUR)
    for number, due in enumerate((NOW - 3 * DAY, NOW - HOUR, NOW + HOUR)):
        stored.an_entry(H1, f"b/{number}", "held", reason_code="EVV-NO-OUT", due_at=due)
    stored.an_entry(H1, "c/1", "held", reason_code="EVV-NO-IN", due_at=NOW - HOUR)
    found = stored.of("records_stuck")
    assert {key: (one.severity, one.count, one.since) for key, one in found.items()} == {
        (H1, ""): ("P2", 1, NOW),
        (H1, "EVV-NO-OUT"): ("P2", 2, NOW - 3 * DAY),
        (H1, "EVV-NO-IN"): ("P3", 1, NOW - HOUR),
    }
    assert found[H1, ""].money == Decimal("1.5")


def test_records_stuck_for_one_reason_are_one_condition_whoever_answers(stored):
    for number in range(3):
        owner = "Scheduler" if number else "EVV coordinator"
        due_at = NOW - DAY + number * HOUR
        reason = {"reason_code": "EVV-NO-OUT", "owner_role": owner, "due_at": due_at}
        stored.an_entry(H1, f"b/{number}", "held", amount_cents=100, **reason)
    (one,) = stored.of("records_stuck").values()
    assert (one.owner, one.count, one.money) == ("Scheduler", 3, Decimal(3))
    assert one.since == one.oldest == NOW - DAY


@pytest.mark.proves("S0-03")
def test_queue_growing(stored):
    ages = {0: 400, 1: 300, 7: 90, 8: 90}
    for days, count in ages.items():
        stored.a_pass(H1, NOW - days * DAY, counts=count)
        stored.a_pass(H2, NOW - days * DAY, counts=count if days else 200)
        stored.a_pass(H3, NOW - days * DAY, counts=count // 10)
    assert set(stored.of("queue_growing")) == {(H1, "")}


def put_batch(stored: Stored, payer: str, sent_at: datetime | None, rung: str, **more: Any) -> None:
    number = next(stored.numbers)
    content = str(number).encode()
    stored.connection.execute(
        sa.text("""
            insert into core.claim_batch (batch_no, payer_id, receiver_id, interchange_control
                , group_control, file_name, sha256, claim_count, total_cents, usage, content
                , written_at, batch_id, published_at)
            values (:batch_no, :payer, 'R', :control, :group, :name
                , encode(sha256(:content), 'hex'), 1, 500, 'T', :content, :sent_at, 1, :now)
        """),
        {
            "batch_no": f"B{number:09}",
            "payer": payer,
            "control": f"{number:09}",
            "group": str(number),
            "name": f"{number}.837",
            "content": content,
            "sent_at": sent_at,
            "now": NOW,
        },
    )
    stored.put(
        "core.claim",
        claim_id=f"C{number}",
        client_id="K",
        payer_id=payer,
        payer_program="P",
        service_week=date(2026, 11, 9),
        total_cents=500,
        line_count=1,
        batch_no=f"B{number:09}",
        set_control="0001",
        frequency="1",
        rung=rung,
        reply_standing=more.get("standing", "none"),
        batch_id=1,
        published_at=NOW,
    )


@pytest.mark.proves("S0-05", "S0-23", "S0-24")
def test_reply_overdue(stored):
    tuesday = local("2026-11-17T10:00")
    put_batch(stored, "BUCKEYE-FICTIVE", tuesday, "sent")  # 999 due Wednesday 12:00
    put_batch(stored, "BUCKEYE-FICTIVE", tuesday, "sent", standing="rejected")
    put_batch(stored, "BUCKEYE-FICTIVE", None, "built")
    put_batch(stored, "BUCKEYE-FICTIVE", NOW - HOUR, "sent")
    put_batch(stored, "MAPLE-FICTIVE", local("2026-11-02T10:00"), "999")  # silent until it pays
    put_batch(stored, "SOMEBODY", local("2026-11-12T10:00"), "999")  # not before the 999 is due
    put_batch(stored, "SOMEBODY", local("2026-11-17T17:30"), "sent")  # after the cut-off
    found = stored.of("reply_overdue")
    assert {key: (one.severity, one.since) for key, one in found.items()} == {
        ("buckeye_medicaid", "999"): ("P1", NOW),
        ("any_payer", "clearinghouse 277CA"): ("P2", local("2026-11-13T12:00")),
    }
    assert found["buckeye_medicaid", "999"].money == Decimal(5)
    assert found["buckeye_medicaid", "999"].count == 1


def test_credential_failing(stored):
    rows: Mapping[str, tuple[datetime | None, datetime | None]] = {
        "refused": (NOW - HOUR, None),
        "today": (None, NOW + HOUR),
        "this_month": (None, NOW + 20 * DAY),
        "good": (None, NOW + 40 * DAY),
    }
    for name, (failing, expires) in rows.items():
        stored.put(
            "ops.credential",
            name=name,
            owner_role="EDI analyst",
            failing_since=failing,
            expires_at=expires,
            tried_at=NOW,
        )
    found = stored.of("credential_failing")
    assert {key: one.severity for key, one in found.items()} == {
        ("refused", "refused"): "P1",
        ("today", "expires"): "P1",
        ("this_month", "expires"): "P3",
    }


def put_line(stored: Stored, partner: str, why: str | None, since: datetime | None) -> None:
    stored.put(
        "ops.line",
        partner=partner,
        owner_role="EDI analyst",
        tried_at=NOW,
        failing_since=since,
        why=why,
    )


@pytest.mark.proves("S0-25")
def test_line_failing(stored):
    put_line(stored, "good", None, None)
    put_line(stored, "briefly_away", "unreachable", NOW - HOUR + timedelta(minutes=1))
    put_line(stored, "away", "timeout", NOW - HOUR)
    put_line(stored, "another_key", "host_key_changed", NOW)
    put_line(stored, "no_secret", "secret_missing", NOW)
    put_line(stored, "refused", "credential_refused", NOW - DAY)  # credential_failing tells it
    assert {key: one.severity for key, one in stored.of("line_failing").items()} == {
        ("away", "timeout"): "P2",
        ("another_key", "host_key_changed"): "P1",
        ("no_secret", "secret_missing"): "P2",
    }


def test_delivery_stuck(stored):
    for number in range(7):
        put_batch(stored, "P1", NOW - DAY if number == 6 else None, "built")
    batches = [f"B{number:09}" for number in range(1, 8)]

    def step(batch: str, state: str, **more: Any) -> None:
        values = {"state": state, **more}
        named = ", ".join(f"{name} = :{name}" for name in values)
        stored.connection.execute(
            sa.text(f"update core.delivery set {named} where batch_no = :batch"),
            {**values, "batch": batch},
        )

    step(batches[1], "withheld", reason="agreement_missing", updated_at=NOW)
    step(batches[2], "withheld", reason="agreement_missing", updated_at=NOW - HOUR)
    for batch, offered in ((batches[3], NOW - HOUR), (batches[4], NOW - HOUR / 2)):
        step(batch, "sending", offered_at=offered)
        step(batch, "unconfirmed", reason="not_seen")
    step(batches[5], "sending")
    step(batches[5], "failed", reason="name_taken", updated_at=NOW)
    found = stored.of("delivery_stuck")
    assert {key: (one.severity, one.since, one.count) for key, one in found.items()} == {
        ("clearinghouse", "agreement_missing"): ("P2", NOW - HOUR, 2),
        ("clearinghouse", "in_doubt"): ("P1", NOW, 1),
        ("clearinghouse", "name_taken"): ("P1", NOW, 1),
    }
    assert found["clearinghouse", "agreement_missing"].money == Decimal(10)
    later = stored.of("delivery_stuck", NOW + 2 * HOUR)
    assert later["clearinghouse", "not_sent"].count == 1
    assert later["clearinghouse", "in_doubt"].count == 2


CONTRACT = {
    "payer_program": "P", "service_code": "T1019", "modifiers": "-", "contract_version": 1,
    "payer_name": "X", "payer_edi_id": "XX", "claim_filing_code": "MC", "is_billed": True,
    "unit_rule": "CMS_8MIN", "rate_cents": 500, "splits_at_midnight": False,
    "max_visit_minutes": 1500, "schedule_tolerance_minutes": 15, "gps_limit_metres": 1609,
    "needs_verified_visit": True, "needs_signed_note": True, "needs_signed_order": False,
    "needs_service_auth": True, "member_id_pattern": ".*", "last_validated_on": date(2026, 1, 1),
    "source_updated_at": NOW, "updated_by": "x", "feed": "payer_contracts", "file_id": 1,
    "line_no": 1, "is_current": True, "landed_at": NOW, "valid_from": date(2020, 1, 1),
}  # fmt: skip


def put_contract(stored: Stored, payer: str, review_on: date, **more: Any) -> None:
    values = CONTRACT | {"payer_id": payer, "review_on": review_on, "filing_limit_days": 95} | more
    stored.put("landing.payer_contract", **values)


def test_contract_review_due(stored):
    put_contract(stored, "DUE", date(2026, 11, 18))
    put_contract(stored, "DUE", date(2026, 11, 1), service_code="T1002")
    put_contract(stored, "TOMORROW", date(2026, 11, 19))
    put_contract(stored, "OVER", date(2026, 11, 1), valid_to=date(2026, 10, 1))
    found = stored.of("contract_review_due")
    assert {key: (one.count, one.since) for key, one in found.items()} == {
        ("DUE", ""): (2, local("2026-11-01T00:00"))
    }


def test_rights_review_due(stored):
    def right(role: str, updated: datetime, valid_to: date | None) -> None:
        stored.put(
            "landing.role_right",
            role=role,
            right_code="plan_edit",
            valid_from=date(2020, 1, 1),
            record_version=1,
            valid_to=valid_to,
            granted_by="x",
            source_updated_at=updated,
            feed="role_rights",
            file_id=1,
            line_no=1,
            is_current=True,
            landed_at=NOW,
        )

    right("ends", NOW - DAY, date(2026, 11, 25))
    right("ended", NOW - DAY, date(2026, 11, 1))
    right("forgotten", NOW - 366 * DAY, None)
    right("looked at", NOW - 300 * DAY, None)
    assert set(stored.of("rights_review_due")) == {("ends", "ends"), ("forgotten", "year")}


def test_remittance_unbalanced(stored):
    stored.a_file("clearinghouse_replies", NOW)

    def payment(ref: str, landed: datetime, **more: Any) -> None:
        stored.put(
            "core.remittance",
            **{
                "payment_ref": ref,
                "payment_payer": "1999",
                "amount_cents": 100,
                "claims_paid_cents": 100,
                "kept_cents": 0,
                "charged_cents": 100,
                "claim_count": 1,
                "reversal_count": 0,
                "unbalanced_count": 0,
                "is_balanced": True,
                "file_id": 1,
                "line_no": 1,
                "landed_at": landed,
                "times_seen": 1,
                **more,
            },
        )

    payment("good", NOW)
    payment("odd", NOW - DAY, is_balanced=False)
    payment("claims", NOW - DAY, unbalanced_count=2)
    payment("old", NOW - 31 * DAY, is_balanced=False)
    payment("mended", NOW - DAY, is_balanced=False, claims_paid_cents=90)
    payment("mended", NOW)
    found = stored.of("remittance_unbalanced")
    assert {key: condition.count for key, condition in found.items()} == {
        ("clearinghouse_replies", "payment"): 1,
        ("clearinghouse_replies", "claims"): 2,
    }


def put_visit(stored: Stored, record_id: str, payer: str, day: date) -> None:
    start = datetime(day.year, day.month, day.day, 15, tzinfo=UTC)
    stored.put(
        "core.coordination_visit",
        record_id=record_id,
        source_system="s",
        visit_id=record_id.removeprefix("s/"),
        sequence_id=1,
        client_id="K",
        caregiver_id="G",
        payer_id=payer,
        payer_program="P",
        service_code="T1019",
        modifiers="-",
        start_at=start,
        end_at=start + HOUR,
        minutes=60,
        service_date=day,
        time_zone="America/New_York",
        completion="completed",
        tasks_done=1,
        tasks_refused=0,
        tasks_missed=0,
        concern_codes="-",
        is_manual=False,
        allowed_short_minutes=15,
        source_updated_at=NOW,
        updated_by="x",
        updated_by_role="x",
        batch_id=1,
        published_at=NOW,
    )


def test_filing_limit_near(stored):
    put_contract(stored, "NEAR", date(2030, 1, 1))
    put_contract(stored, "FAR", date(2030, 1, 1))
    last_three = date(2026, 11, 21) - timedelta(days=95)
    days = {"s/1": last_three, "s/2": last_three + 10 * DAY, "s/3": last_three + 12 * DAY}
    for record_id, day in days.items():
        put_visit(stored, record_id, "NEAR", day)
        stored.an_entry(H3, record_id, "held", reason_code="DOC-NOTE", amount_cents=1000)
    put_visit(stored, "s/4", "FAR", date(2026, 11, 1))
    stored.an_entry(H3, "s/4", "held", reason_code="DOC-NOTE")
    put_visit(stored, "s/5", "FAR", last_three)
    stored.an_entry(H3, "s/5", "moved")
    found = stored.of("filing_limit_near")
    assert {key: (one.severity, one.visits, one.money) for key, one in found.items()} == {
        ("NEAR", ""): ("P1", 2, Decimal(20))
    }


def test_lock_window_near(stored):
    def visit(number: int, payer: str, day: date) -> None:
        stored.put(
            "landing.evv_visit",
            source_system="s",
            visit_id=str(number),
            sequence_id=1,
            action="upsert",
            payer_id=payer,
            payer_program="P",
            call_in_at=datetime(day.year, day.month, day.day, 15, tzinfo=UTC),
            location_type="home",
            time_zone="America/New_York",
            source_updated_at=NOW,
            updated_by="x",
            updated_by_role="x",
            feed="f",
            file_id=1,
            line_no=number,
            is_current=True,
            landed_at=NOW,
        )
        stored.an_entry(H1, f"s/{number}", "held", reason_code="EVV-NO-OUT")

    visit(1, "BUCKEYE-FICTIVE", date(2026, 11, 25) - timedelta(days=95))
    visit(2, "BUCKEYE-FICTIVE", date(2026, 11, 1))
    visit(3, "MAPLE-FICTIVE", date(2026, 8, 1))  # knows no lock
    found = stored.of("lock_window_near")
    assert {key: (one.severity, one.visits) for key, one in found.items()} == {
        ("buckeye_medicaid", ""): ("P2", 1)
    }


def put_delivery(stored, version, urgency, due, visit, standing="delivered"):
    stored.put(
        "core.plan_delivery",
        record_id=f"P/v{version}/G",
        plan_id="P",
        plan_version=version,
        client_id="K",
        caregiver_id="G",
        urgency=urgency,
        entered_at=NOW - DAY,
        published_at_frontline=NOW - DAY,
        first_visit_at=visit,
        ack_due_at=due,
        standing=standing,
        batch_id=1,
        published_at=NOW,
    )


@pytest.mark.parametrize(
    ("urgency", "due", "visit", "severity"),
    [
        ("safety", NOW - HOUR, None, "P1"),
        ("routine", NOW - HOUR, NOW + HOUR, "P1"),
        ("routine", NOW - HOUR, NOW + DAY, "P2"),
        ("routine", NOW + HOUR, NOW + DAY, None),
    ],
)
def test_acknowledgement_due(stored, urgency, due, visit, severity):
    for version, standing in enumerate(("delivered", "acknowledged"), start=1):
        put_delivery(stored, version, urgency, due, visit, standing)
    found = stored.of("acknowledgement_due")
    wanted = {} if severity is None else {(H2, urgency): (severity, 1)}
    assert {key: (one.severity, one.count) for key, one in found.items()} == wanted


def a_deviation(stored, kind, subject, listed_at, **more):
    stored.put(
        "core.visit_deviation",
        **{
            "kind": kind,
            "subject": subject,
            "client_id": "C1",
            "caregiver_id": "G1",
            "schedule_id": subject.removeprefix("schedule/") if kind == "missed" else None,
            "occurred_at": listed_at,
            "detail_code": "routine",
            "is_open": True,
            "owner_role": "Care coordinator",
            "review_due_at": listed_at + DAY,
            "batch_id": 1,
            "published_at": listed_at,
        }
        | more,
    )


def a_review(stored, kind, subject, listed_at, action="client_contacted"):
    stored.put(
        "ops.deviation_review",
        kind=kind,
        subject=subject,
        listed_at=listed_at,
        action=action,
        because="asked",
        closes=False,
        reviewed_by="coordinator01",
        reviewed_role="Care coordinator",
        reviewed_at=NOW,
    )


@pytest.mark.proves("S2-30")
def test_visit_missed(stored):
    hour = NOW - HOUR
    a_deviation(stored, "missed", "schedule/S1", hour)
    a_deviation(stored, "missed", "schedule/S2", hour, detail_code="critical")
    # past its hour, and still nobody has answered
    critical = {"detail_code": "critical", "review_due_at": NOW - DAY}
    a_deviation(stored, "missed", "schedule/S3", NOW - 2 * DAY, **critical)
    a_deviation(stored, "missed", "schedule/due", NOW - 2 * DAY)
    a_deviation(stored, "missed", "schedule/found", hour, is_open=False)
    a_deviation(stored, "missed", "schedule/answered", hour)
    a_review(stored, "missed", "schedule/answered", hour)
    a_deviation(stored, "late", "hhax/V1", hour)
    found = stored.of("visit_missed")
    assert {key: (one.severity, one.since, one.count) for key, one in found.items()} == {
        (H1, "routine"): ("P2", hour, 1),
        (H1, "critical"): ("P1", NOW - 2 * DAY, 2),
    }


@pytest.mark.proves("S2-11")
def test_deviation_not_reviewed(stored):
    two_days = NOW - 2 * DAY
    a_deviation(stored, "missed", "schedule/S1", two_days)
    a_deviation(stored, "missed", "schedule/S2", two_days - HOUR)
    a_deviation(stored, "unscheduled", "hhax/V1", two_days, owner_role="Scheduler")
    a_deviation(stored, "late", "hhax/not-due", NOW - DAY + HOUR)
    a_deviation(stored, "late", "hhax/taken-back", two_days, is_open=False)
    a_deviation(stored, "late", "hhax/reviewed", two_days)
    a_review(stored, "late", "hhax/reviewed", two_days)
    # found anew after it had been reviewed and taken back
    a_deviation(stored, "risk_flag", "hhax/anew", two_days)
    a_review(stored, "risk_flag", "hhax/anew", two_days - DAY)
    found = stored.of("deviation_not_reviewed")
    assert {key: (one.severity, one.owner, one.since, one.count) for key, one in found.items()} == {
        (H1, "missed"): ("P2", "Care coordinator", NOW - DAY - HOUR, 2),
        (H1, "unscheduled"): ("P2", "Scheduler", NOW - DAY, 1),
        (H1, "risk_flag"): ("P2", "Care coordinator", NOW - DAY, 1),
    }


@pytest.mark.proves("S2-12")
def test_plan_review_due(stored):
    def strays(client, *days):
        for day in days:
            at, subject = NOW - day * DAY, f"hhax/{client}-{day}"
            a_deviation(stored, "late", subject, at, client_id=client, review_due_at=NOW + DAY)

    strays("C-again", 1, 2, 9)
    strays("C-more", 1, 2, 3, 4)
    strays("C-twice", 1, 2, 15)
    strays("C-looked-at", 1, 2, 3)
    a_review(stored, "late", "hhax/C-looked-at-2", NOW - 2 * DAY, "plan_reviewed")
    strays("C-revised", 1, 2, 3)
    versions = "feed, file_id, line_no, is_current, landed_at, plan_id, plan_version, client_id"
    rest = "change_type, entered_at, entered_by, entered_by_role, effective_from, urgency"
    stored.connection.execute(
        sa.text(f"""
            insert into landing.care_plan ({versions}, {rest}, service_codes, tasks, supervisor_id
                , order_required, source_updated_at)
            values ('f', 1, 1, true, :at, 'P1', 2, 'C-revised', 'revise', :at, 'n', 'n', :at
                , 'routine', 'T1019', 'BATH:required', 'N1', false, :at)
        """),
        {"at": NOW - DAY * 1.5},
    )
    (found,) = stored.of("plan_review_due").values()
    assert (found.subject, found.severity, found.count, found.visits) == (H1, "P3", 2, 7)
    assert found.since == NOW - 2 * DAY  # of C-more, the third was two days ago


@pytest.mark.proves("S2-27")
def test_report_missing(stored):
    def a_report(name, first_day, kept="daily", severity="P1"):
        stored.put(
            "ops.report",
            report=name,
            kept=kept,
            severity=severity,
            owner_role="Data on-call",
            first_day=first_day,
        )

    def a_day(name, day):
        stored.connection.execute(
            sa.text("""
                insert into ops.report_day
                    (report, day, since, until, at, kept_at, rows, row_count, alarms)
                values (:name, :day, :day, :day, :at, :at, '[]', 0, 0)
            """),
            {"name": name, "day": day, "at": NOW - HOUR},
        )

    a_report("gone", date(2026, 11, 16))  # a Monday; two days were kept, Tuesday's was not
    for day in (16, 18):
        a_day("gone", date(2026, 11, day))
    a_report("there", date(2026, 11, 18))
    a_day("there", date(2026, 11, 18))
    a_report("asked_for", date(2026, 11, 16), None, None)
    a_report("monthly", date(2026, 10, 2), "monthly", "P2")
    found = stored.of("report_missing")
    assert {key: (one.severity, one.since, one.count) for key, one in found.items()} == {
        ("gone", ""): ("P1", local("2026-11-17T07:45"), 1),
        ("monthly", ""): ("P2", local("2026-11-01T07:45"), 1),
    }
    found = stored.of("report_missing", local("2026-11-19T07:44"))
    assert ("there", "") not in found
    found = stored.of("report_missing", local("2026-11-19T07:45"))
    assert found["there", ""].since == local("2026-11-19T07:45")
    # nothing made them: one trouble, however many they are
    a_report("there_too", date(2026, 11, 19), severity="P3")
    found = stored.of("report_missing", local("2026-11-20T07:45"))
    assert {key: (one.severity, one.since, one.count) for key, one in found.items()} == {
        ("gone", ""): ("P1", local("2026-11-17T07:45"), 3),
        ("monthly", ""): ("P2", local("2026-11-01T07:45"), 1),
        ("reports", ""): ("P1", local("2026-11-19T07:45"), 4),
    }


@pytest.mark.proves("S0-21")
def test_report_alarm(stored):
    def a_report(name, alarms, severity="P3"):
        stored.put(
            "ops.report",
            report=name,
            kept="daily",
            severity="P1",
            alarm_severity=severity,
            owner_role="EDI analyst",
            first_day=date(2026, 11, 18) + DAY,
        )
        for day, count in enumerate(alarms):
            stored.connection.execute(
                sa.text("""
                    insert into ops.report_day
                        (report, day, since, until, at, kept_at, rows, row_count, alarms)
                    values (:name, :day, :day, :day, :at, :at, '[1, 2]', 2, :count)
                """),
                {
                    "name": name,
                    "day": date(2026, 11, 15) + day * DAY,
                    "at": local("2026-11-15T06:30") + day * DAY,
                    "count": count,
                },
            )

    a_report("alarms", (1, 0, 1, 2))
    a_report("calm_again", (0, 0, 2, 0))
    a_report("told_by_nobody", (2,), None)
    found = stored.of("report_alarm")
    assert {key: (one.severity, one.owner, one.since, one.count) for key, one in found.items()} == {
        ("alarms", ""): ("P3", "EDI analyst", local("2026-11-17T06:30"), 2)
    }


@pytest.mark.proves("S2-30")
def test_missed_visits_plan_changes_and_reconciliation_page_and_the_rest_reports(stored):
    hour = NOW - HOUR
    a_deviation(stored, "missed", "schedule/S1", hour, detail_code="critical")
    put_delivery(stored, 1, "routine", hour, NOW + HOUR)
    stored.a_pass(H3, NOW - 9 * DAY)
    for kind in ("late", "shortened", "unscheduled", "risk_flag"):
        a_deviation(stored, kind, f"hhax/{kind}", hour, client_id=kind)
    told = {one.kind: one.severity for one in stored.find()}
    assert told == {"visit_missed": "P1", "acknowledgement_due": "P1", "hop_stale": "P1"}
    daily = find_report("daily_exceptions")
    looked_at = window(daily, None, None, NOW, "America/New_York")
    listed = {row["code"] for row in ask(stored.connection, daily, looked_at, NOW).rows}
    assert {"missed", "late", "shortened", "unscheduled", "risk_flag"} <= listed


def test_notifier_failing(stored):
    state = {"failed_why": "timeout", "failures": 3}
    stored.put("ops.channel_state", channel="mute", failing_since=NOW - HOUR, **state)
    stored.put("ops.channel_state", channel="shaky", failing_since=NOW - HOUR / 60, **state)
    stored.put("ops.channel_state", channel="well", last_sent_at=NOW)
    found = stored.of("notifier_failing")
    assert {key: (one.since, one.count) for key, one in found.items()} == {
        ("mute", ""): (NOW - HOUR, 0)
    }


def test_agency_file_refused(stored):
    good = {"sha256": "x", "text": "", "taken_at": NOW - DAY}
    refused = {"refused_sha256": "y", "refused_since": NOW - HOUR, "refused_why": "line 3"}
    stored.put("ops.in_force", name="partners/maple.toml", **good, **refused)
    stored.put("ops.in_force", name="roster.toml", **good)
    found = stored.of("agency_file_refused")
    assert {key: one.since for key, one in found.items()} == {("maple", ""): NOW - HOUR}


def test_an_overdue_reply_is_explained_by_the_feed_that_would_bring_it(stored):
    put_batch(stored, "BUCKEYE-FICTIVE", NOW - 5 * DAY, "sent")
    assert stored.of("reply_overdue")["buckeye_medicaid", "999"].caused_by == ()
    stored.a_file("clearinghouse_replies", NOW - HOUR, "quarantined", code="BROKEN")
    stored.a_file("schedules", NOW - DAY)  # late too, and no reason for anything here
    found = stored.of("reply_overdue")["buckeye_medicaid", "999"]
    assert found.caused_by == ("clearinghouse_replies",)


def test_a_hop_downstream_of_a_stale_one_says_so_and_work_for_people_does_not(stored):
    stored.a_pass(H1, NOW - 9 * HOUR)
    stored.a_pass(H3, NOW - 9 * DAY)
    stored.an_entry(H3, "s/1", "held", reason_code="DOC-NOTE", due_at=NOW - DAY)
    assert stored.of("hop_stale")[H3, ""].caused_by == (H1,)
    assert stored.of("records_stuck")[H3, "DOC-NOTE"].caused_by == ()


def test_what_lost_its_contract_wakes_people_whatever_its_contract_said(stored):
    stored.a_pass(H4, NOW)
    detail = {"what": "hop", "counts_from": NOW.isoformat(), "watched_since": NOW.isoformat()}
    stored.connection.execute(
        sa.text(
            "insert into ops.watch_state (subject, state, since, detail, seen_at)"
            " values (:hop, 'fresh', :now, cast(:detail as jsonb), :now)"
        ),
        {"hop": H4, "now": NOW, "detail": json.dumps(detail | {"kinds": []})},
    )
    hops = tuple(hop for hop in stored.watched.hops if hop.name != H4)
    stored.watched = replace(stored.watched, hops=hops, some_are_broken=True)
    (found,) = stored.of("hop_stale").values()
    assert (found.subject, found.cause, found.severity) == (H4, "contract", "P1")
    assert found.owner == "Data on-call"


def test_asking_twice_gives_the_same_answer(stored):
    stored.a_pass(H1, NOW - 9 * HOUR)
    stored.an_entry(H1, "a/1", "waiting", since=NOW - 2 * DAY)
    assert stored.find() == stored.find()
    later = {one.key: one.since for one in stored.find(NOW + HOUR)}
    assert all(later[one.key] == one.since for one in stored.find())


def test_every_kind_of_condition_is_tried_here():
    tried = Path(__file__).read_text()
    assert all(f'"{kind.name}"' in tried for kind in load_kinds())


def test_watch_blind(stored):
    def beat(name: str, first_at: datetime, beat_at: datetime) -> None:
        stored.connection.execute(sa.text("delete from ops.heartbeat where name = :n"), {"n": name})
        stored.put("ops.heartbeat", name=name, first_at=first_at, beat_at=beat_at)

    beat("pager", NOW - HOUR, NOW)
    assert stored.of("watch_blind") == {}
    beat("pager", NOW - HOUR - timedelta(seconds=1), NOW)
    (never,) = stored.of("watch_blind").values()
    assert (never.subject, never.severity, never.since) == (
        "watchdog",
        "P2",
        NOW - HOUR - timedelta(seconds=1),
    )
    beat("watchdog", NOW - DAY, NOW - timedelta(minutes=5))
    assert stored.of("watch_blind") == {}
    beat("watchdog", NOW - DAY, NOW - timedelta(minutes=6))
    (quiet,) = stored.of("watch_blind").values()
    assert quiet.since == NOW - timedelta(minutes=6)
