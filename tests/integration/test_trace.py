"""Where is it: each way a record can stand, said in one sentence and in stable fields."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from orchestration import assembly
from orchestration.commands.printing import plain
from orchestration.views.answer import Trace
from orchestration.views.sight import Sight
from orchestration.views.trace import trace
from tests.bench_of_records import ZONE, Records

KEYS = {
    *("asked", "kind", "sentence", "record", "hop", "state", "last_good", "next", "stuck_since"),
    *("reason_class", "reason_code", "all_reasons", "owner", "due_at", "next_step", "way"),
    *(
        "hops",
        "records",
        "summary",
        "late_changes",
        "claims",
        "attempts",
        "held_lines",
        "feeds",
        "also",
    ),
}
VISIT = {
    "source_system": "hhax",
    "visit_id": "V1",
    "sequence_id": 1,
    "client_id": "C1",
    "caregiver_id": "G1",
    "payer_id": "MCO",
    "payer_program": "HCBS",
    "service_code": "T1019",
    "time_zone": ZONE,
}


@contextmanager
def looking(records: Records) -> Iterator[Sight]:
    with records.database.engine.connect() as connection:
        yield Sight(
            connection,
            assembly.hops(),
            assembly.feeds(),
            assembly.sql_library(),
            records.now,
            ZONE,
        )


def ask(records: Records, text: str, kind: Any = None) -> Trace:
    with looking(records) as sight:
        return trace(sight, text, kind)


def write(records: Records, sql: str, **binds: Any) -> None:
    with records.database.transaction() as connection:
        connection.execute(sa.text(sql), binds)


def enter(records: Records, record: str, hop: str, **columns: Any) -> None:
    """An entry as passes would leave it: waiting first, then as wanted."""
    write(
        records,
        "insert into ledger.entry (hop, record_id, since, received_at, next_checkpoint, client_id)"
        " values (:hop, :record, :now, :now, 'V01', 'C1')",
        hop=hop,
        record=record,
        now=records.now,
    )
    if columns:
        news = ", ".join(f"{name} = :{name}" for name in columns)
        write(
            records,
            f"update ledger.entry set {news} where hop = :hop and record_id = :record",
            hop=hop,
            record=record,
            **columns,
        )


def moved(checkpoint: str) -> dict[str, Any]:
    return {
        "state": "moved",
        "checkpoint": checkpoint,
        "next_checkpoint": None,
        "has_moved": True,
    }


def held(records: Records, code: str, state: str = "held", **columns: Any) -> dict[str, Any]:
    return {
        "state": state,
        "reason_code": code,
        "reason_class": "MAPPING",
        "owner_role": "Billing specialist",
        "due_at": records.now + timedelta(days=1),
        **columns,
    }


def test_a_record_no_pass_has_looked_at_waits_in_the_queue(records: Records) -> None:
    records.put("evv_visit", **VISIT)
    answer = ask(records, "V1")
    assert (answer.record, answer.hop, answer.state) == (
        "hhax/V1",
        "evv_to_coordination",
        "waiting",
    )
    assert answer.last_good == "landed"
    assert answer.next == "V01"
    assert answer.stuck_since == records.now
    assert "waits in the queue of evv_to_coordination since 20 Nov 2026 12:00 EST" in (
        answer.sentence
    )


@pytest.mark.proves("S0-31", "S1-19")
def test_a_held_record_says_where_why_whose_and_what_next(records: Records) -> None:
    records.put("evv_visit", **VISIT)
    records.run("evv_to_coordination")
    answer = ask(records, "hhax/V1")
    codes = [reason.code for reason in answer.all_reasons]
    assert codes[:2] == ["EVV-UNKNOWN-CLIENT", "EVV-UNKNOWN-STAFF"]
    assert answer.reason_code == codes[0]
    assert answer.reason_class == "SEQUENCE"
    assert (answer.last_good, answer.next) == ("V02", "V03")
    assert answer.owner == "EVV coordinator"
    assert answer.due_at is not None
    assert all(reason.clinical and reason.billing for reason in answer.all_reasons)
    first = answer.all_reasons[0]
    assert answer.next_step == first.next_step
    for part in (
        "hhax/V1 is stuck at evv_to_coordination since 20 Nov 2026 12:00 EST, because ",
        "(EVV-UNKNOWN-CLIENT, SEQUENCE, and ",
        "; owner EVV coordinator, due 23 Nov 2026 17:00 EST; next: ",
        first.next_step,
    ):
        assert part in answer.sentence


def test_a_past_due_date_is_said_to_be_overdue(records: Records) -> None:
    records.put("evv_visit", **VISIT)
    records.run("evv_to_coordination")
    records.now += timedelta(days=7)
    assert "overdue since 23 Nov 2026 17:00 EST" in ask(records, "V1").sentence


def test_json_has_the_documented_keys_for_every_kind_of_answer(records: Records) -> None:
    records.put("evv_visit", **VISIT)
    records.put("client", client_id="C1")
    records.run("evv_to_coordination")
    for asked in ("V1", "C1", "G1", "client_2.csv", "V2"):
        answer = plain(ask(records, asked))
        assert set(answer) == KEYS
    reason = plain(ask(records, "V1"))["all_reasons"][0]
    assert set(reason) >= {
        *("code", "checkpoint", "class", "severity", "owner", "due_at"),
        *("clinical", "billing", "next_step"),
    }


def test_the_way_names_file_line_hop_and_every_change(records: Records) -> None:
    records.put("evv_visit", **VISIT)
    records.run("evv_to_coordination")
    records.now += timedelta(hours=1)
    records.put("evv_visit", **{**VISIT, "sequence_id": 2})
    steps = ask(records, "V1").way
    assert [(step.hop, step.event) for step in steps] == [
        ("landing", "landed"),
        ("evv_to_coordination", "received"),
        ("evv_to_coordination", "held"),
        ("landing", "landed"),
        ("evv_to_coordination", "waiting"),
    ]
    assert steps[0].file == "evv_visit_1.csv"
    assert steps[0].line == 1
    assert "EVV-UNKNOWN-CLIENT" in steps[2].codes
    assert "version 2" in steps[3].detail
    assert steps[2].by == "carehops"


def test_a_moved_record_names_the_hop_that_takes_it_next(records: Records) -> None:
    enter(records, "hhax/V1", "evv_to_coordination", **moved("V07"))
    answer = ask(records, "hhax/V1")
    assert (answer.state, answer.next, answer.stuck_since) == ("moved", "delivery_to_billing", None)
    assert "moved through evv_to_coordination" in answer.sentence
    assert "not yet known to delivery_to_billing" in answer.sentence


def test_the_first_hop_a_record_has_not_moved_through_answers(records: Records) -> None:
    enter(records, "hhax/V1", "evv_to_coordination", **moved("V07"))
    enter(records, "hhax/V1", "delivery_to_billing", **held(records, "MAP-SERVICE"))
    answer = ask(records, "hhax/V1")
    assert answer.hop == "delivery_to_billing"
    assert answer.last_good == "V07"
    assert [standing.hop for standing in answer.hops] == [
        "evv_to_coordination",
        "delivery_to_billing",
    ]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("excluded", "is excluded from delivery_to_billing since 20 Nov 2026 12:00 EST by the "
                     "filter NOT-BILLED"),
        ("cancelled", "was cancelled at delivery_to_billing at 20 Nov 2026 12:00 EST"),
        ("rejected", "was rejected at delivery_to_billing at 20 Nov 2026 12:00 EST"),
        ("waiting", "is waiting at delivery_to_billing since 20 Nov 2026 12:00 EST"),
    ],
)  # fmt: skip
def test_every_other_state_has_its_own_words(records: Records, state: str, words: str) -> None:
    enter(records, "hhax/V1", "evv_to_coordination", **moved("V07"))
    enter(records, "hhax/V1", "delivery_to_billing", **held(records, "NOT-BILLED", state))
    answer = ask(records, "hhax/V1")
    assert answer.state == state
    assert words in answer.sentence


def test_a_reason_whose_rule_is_gone_is_still_said(records: Records) -> None:
    enter(records, "hhax/V1", "evv_to_coordination", **held(records, "GONE-RULE"))
    write(
        records,
        "insert into ledger.reason select entry_id, 'GONE-RULE', 'V03', 'MAPPING', 'BLOCK', 'held'"
        ", 'Billing specialist', :now, :now from ledger.entry",
        now=records.now,
    )
    answer = ask(records, "hhax/V1")
    assert "GONE-RULE" in answer.sentence
    assert answer.all_reasons[0].next_step == "The next pass lets it go on."


def test_moved_through_all_hops_says_the_rung(records: Records) -> None:
    enter(records, "hhax/V1", "evv_to_coordination", **moved("V07"))
    enter(records, "hhax/V1", "delivery_to_billing", **moved("V13"))
    enter(records, "hhax/V1", "billing_to_clearinghouse", **moved("V15"), rung="sent")
    answer = ask(records, "hhax/V1")
    assert answer.state == "moved"
    assert "moved through all hops, last through billing_to_clearinghouse" in answer.sentence


def test_what_changed_after_it_moved_is_shown(records: Records) -> None:
    enter(records, "hhax/V1", "evv_to_coordination", **moved("V07"))
    write(
        records,
        "insert into ledger.late_change (hop, record_id, relied_on, old_version, new_version"
        ", changed_at, changed_by, seen_at, is_final, consequence) values ('evv_to_coordination'"
        ", 'hhax/V1', 'schedule/S1', 1, 2, :now, 'u7', :now, true"
        ", 'The claim needs a replacement')",
        now=records.now,
    )
    answer = ask(records, "hhax/V1")
    change = answer.late_changes[0]
    assert (change.relied_on, change.old_version, change.new_version) == ("schedule/S1", 1, 2)
    assert any("The claim needs a replacement" in step.detail for step in answer.way)


def land_beside(records: Records, **columns: Any) -> None:
    """A visit's row that reached no hop's queue."""
    number = records.put("client", client_id="C9")
    with records.database.transaction() as connection:
        records._insert(
            connection, records.tables["evv_visit"], "evv_visits_hhax", number, 4, columns
        )


def test_a_row_that_landed_and_that_no_hop_knows_says_so(records: Records) -> None:
    land_beside(records, **VISIT)
    answer = ask(records, "V1")
    assert (answer.hop, answer.state, answer.next) == (
        "landing",
        "landed",
        "evv_to_coordination",
    )
    assert "landed with line 4 of client_1.csv" in answer.sentence
    assert "evv_to_coordination does not know it" in answer.sentence


def hold_line(records: Records, record: str, line: int = 9) -> None:
    write(
        records,
        "insert into landing.held_line select file_id, :line, 'evv_visits_hhax', :record, 'SCHEMA'"
        ", array['NOT-A-DATE'], :reasons, 'secret'::bytea, :now from landing.file"
        " order by file_id desc limit 1",
        line=line,
        record=record,
        now=records.now,
        reasons='[{"column": "x", "code": "NOT-A-DATE", "class": "SCHEMA", "text": "x is not a '
        'date", "next_step": "Correct it and send it again."}]',
    )


def test_a_record_whose_only_line_is_held_is_stuck_at_landing(records: Records) -> None:
    records.put("client", client_id="C1")
    hold_line(records, "hhax/V1")
    for asked in ("V1", "hhax/V1"):
        answer = ask(records, asked)
        assert (answer.hop, answer.state, answer.reason_code) == ("landing", "held", "NOT-A-DATE")
        assert answer.owner == "EVV coordinator"
        assert answer.next_step == "Correct it and send it again."
        assert "stuck at landing" in answer.sentence
        assert "line 9 of client_1.csv" in answer.sentence
        assert "secret" not in str(plain(answer))


def test_a_later_line_that_is_held_is_said_beside_the_record(records: Records) -> None:
    records.put("evv_visit", **VISIT)
    records.now += timedelta(hours=1)
    hold_line(records, "hhax/V1")
    answer = ask(records, "V1")
    assert answer.hop == "evv_to_coordination"
    assert "A later line of it waits at landing: line 9" in answer.sentence


def test_a_line_that_is_mended_or_settled_is_told_and_stuck_no_more(records: Records) -> None:
    records.put("evv_visit", **VISIT)
    records.now += timedelta(hours=1)
    hold_line(records, "hhax/V1")
    hold_line(records, "hhax/V2", line=10)
    records.now += timedelta(hours=1)
    write(
        records,
        "update landing.held_line set ended_at = :now, mended_by_file_id = file_id"
        ", mended_by_line_no = 12 where line_no = 9",
        now=records.now,
    )
    write(
        records,
        "update landing.held_line set ended_at = :now, settled_by = 'M Ford', because = 'a test'"
        " where line_no = 10",
        now=records.now,
    )
    mended = ask(records, "V1")
    assert "waits at landing" not in mended.sentence
    number = mended.held_lines[0].number.partition("/")[0]
    (step,) = (step for step in mended.way if step.event == "mended")
    assert step.detail.endswith(f" is mended by line {number}/12")
    settled = ask(records, "V2")
    assert (settled.hop, settled.state, settled.stuck_since) == ("landing", "settled", None)
    assert settled.sentence.startswith("V2 never became a row: line 10 of ")
    assert settled.sentence.endswith("(NOT-A-DATE) and settled by M Ford: a test.")


def test_a_note_of_a_visit_that_never_came_is_no_visit(records: Records) -> None:
    records.put("document", document_id="D1", document_version=1, client_id="C1", visit_id="V5")
    answer = ask(records, "V5")
    assert answer.kind == "unknown"
    assert "visit V5 was never received" in answer.sentence
    assert "But line 1 of document_1.csv" in answer.sentence
    assert len(answer.feeds) == 3


def test_a_client_is_summed_up_with_the_most_pressing_record_first(records: Records) -> None:
    records.put("client", client_id="C1")
    for number, days in enumerate((3, 1, 2), start=1):
        due = records.now + timedelta(days=days)
        enter(
            records,
            f"hhax/V{number}",
            "evv_to_coordination",
            **held(records, "MAP-PAYER", amount_cents=1000) | {"due_at": due},
        )
    enter(records, "hhax/V4", "evv_to_coordination", **moved("V07"))
    answer = ask(records, "C1")
    assert answer.kind == "client"
    assert [standing.record for standing in answer.records] == ["hhax/V2", "hhax/V3", "hhax/V1"]
    assert {(group.state, group.records) for group in answer.summary} == {("held", 3), ("moved", 1)}
    assert "concerns 4 records; 3 stand still, 30.00 USD at stake" in answer.sentence
    assert answer.record == "hhax/V2"
    assert answer.owner == "Billing specialist"


def test_a_client_without_records_is_known_all_the_same(records: Records) -> None:
    records.put("client", client_id="C1")
    answer = ask(records, "C1")
    assert answer.kind == "client"
    assert "client C1 is known" in answer.sentence
    assert "no record concerns it yet" in answer.sentence


def test_a_planned_visit_leads_to_the_visit_that_answers_it(records: Records) -> None:
    records.put("schedule", schedule_id="S1", client_id="C1")
    alone = ask(records, "S1")
    assert alone.kind == "schedule"
    assert "schedule S1 is known" in alone.sentence
    records.put("evv_visit", **VISIT, schedule_id="S1")
    answer = ask(records, "S1")
    assert [standing.record for standing in answer.records] == ["hhax/V1"]


def test_an_id_with_two_readings_names_the_other(records: Records) -> None:
    number = str(records.put("client", client_id="1"))
    assert number == "1"
    answer = ask(records, "1")
    assert (answer.kind, answer.also) == ("client", ("file",))
    assert ask(records, "1", "file").kind == "file"


def test_files_are_found_by_name_number_and_sha256(records: Records) -> None:
    number = records.put("evv_visit", **VISIT)
    row = records.one("select sha256 from landing.file where file_id = :number", number=number)
    assert row is not None
    for asked in ("evv_visit_1.csv", str(number), row.sha256, row.sha256.upper()):
        answer = ask(records, asked, "file")
        assert answer.kind == "file"
        assert "landed at 20 Nov 2026 12:00 EST: 1 row" in answer.sentence
        assert answer.record == "hhax/V1"


def test_a_quarantined_file_says_why_and_whose(records: Records) -> None:
    write(
        records,
        "insert into landing.file (sha256, feed, name, byte_count, verdict, reason_class"
        ", reason_code, reason, next_step, arrived_at, landed_at) values (repeat('a', 64)"
        ", 'schedules', 'schedules_x.csv', 3, 'quarantined', 'SCHEMA', 'EMPTY-FILE'"
        ", 'the file holds nothing', 'Ask for it again.', :now, :now)",
        now=records.now,
    )
    answer = ask(records, "schedules_x.csv")
    assert (answer.kind, answer.state, answer.owner) == ("file", "quarantined", "Scheduler")
    assert answer.next_step == "Ask for it again."
    assert "is quarantined whole since" in answer.sentence
    assert "the file holds nothing (EMPTY-FILE)" in answer.sentence


def test_a_refused_file_and_a_copy_are_answered_for(records: Records) -> None:
    number = records.put("client", client_id="C1")
    for name, verdict, file_id, code in (
        ("again.csv", "already_seen", number, None),
        ("strange.csv", "refused", None, "NOT-A-FILE"),
    ):
        write(
            records,
            "insert into landing.arrival (file_id, name, verdict, reason_code, at)"
            " values (:file_id, :name, :verdict, :code, :now)",
            file_id=file_id,
            name=name,
            verdict=verdict,
            code=code,
            now=records.now,
        )
    assert "its bytes landed before as client_1.csv" in ask(records, "again.csv").sentence
    assert "was refused" in ask(records, "strange.csv").sentence
    assert "NOT-A-FILE" in ask(records, "strange.csv").sentence


def test_nothing_ever_received_is_never_an_empty_answer(records: Records) -> None:
    answer = ask(records, "whatever")
    assert (answer.kind, answer.state) == ("unknown", "never received")
    assert "never received" in answer.sentence
    assert answer.feeds
    claim = ask(records, "C99", "claim")
    assert (claim.kind, claim.state, claim.feeds) == ("unknown", "never made", ())


def test_the_feed_of_an_unknown_id_is_guessed_from_its_look(records: Records) -> None:
    records.put("client", client_id="CL-0007")
    records.put("caregiver", caregiver_id="G0007")
    answer = ask(records, "CL-0008")
    assert [news.feed for news in answer.feeds] == ["clients"]
    assert "newest file client_1.csv" in answer.sentence
    assert answer.feeds[0].expected_at == records.now + timedelta(days=1)
    assert [news.feed for news in ask(records, "x", "caregiver").feeds] == ["caregivers"]


@pytest.mark.parametrize("asked", ["", "%", "'; drop table ledger.entry; --", "a" * 5000, "V1\x07"])
def test_any_text_may_be_asked(records: Records, asked: str) -> None:
    records.put("evv_visit", **VISIT)
    assert ask(records, asked).kind == "unknown"
