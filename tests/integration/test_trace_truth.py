"""Asked about every record of the sample agency, trace says what the sample's own truth says."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from assets.sample.write import write_sample
from orchestration import assembly
from orchestration.commands.printing import show_json
from orchestration.commands.trace_page import show_trace
from orchestration.ground.clock import FixedClock, parse_instant
from orchestration.ground.database import Database
from orchestration.ground.settings import read_settings
from orchestration.views.sight import Sight
from orchestration.views.status import status
from orchestration.views.trace import trace
from tests.bench_of_records import no_audit

pytestmark = pytest.mark.usefixtures("sample")

CHAIN = ("evv_to_coordination", "delivery_to_billing", "billing_to_clearinghouse")


@pytest.fixture(scope="module")
def agency(
    module_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> tuple[assembly.House, list[dict[str, Any]]]:
    """The sample agency, everything landed and every hop run; and the truth about it."""
    home = tmp_path_factory.mktemp("agency")
    write_sample(home / "sample", seed=7, clients=60, days=28, end=date(2026, 11, 20))
    lines = (home / "sample" / "truth.jsonl").read_text().splitlines()
    head, *told = (json.loads(line) for line in lines)
    (home / "sample" / "feeds").rename(home / "drop")
    house = assembly.assemble(
        read_settings({"CAREHOPS_HOME": str(home)}),
        FixedClock(parse_instant(head["as_of"])),
        audit=no_audit,
        database=module_database,
    )
    house.landing.sweep(home / "drop")
    for hop in house.hops:
        house.passes.run(hop, ())
    with module_database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(sa.text("analyze"))
    return house, told


@pytest.fixture
def sight(agency: tuple[assembly.House, list[dict[str, Any]]]) -> Iterator[Sight]:
    house, _ = agency
    with house.database.engine.connect() as connection:
        now, zone = house.clock.now(), house.agency.zone
        yield Sight(connection, house.hops, house.feeds, house.library, now, zone)


@pytest.fixture(scope="module")
def told(agency: tuple[assembly.House, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return agency[1]


def records(told: list[dict[str, Any]]) -> dict[str, dict[str, dict[str, Any]]]:
    """Truth by record and hop."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for line in told:
        if "hop" in line and line["state"] != "held_line":
            found.setdefault(line["record"], {})[line["hop"]] = line
    return found


def some_records(told: list[dict[str, Any]]) -> list[tuple[str, dict[str, dict[str, Any]]]]:
    """All that stand still anywhere, and a hundred of those that moved."""
    known = records(told)
    still = [
        record
        for record, hops in known.items()
        if any(line["state"] != "moved" for line in hops.values())
    ]
    moved = Random(1).sample(sorted(set(known) - set(still)), 100)
    assert len(still) > 100
    return [(record, known[record]) for record in (*still, *moved)]


@pytest.mark.proves("S0-31")
def test_every_record_stands_where_the_truth_says_for_the_reasons_it_says(
    sight: Sight, told: list[dict[str, Any]]
) -> None:
    for record, hops in some_records(told):
        answer = trace(sight, record)
        seen = {
            found.hop: (
                found.state,
                sorted(reason.code for reason in found.reasons if reason.severity != "WARN"),
            )
            for found in answer.hops
        }
        assert seen == {hop: (line["state"], sorted(line["codes"])) for hop, line in hops.items()}
        stuck = [line for hop, line in hops.items() if line["state"] != "moved"]
        if stuck:
            first = min(stuck, key=lambda line: (*CHAIN, line["hop"]).index(line["hop"]))
            assert (answer.record, answer.hop, answer.state) == (
                record,
                first["hop"],
                first["state"],
            )
            assert answer.reason_code in first["codes"]
            assert answer.owner
            assert answer.next_step
            assert answer.stuck_since is not None
            for word in (record, first["hop"], answer.reason_code, answer.owner):
                assert word in answer.sentence
        else:
            assert answer.state == "moved"
            assert "moved through all hops" in answer.sentence


