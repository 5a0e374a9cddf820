"""The daily review: what is listed, who looked at it, and what happens when nobody does."""

from datetime import timedelta
from pathlib import Path

import pytest

from orchestration.ground.approvers import read_approvers
from orchestration.ground.failures import ContractFailure, PermanentFailure
from orchestration.ground.sql import SQL_FOLDER
from orchestration.reports.reviews import Reviewed, write_review
from tests.sql.reports.rows_to_report import (
    DAY,
    H1,
    H2,
    H3,
    H4,
    HOUR,
    NOW,
    TODAY,
    ZONE,
    Rows,
    local,
)

COORDINATOR = "coordinator01@willow-bend.example"


def said(kind: str, subject: str, by: str = COORDINATOR, **more: object) -> Reviewed:
    values = {"action": "client_contacted", "because": "called back", "closes": False} | more
    return Reviewed(kind=kind, subject=subject, by=by, **values)  # type: ignore[arg-type]  # plain words


def review(rows: Rows, what: Reviewed, at=NOW):
    approvers = read_approvers(SQL_FOLDER / "agency")
    return write_review(rows.connection, approvers, what, at, ZONE)


def listed(rows: Rows, **asked) -> list[tuple[str, str, str]]:
    told = rows.tell("daily_exceptions", **asked)
    return [(row["section"], row["record_id"], row["status"]) for row in told]


@pytest.mark.proves("S2-08")
def test_the_daily_report_lists_every_deviation_in_its_section_until_it_is_closed(rows) -> None:
    rows.deviation("missed", "schedule/S1", NOW - 2 * DAY)
    rows.deviation("shortened", "hhax/V1", NOW - HOUR)
    rows.deviation("risk_flag", "hhax/V2", NOW - 3 * DAY, review_due_at=NOW + DAY)
    rows.deviation("late", "hhax/V3", NOW - HOUR)
    rows.deviation("unscheduled", "hhax/V4", NOW - HOUR)
    rows.deviation("late", "hhax/taken-back", NOW - DAY, is_open=False)
    rows.deviation("late", "hhax/not-yet", NOW + HOUR)
    assert listed(rows) == [
        ("missed_visits", "schedule/S1", "overdue"),
        ("shortened_services", "hhax/V1", "new"),
        ("risk_flags", "hhax/V2", "open"),
        ("other_deviations", "hhax/V3", "new"),
        ("other_deviations", "hhax/V4", "new"),
    ]
    review(rows, said("missed", "schedule/S1", action="backup_sent"), NOW - HOUR)
    review(rows, said("late", "hhax/V3", closes=True), NOW - HOUR)
    after = listed(rows)
    assert after[0] == ("missed_visits", "schedule/S1", "reviewed")
    assert "hhax/V3" not in {record for _, record, _ in after}
    # as it was before anybody had looked
    assert ("missed_visits", "schedule/S1", "overdue") in listed(rows, until=TODAY - DAY)


@pytest.mark.proves("S2-08")
def test_what_stands_still_is_listed_with_why_whose_and_what_is_at_stake(rows) -> None:
    rows.visit("V1", NOW - 3 * DAY, payer_id="P2")
    due = {
        "since": NOW - 2 * DAY,
        "due_at": NOW - HOUR,
        "checkpoint": "V08",
        "next_checkpoint": "V09",
    }
    rows.entry(
        H3, "hhax/V1", "held", reason_class="DOC_TIMING", reason_code="DOC-NOTE-UNSIGNED",
        amount_cents=1700, **due,
    )  # fmt: skip
    why = {"owner_role": "X", "reason_class": "NO_ACK", "reason_code": "CP-NOT-ACKED"}
    rows.entry(H2, "P1/v1/G1", "waiting", **why, **due)
    rows.entry(H2, "P1/v1/G2", "waiting", **why, **(due | {"due_at": NOW + HOUR}))
    rows.entry(H1, "hhax/V2", "waiting")
    rows.entry(H1, "hhax/V3", "moved")
    rows.entry(H4, "hhax/refused", "rejected", since=NOW - HOUR)
    rows.entry(H4, "hhax/refused-long-ago", "rejected", since=NOW - 2 * DAY)
    rows.entry(H1, "hhax/left-out", "excluded", since=NOW - HOUR)
    told = rows.tell("daily_exceptions")
    assert [(row["section"], row["record_id"]) for row in told] == [
        ("plan_changes", "P1/v1/G1"),
        ("documentation", "hhax/V1"),
        ("refused", "hhax/refused"),
    ]
    row = told[1]
    assert (row["hop"], row["code"], row["payer_id"], row["client_id"]) == (
        H3, "DOC-NOTE-UNSIGNED", "P2", "C1",
    )  # fmt: skip
    assert (row["age_hours"], row["amount_cents"], row["status"]) == (48, 1700, "overdue")
    assert (row["last_good"], row["next_checkpoint"]) == ("V08", "V09")
    assert [row["record_id"] for row in rows.tell("daily_exceptions", payer="P2")] == ["hhax/V1"]


