"""There is a report for every day, those without a row too, and a missing one is found and made."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from orchestration.ground.failures import ContractFailure
from orchestration.reports.days import keep_due, kept_days, next_made, register
from orchestration.reports.report_files import find_report, load_reports
from tests.sql.reports.rows_to_report import DAY, H3, HOUR, NOW, TODAY, ZONE, Rows, local

DAILY = find_report("daily_exceptions")
MONTHLY = find_report("sample_audit")
HEAD = """-- things: How many things there are.
-- reads: Data on-call
-- owner: Data on-call
-- grain: one row
-- unit: things
-- formula: all of them
-- source: nowhere
-- columns: things = how many
select 1 as things
"""


def keep(rows: Rows, now=NOW, *reports):
    return keep_due(rows.connection, reports or (DAILY,), now, ZONE)


def days(rows: Rows, name: str = "daily_exceptions") -> list[tuple[date, int]]:
    return [(kept.day, len(kept.rows)) for kept in kept_days(rows.connection, name, None, None)]


@pytest.mark.proves("S2-27")
def test_there_is_a_report_for_every_day_weekends_and_days_without_a_row_too(rows: Rows) -> None:
    register(rows.connection, [DAILY], TODAY)
    monday = local("2026-11-23T06:30")
    for day in range(4):
        if day == 1:
            rows.entry(H3, "hhax/V1", "held", since=NOW + 3 * HOUR)
        keep(rows, local("2026-11-20T06:30") + day * DAY)
    assert days(rows) == [
        (date(2026, 11, 23), 1), (date(2026, 11, 22), 1),
        (date(2026, 11, 21), 1), (date(2026, 11, 20), 0),
    ]  # fmt: skip
    assert keep(rows, monday + HOUR) == []


@pytest.mark.proves("S2-27")
def test_a_missed_day_is_made_later_and_says_so(rows: Rows) -> None:
    register(rows.connection, [DAILY], TODAY - 3 * DAY)
    rows.deviation("late", "hhax/V1", NOW - 2 * DAY)
    rows.deviation("late", "hhax/today", NOW - HOUR)
    made = keep(rows)
    assert [(one.day, len(one.rows)) for one in made] == [
        (date(2026, 11, 17), 0), (date(2026, 11, 18), 0),
        (date(2026, 11, 19), 1), (date(2026, 11, 20), 1),
    ]  # fmt: skip
    assert made[0].at == local("2026-11-17T06:30")
    assert made[0].kept_at == NOW
    assert (made[3].since, made[3].until) == (date(2026, 11, 19), date(2026, 11, 19))


def test_a_new_report_is_expected_from_the_next_morning_on() -> None:
    assert next_made(local("2026-11-20T06:29"), ZONE) == TODAY
    assert next_made(local("2026-11-20T06:30"), ZONE) == TODAY + DAY
    assert next_made(local("2026-11-20T23:30"), ZONE) == TODAY + DAY


def test_before_half_past_six_the_day_has_no_report_yet(rows: Rows) -> None:
    register(rows.connection, [DAILY], TODAY - DAY)
    keep(rows, local("2026-11-20T06:29"))
    assert days(rows) == [(TODAY - DAY, 0)]


def test_a_monthly_report_is_of_the_month_before(rows: Rows) -> None:
    register(rows.connection, [MONTHLY], date(2026, 10, 15))
    assert keep(rows, local("2026-12-02T08:00"), MONTHLY) != []
    kept = kept_days(rows.connection, "sample_audit", None, None)
    assert [(one.day, one.since, one.until) for one in kept] == [
        (date(2026, 12, 1), date(2026, 11, 1), date(2026, 11, 30)),
        (date(2026, 11, 1), date(2026, 10, 1), date(2026, 10, 31)),
    ]
    assert kept_days(rows.connection, "sample_audit", date(2026, 11, 2), None) == kept[:1]


def test_what_was_kept_stays_as_it_was_and_its_values_are_plain(rows: Rows) -> None:
    register(rows.connection, [DAILY], TODAY)
    rows.entry(H3, "hhax/V1", "held", amount_cents=1700, since=NOW - DAY)
    keep(rows)
    rows.connection.exec_driver_sql("update ledger.entry set state = 'waiting'")
    (kept,) = kept_days(rows.connection, "daily_exceptions", None, None)
    assert kept.rows[0]["record_id"] == "hhax/V1"
    assert kept.rows[0]["since"].startswith("2026-11-19T")
    with pytest.raises(Exception, match="append-only"), rows.connection.begin_nested():
        rows.connection.exec_driver_sql("delete from ops.report_day")


def test_alarms_are_counted(rows: Rows) -> None:
    drift = find_report("sent_and_answered")
    register(rows.connection, [drift], TODAY)
    rows.reply("NOT-OURS", "835", "paid", NOW - DAY, amount=3.25)
    (kept,) = keep(rows, NOW, drift)
    assert (kept.alarms, kept.rows[0]["paid_cents"]) == (1, 325)


def test_a_report_is_expected_from_the_day_it_became_daily_and_not_after_it_is_gone(rows) -> None:
    on_request = replace(DAILY, kept=None, severity=None)
    register(rows.connection, [on_request], TODAY - 9 * DAY)
    register(rows.connection, [DAILY], TODAY)
    register(rows.connection, [replace(DAILY, owner="Scheduler")], TODAY + DAY)
    row = rows.connection.exec_driver_sql("select * from ops.report").one()
    assert (row.first_day, row.owner_role, row.kept) == (TODAY, "Scheduler", "daily")
    register(rows.connection, [MONTHLY], TODAY)
    assert keep(rows) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("-- things:", "-- other:"), "first line must be"),
        (("-- grain: one row\n", ""), "lacks grain"),
        (("reads: Data on-call", "reads: Boss"), "no role is called Boss"),
        (("things = how many", "things: how many"), "columns has"),
        (("-- unit", "-- kept: hourly, P1\n-- unit"), "kept is"),
        (("-- unit", "-- alarm: P2\n-- unit"), "column of that name"),
        (("-- unit", "-- window: 0\n-- unit"), "window is"),
        (("select 1", "select {{ nothing }}"), "does not render"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_what_to_mend(tmp_path: Path, wrong, said) -> None:
    (tmp_path / "things.sql").write_text(HEAD.replace(*wrong))
    with pytest.raises(ContractFailure, match=said):
        load_reports(tmp_path)


def test_a_file_in_the_folder_is_a_report(tmp_path: Path) -> None:
    (tmp_path / "things.sql").write_text(HEAD)
    (report,) = load_reports(tmp_path)
    assert (report.name, report.columns, report.window_days) == (
        "things",
        {"things": "how many"},
        28,
    )
    with pytest.raises(ContractFailure, match="there are things"):
        find_report("others", tmp_path)