def test_every_record_tells_the_line_it_came_with(sight: Sight, told: list[dict[str, Any]]) -> None:
    for record in Random(4).sample(sorted(records(told)), 100):
        landed = [step for step in trace(sight, record).way if step.event == "landed"]
        assert landed, record
        assert all(step.file and step.line for step in landed)


def test_a_line_held_at_landing_is_found_by_its_record(
    sight: Sight, told: list[dict[str, Any]]
) -> None:
    known = records(told)
    held = [line for line in told if line.get("state") == "held_line" and line["record"]]
    assert held
    for line in held:
        answer = trace(sight, line["record"])
        assert any(
            (found.file.name, found.line_no) == (line["file"], line["line"])
            for found in answer.held_lines
        ), line
        if line["record"] not in known and answer.kind == "held line":
            assert (answer.hop, answer.state) == ("landing", "held")
            assert set(line["codes"]) <= {
                code for found in answer.held_lines for code in found.codes
            }
            assert "stuck at landing" in answer.sentence


def test_every_file_is_found_with_its_verdict(sight: Sight, told: list[dict[str, Any]]) -> None:
    files = [line for line in told if "verdict" in line]
    for line in files:
        answer = trace(sight, line["file"], "file")
        assert answer.kind == "file", line
        if line["verdict"] != "landed":
            assert answer.state == line["verdict"]
            if line["verdict"] != "already_seen":
                assert line["code"] in answer.sentence
        else:
            assert "landed" in answer.sentence
            assert f"{line['rows']} row" in answer.sentence


@pytest.mark.parametrize(
    ("kind", "sql"),
    [
        ("client", "select client_id as id, record_id from ledger.entry"
                   " where client_id is not null"),
        ("caregiver", "select caregiver_id as id, record_id from core.coordination_visit"),
        ("caregiver", "select caregiver_id as id, record_id from core.plan_delivery"),
        ("schedule", "select schedule_id as id, source_system || '/' || visit_id as record_id"
                     " from landing.evv_visit_now where schedule_id is not null"),
        ("plan", "select split_part(record_id, '/', 1) as id, record_id from ledger.entry"
                 " where hop = 'care_plan_to_frontline'"),
        ("authorization", "select auth_id as id, record_id from core.billable_line"
                          " where auth_id is not null"),
        ("authorization", "select auth_number as id, record_id from core.billable_line"
                          " where auth_number is not null"),
        ("claim", "select claim_id as id, record_id from core.claim_line"),
        ("batch", "select batch_no as id, record_id from core.claim_line inner join core.claim"
                  " using (claim_id)"),
        ("batch", "select interchange_control as id, record_id from core.claim_line"
                  " inner join core.claim using (claim_id)"
                  " inner join core.claim_batch using (batch_no)"),
    ],
)  # fmt: skip
def test_an_id_with_many_records_counts_exactly_those(sight: Sight, kind: Any, sql: str) -> None:
    wanted: dict[str, set[str]] = {}
    for row in sight.rows(sql):
        wanted.setdefault(row.id, set()).add(row.record_id)
    assert wanted
    entries: dict[str, dict[tuple[str, str], int]] = {}
    for row in sight.rows("select hop, state, record_id from ledger.entry"):
        at = entries.setdefault(row.record_id, {})
        at[row.hop, row.state] = at.get((row.hop, row.state), 0) + 1
    for identifier in Random(1).sample(sorted(wanted), min(40, len(wanted))):
        answer = trace(sight, identifier, kind, limit=10_000)
        seen = {(group.hop, group.state): group.records for group in answer.summary}
        counted: dict[tuple[str, str], int] = {}
        for record in wanted[identifier]:
            for place, number in entries[record].items():
                counted[place] = counted.get(place, 0) + number
        if kind == "caregiver":  # also those that were never published
            assert all(seen.get(place, 0) >= number for place, number in counted.items())
        else:
            assert seen == counted, identifier
        still = {found.record for found in answer.records}
        assert len(answer.records) == sum(
            number for (_, state), number in seen.items() if state in {"held", "waiting"}
        )
        if kind != "caregiver":
            assert still <= wanted[identifier]
        dues = [found.due_at for found in answer.records if found.due_at]
        assert dues == sorted(dues)