@pytest.mark.proves("S2-08", "S2-13")
def test_from_a_deviation_to_its_review_its_action_and_its_close(rows) -> None:
    rows.deviation("missed", "schedule/S1", NOW - 3 * DAY)
    rows.deviation("missed", "schedule/S2", NOW - 3 * DAY)
    rows.deviation("late", "hhax/V1", NOW - 3 * DAY)
    rows.deviation("late", "hhax/V2", NOW - HOUR)
    rows.deviation("late", "hhax/V3", NOW - HOUR, is_open=False)
    rows.deviation("late", "hhax/long-ago", NOW - 40 * DAY)
    first = review(rows, said("missed", "schedule/S1", action="backup_sent"), NOW - 3 * DAY + HOUR)
    assert (first.reviewed_role, first.closes) == ("Care coordinator", False)
    end = said("missed", "schedule/S1", action="client_contacted", closes=True)
    review(rows, end, NOW - DAY)
    review(rows, said("late", "hhax/V1"), NOW - HOUR)
    told = {row["subject"]: row for row in rows.tell("deviation_follow_up")}
    assert {subject: (row["standing"], row["in_time"]) for subject, row in told.items()} == {
        "schedule/S1": ("closed", True),
        "schedule/S2": ("overdue", False),
        "hhax/V1": ("reviewed", False),
        "hhax/V2": ("unreviewed", None),
        "hhax/V3": ("taken_back", None),
    }
    chain = told["schedule/S1"]
    assert chain["actions"] == ["backup_sent", "client_contacted"]
    assert (chain["first_reviewed_at"], chain["closed_at"]) == (first.reviewed_at, NOW - DAY)
    assert chain["reviewed_by"] == chain["closed_by"] == COORDINATOR
    week = rows.tell("reviews_in_time")
    assert [
        (row["kind"], row["due"], row["in_time"], row["late"], row["never"]) for row in week
    ] == [
        ("late", 1, 0, 1, 0),
        ("missed", 2, 1, 0, 1),
    ]
    assert [float(row["share_in_time"]) for row in week] == [0, 0.5]


@pytest.mark.parametrize(
    ("what", "why"),
    [
        (said("missed", "schedule/S1", by="nobody"), "no right to review missed"),
        (said("late", "hhax/V9"), "not listed as late"),
        (said("late", "hhax/gone"), "no longer late"),
        (said("late", "hhax/closed"), "closed that already"),
        (said("missed", "schedule/S1", because=" "), "needs a reason"),
        (said("risk_flag", "hhax/V1", by="scheduler01@willow-bend.example"), "Clinical supervisor"),
    ],
)
def test_a_review_that_cannot_be_is_refused_with_the_reason(rows, what, why) -> None:
    rows.deviation("missed", "schedule/S1", NOW - HOUR)
    rows.deviation("risk_flag", "hhax/V1", NOW - HOUR)
    rows.deviation("late", "hhax/gone", NOW - HOUR, is_open=False)
    rows.deviation("late", "hhax/closed", NOW - HOUR)
    rows.reviewed("late", "hhax/closed", NOW, closes=True)
    with pytest.raises(PermanentFailure, match=why):
        review(rows, what)


def test_a_right_to_review_names_a_role_that_exists(rows, tmp_path: Path) -> None:
    (tmp_path / "approvers.toml").write_text(
        '[[review]]\nrole = "Boss"\nkinds = ["*"]\nvalid_from = 2020-01-01\n'
    )
    with pytest.raises(ContractFailure, match="Boss"):
        write_review(rows.connection, read_approvers(tmp_path), said("late", "hhax/V1"), NOW, ZONE)


def test_what_is_found_anew_is_listed_and_reviewed_anew(rows) -> None:
    rows.deviation("late", "hhax/V1", NOW - 2 * DAY)
    review(rows, said("late", "hhax/V1", closes=True), NOW - 2 * DAY + HOUR)
    assert listed(rows) == []
    change = "update core.visit_deviation set is_open = {}, published_at = '{}'"
    for is_open, at in ((False, NOW - DAY), (True, NOW - HOUR), (True, NOW)):
        rows.connection.exec_driver_sql(change.format(is_open, at.isoformat()))
    (row,) = rows.tell("daily_exceptions")
    assert (row["since"], row["status"]) == (NOW - HOUR, "overdue")
    review(rows, said("late", "hhax/V1"))
    assert [row["actions"] for row in rows.tell("deviation_follow_up")] == [["client_contacted"]]


def test_reviews_are_never_changed(rows) -> None:
    rows.deviation("late", "hhax/V1", NOW - HOUR)
    rows.reviewed("late", "hhax/V1", NOW)
    for sql in (
        "update ops.deviation_review set because = 'x'",
        "delete from ops.deviation_review",
    ):
        with pytest.raises(Exception, match="append-only"), rows.connection.begin_nested():
            rows.connection.exec_driver_sql(sql)


@pytest.mark.proves("S2-12")
def test_three_deviations_since_the_plan_was_looked_at_are_repeated(rows) -> None:
    def strays(client: str, *days: float) -> None:
        for number, day in enumerate(days):
            at = NOW - timedelta(days=day)
            rows.deviation("late", f"hhax/{client}-{number}", at, client_id=client, occurred_at=at)

    strays("C-again", 1, 2, 9)
    strays("C-twice", 1, 2)
    strays("C-over-weeks", 1, 2, 20)
    strays("C-revised", 1, 2, 3)
    strays("C-revised-before", 1, 2, 3, 4)
    strays("C-looked-at", 1, 2, 3)
    rows.land("care_plan", plan_id="P1", client_id="C-revised", entered_at=NOW - 2.5 * DAY)
    rows.land("care_plan", plan_id="P2", client_id="C-revised-before", entered_at=NOW - 3.5 * DAY)
    rows.reviewed("late", "hhax/C-looked-at-0", NOW - HOUR, action="plan_reviewed")
    told = rows.tell("repeated_deviations")
    assert [(row["client_id"], row["deviations"]) for row in told] == [
        ("C-again", 3),
        ("C-revised-before", 3),
    ]
    assert told[1]["plan_looked_at"] == NOW - 3.5 * DAY
    assert local("2026-11-20T12:00") == NOW
