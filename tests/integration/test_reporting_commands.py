"""Reports and reviews by command."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import Result

from tests.bench_of_records import NOW, Records
from tests.command_line import CommandLine
from tests.sql.evv_to_coordination.good_visit import HOP, START, lay_ground, plan, visit

pytestmark = pytest.mark.slow

COORDINATOR = "coordinator01@willow-bend.example"


def test_a_missed_visit_is_reported_reviewed_closed_and_kept(
    records: Records, tmp_path: Path
) -> None:
    carehops = CommandLine(records, tmp_path)

    def answer(*arguments: str, **more: str):
        told = carehops(*arguments, "--json", **more)
        assert told.exit_code == 0, told.output
        return json.loads(told.stdout)

    lay_ground(records)
    records.put("schedule", plan("V1"))
    records.put("schedule", plan("V2"))
    records.put("evv_visit", visit("V2"))
    records.run(HOP)
    assert {"daily_exceptions", "visit_side_by_side"} <= {one["name"] for one in answer("report")}
    assert "daily_exceptions" in carehops("report").output
    (row,) = answer("report", "daily_exceptions")["rows"]
    assert (row["code"], row["record_id"]) == ("missed", "schedule/S-V1")
    wish = ("review", row["code"], row["record_id"], "--action", "backup_sent", "--why", "sent one")
    refused = carehops(*wish, "--by", "jo")
    assert refused.exit_code == 2
    assert "no right to review missed" in refused.output
    assert "in time" in carehops(*wish, "--by", COORDINATOR).output
    assert answer("report", "daily_exceptions")["rows"][0]["status"] == "reviewed"
    assert answer("report", "--keep", now="2026-11-21T12:00:00Z") != []
    closed = answer(*wish, "--by", COORDINATOR, "--close")
    assert (closed["closes"], closed["reviewed_role"]) == (True, "Care coordinator")
    assert answer("report", "daily_exceptions")["rows"] == []
    kept = answer("report", "daily_exceptions", "--kept", "--day", "2026-11-21")
    assert [(one["day"], one["rows"][0]["status"]) for one in kept] == [("2026-11-21", "reviewed")]
    assert "daily_exceptions of 2026-11-21: 1 row" in (
        carehops("report", "daily_exceptions", "--kept").output
    )
    (chain,) = answer("report", "deviation_follow_up", "--day", "2026-11-20")["rows"]
    assert (chain["standing"], chain["actions"]) == ("closed", ["backup_sent", "backup_sent"])
    assert "backup_sent" in carehops("report", "deviation_follow_up").output


def test_a_report_goes_into_a_file_and_what_cannot_be_asked_is_said(
    records: Records, tmp_path: Path
) -> None:
    typed = CommandLine(records, tmp_path)

    def carehops(*arguments: str) -> Result:
        return typed("report", *arguments, now=NOW.isoformat())

    lay_ground(records)
    records.put("schedule", plan("V1"))
    records.put("evv_visit", visit("V1", START))
    records.run(HOP)
    file = tmp_path / "visits.csv"
    days = ("--since", "2026-11-01", "--until", "2026-11-20")
    written = carehops("visit_side_by_side", *days, "--payer", "P1", "--csv", str(file))
    assert "1 row written" in written.output
    (row,) = csv.DictReader(file.read_text().splitlines())
    assert (row["record_id"], row["visit_minutes"], row["claim_id"]) == ("hhax/V1", "120", "")
    for asked, said in (
        (("no_such",), "no report is called 'no_such'"),
        (("rework", "--payer", "P1"), "not told by payer"),
        (("rework", "--kept"), "rework is not kept"),
        (("rework", "--since", "2026-11-20", "--until", "2026-11-01"), "is before the first"),
        (("rework", "--day", "2026-11-20", "--since", "2026-11-01"), "--day is one day"),
    ):
        refused = carehops(*asked)
        assert refused.exit_code == 2
        assert said in refused.output


def test_a_report_that_cannot_be_made_holds_back_no_other(records: Records, tmp_path: Path) -> None:
    carehops = CommandLine(records, tmp_path)

    def keep(now: str) -> Result:
        return carehops("report", "--keep", "--json", now=now)

    assert keep("2026-11-20T18:00:00Z").exit_code == 0
    with records.database.transaction() as connection:
        connection.exec_driver_sql("alter table ops.deviation_review rename to mislaid")
    told = keep("2026-11-21T12:00:00Z")
    assert told.exit_code != 0
    assert "these could not be made, the others were: daily_exceptions" in told.output
    kept = {row.report for row in records.all("select report from ops.report_day")}
    assert {"claim_turnaround", "unbilled_backlog"} <= kept
    assert "daily_exceptions" not in kept