def test_a_caregiver_s_held_visits_are_among_hers(sight: Sight) -> None:
    held = sight.rows(
        "select visit.caregiver_id, entry.record_id from landing.evv_visit_now as visit"
        " inner join ledger.entry on entry.record_id = visit.source_system || '/' || visit.visit_id"
        " where entry.state = 'held' and visit.caregiver_id is not null"
    )
    assert held
    for row in held:
        answer = trace(sight, row.caregiver_id, "caregiver", limit=10_000)
        assert row.record_id in {found.record for found in answer.records}


def test_what_was_never_received_names_the_feed_that_should_have_brought_it(sight: Sight) -> None:
    answer = trace(sight, "V999999")
    assert answer.kind == "unknown"
    assert answer.state == "never received"
    assert {news.feed for news in answer.feeds} == {
        "evv_visits_carebridge",
        "evv_visits_hhax",
        "evv_visits_sandata",
    }
    assert all(news.last_file and news.expected_at for news in answer.feeds)
    assert "never received" in answer.sentence
    one = trace(sight, "hhax/V999999")
    assert [news.feed for news in one.feeds] == ["evv_visits_hhax"]


def test_an_answer_asks_a_hundred_questions_at_most(
    sight: Sight, told: list[dict[str, Any]]
) -> None:
    """What it costs does not grow with what there is: each question looks up one thing."""
    asked: Counter[str] = Counter()
    record = ""

    def count(*_: object) -> None:
        asked[record] += 1

    sa.event.listen(sight.connection, "before_cursor_execute", count)
    try:
        for record in Random(2).sample(sorted(records(told)), 100):
            trace(sight, record)
    finally:
        sa.event.remove(sight.connection, "before_cursor_execute", count)
    assert len(asked) == 100
    assert max(asked.values()) <= 100


@pytest.mark.proves("S0-30", "S2-26")
def test_a_reply_is_part_of_the_way_and_the_payer_s_number_leads_to_the_claim(
    sight: Sight,
) -> None:
    line = sight.rows("select claim_id, record_id from core.claim_line limit 1")[0]
    # rolled back with the connection: the module's agency stays as it is
    sight.rows(
        "insert into landing.clearinghouse_reply (reply_id, reply_kind, level, refers_to, outcome"
        ", codes, payer_claim_number, source_entity, feed, file_id, line_no, is_current, landed_at)"
        " select 'r1', '277CA', 'claim', :claim, 'accepted', 'A2:20', 'PCN777', 'payer'"
        ", 'clearinghouse_replies', max(file_id), 5, true, :now from landing.file returning 1",
        claim=line.claim_id,
        now=sight.now,
    )
    step = next(step for step in trace(sight, line.record_id).way if step.event == "reply")
    assert step.line == 5
    assert step.told == {
        "reply_kind": "277CA",
        "level": "claim",
        "outcome": "accepted",
        "codes": "A2:20",
        "source_entity": "payer",
    }
    assert step.detail == (
        "reply: 277CA claim accepted A2:20 (accepted for judgement; accepted for processing) payer"
    )
    by_payer = trace(sight, "PCN777")
    by_claim = trace(sight, line.claim_id)
    assert by_payer.kind == "claim"
    assert by_payer.summary == by_claim.summary
    assert line.claim_id in by_payer.claims
    sight.connection.rollback()


def test_an_answer_to_nothing_we_sent_is_said_to_name_it(sight: Sight) -> None:
    sight.rows(
        "insert into landing.clearinghouse_reply (reply_id, reply_kind, level, refers_to, outcome"
        ", feed, file_id, line_no, is_current, landed_at) select 'r2', '277CA', 'claim', 'ZZ99'"
        ", 'accepted', 'clearinghouse_replies', max(file_id), 8, true, :now"
        " from landing.file returning 1",
        now=sight.now,
    )
    answer = trace(sight, "ZZ99")
    assert answer.kind == "unknown"
    assert "No claim ZZ99 was ever made here" in answer.sentence
    assert "line 8" in answer.sentence
    sight.connection.rollback()


def test_nothing_a_person_could_be_known_by_is_said(
    sight: Sight, told: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    canaries = people(sight)
    ids = [*Random(3).sample(sorted(records(told)), 60), *some_ids(sight)]
    ids += [line["file"] for line in told if "verdict" in line][:20]
    ids += [str(line["record"]) for line in told if line.get("state") == "held_line"]
    for each in ids:
        answer = trace(sight, each)
        show_trace(sight, answer)
        show_json(answer)
    show_json(status(sight, {}))
    said = capsys.readouterr().out
    assert not [canary for canary in canaries if canary in said]


def people(sight: Sight) -> set[str]:
    """Every value in a column that holds a person's data; short ones would be found by chance."""
    found: set[str] = set()
    for table in {feed.table.name: feed.table for feed in sight.feeds}.values():
        for column in table.columns:
            if column.payload:
                value = f"cast({column.name} as text)"
                rows = sight.rows(
                    f"select distinct {value} as value from landing.{table.name}"
                    f" where length({value}) >= 6"
                )
                found |= {row.value for row in rows}
    assert len(found) > 100
    return found


def some_ids(sight: Sight) -> list[str]:
    rows = sight.rows(
        "(select client_id as id from landing.client limit 20)"
        " union all (select caregiver_id from landing.caregiver limit 20)"
        " union all (select auth_id from landing.service_auth limit 20)"
        " union all (select claim_id from core.claim limit 20)"
        " union all (select batch_no from core.claim_batch limit 5)"
    )
    return [row.id for row in rows]


def test_no_lookup_reads_a_whole_table(
    agency: tuple[assembly.House, list[dict[str, Any]]], sight: Sight
) -> None:
    """Every statement a trace sends is explained: none may go through a large table row by row."""
    record = sight.rows("select record_id from core.claim_line limit 1")[0].record_id
    held = sight.rows("select record_id from ledger.entry where state = 'held' limit 1")[0]
    plan = sight.rows("select record_id from core.plan_delivery limit 1")[0].record_id
    file = sight.rows("select name from landing.file where feed = 'evv_visits_hhax' limit 1")[0]
    asked = [record, held.record_id, plan, plan.partition("/")[0], file.name, "V999999"]
    asked += some_ids(sight)
    sent: list[tuple[str, Any]] = []

    @sa.event.listens_for(sight.connection, "before_cursor_execute")
    def remember(*told: Any) -> None:
        sent.append((told[2], told[3]))

    for each in asked:
        trace(sight, each)
    sa.event.remove(sight.connection, "before_cursor_execute", remember)
    large = {
        row.relation
        for row in sight.rows(
            "select format('%s.%s', schemaname, relname) as relation from pg_stat_user_tables"
            " where schemaname in ('landing', 'core', 'ledger') and n_live_tup > 700"
        )
    }
    assert {"ledger.entry", "landing.evv_visit", "ledger.transition"} <= large
    raw = sight.connection.connection.driver_connection
    assert raw is not None
    read_whole: set[tuple[str, str]] = set()
    for statement, values in sent:
        if not statement.lstrip().lower().startswith(("select", "with")):
            continue
        with raw.cursor() as cursor:
            cursor.execute(f"explain (format json, verbose) {statement}", values)
            plan = cursor.fetchone()[0][0]["Plan"]
        read_whole |= {(table, statement) for table in whole_scans(plan) if table in large}
    assert not {(table, " ".join(statement.split())) for table, statement in read_whole}
    assert len(sent) > 200


def whole_scans(plan: dict[str, Any]) -> Iterator[str]:
    if plan["Node Type"] == "Seq Scan":
        yield f"{plan['Schema']}.{plan['Relation Name']}"
    for below in plan.get("Plans", ()):
        yield from whole_scans(below)
