"""From the visit to the money: how long it takes, what waits, what is owed."""

from datetime import date

import pytest

from tests.sql.reports.rows_to_report import DAY, H1, H3, HOUR, NOW, TODAY, Rows, local


def note(rows: Rows, name: str, signed_at, version: int = 1) -> None:
    rows.land(
        "document",
        document_id=f"N-{name}",
        document_version=version,
        document_kind="note",
        visit_source="hhax",
        visit_id=name,
        status="signed" if signed_at else "draft",
        signed_at=signed_at,
    )


@pytest.mark.proves("S1-05")
def test_documentation_lag_stands_beside_time_to_claim(rows: Rows) -> None:
    start = local("2026-11-10T09:00")
    end = start + HOUR
    for name, caregiver, lag in (("V1", "G1", 10), ("V2", "G1", 60), ("V3", "G1", None)):
        rows.visit(name, start, caregiver_id=caregiver)
        note(rows, name, None if lag is None else end + lag * HOUR)
    note(rows, "V1", end + 200 * HOUR, version=2)  # signed again after a change
    rows.visit("V4", start, caregiver_id="G2", client_id="C2")  # needs no note
    rows.visit("old", start - 40 * DAY)
    note(rows, "old", end)
    rows.claim("CL1", {"hhax/V1": 1700}, start + 4 * DAY)
    rows.claim("CL2", {"hhax/V4": 1700}, start + 8 * DAY)
    everybody, first, second = rows.tell("documentation_lag")
    assert [row["caregiver_id"] for row in (everybody, first, second)] == [None, "G1", "G2"]
    assert (first["visits"], first["signed"], first["unsigned"], first["claimed"]) == (3, 2, 1, 1)
    assert (float(first["hours_to_sign"]), float(first["share_over_48_hours"])) == (35, 0.5)
    assert (first["days_to_claim"], second["days_to_claim"], everybody["days_to_claim"]) == (
        4,
        8,
        6,
    )
    assert (second["signed"], second["hours_to_sign"], everybody["visits"]) == (0, None, 4)


@pytest.mark.proves("S1-18")
def test_turnaround_is_a_trend_that_rises_or_not(rows: Rows) -> None:
    monday = local("2026-10-26T12:00")
    for week, days in enumerate((3, 5, 7, 9)):
        sent = monday + 7 * week * DAY
        for number in range(2):
            rows.visit(f"V{week}{number}", sent - days * DAY, client_id=f"C{number}")
        rows.claim(f"CL{week}", {f"hhax/V{week}0": 100, f"hhax/V{week}1": 100}, sent)
    rows.visit("P2", monday - 30 * DAY, payer_id="P2")
    rows.claim("CLP2", {"hhax/P2": 100}, monday, payer_id="P2")
    told = rows.tell("claim_turnaround", payer="P1")
    assert [(row["claims"], row["lines"], row["middle_days"]) for row in told] == [
        (1, 2, 3), (1, 2, 5), (1, 2, 7), (1, 2, 9),
    ]  # fmt: skip
    assert [row["slope_4_weeks"] for row in told] == [None, None, 2, 2]
    assert [row["alarm"] for row in told] == [False, False, False, True]
    assert rows.tell("claim_turnaround", payer="P2")[0]["middle_days"] == 30


@pytest.mark.proves("S1-18")
def test_receivables_are_what_no_remittance_has_answered_week_by_week(rows: Rows) -> None:
    sent = local("2026-11-03T12:00")
    for name, days, cents in (("new", 3, 9000), ("old", 95, 1000), ("paid", 3, 8000)):
        rows.visit(name, sent - days * DAY, client_id=name)
        rows.claim(f"CL{name.upper()}", {f"hhax/{name}": cents}, sent)
    rows.visit("refused", sent - 3 * DAY, client_id="refused")
    rows.claim("CLREFUSED", {"hhax/refused": 500}, sent)
    rows.reply("CLREFUSED", "277CA", "rejected", sent + DAY)
    rows.visit("voided", sent - 3 * DAY, client_id="voided")
    rows.claim("CLVOIDED", {"hhax/voided": 400}, sent, frequency="8")
    rows.visit("later", sent, client_id="later")
    rows.claim("CLLATER", {"hhax/later": 7000}, sent + 60 * DAY)
    rows.reply("CLPAID", "277CA", "accepted", sent + DAY)
    rows.reply("CLPAID", "835", "paid", sent + 8 * DAY, amount=70)
    rows.reply("CLNEW", "835", "paid", sent + 9 * DAY, amount=90)
    rows.reply("CLNEW", "835", "reversed", sent + 10 * DAY, amount=-90)
    told = rows.tell("receivables", date(2026, 11, 2), TODAY)
    assert [row["week"] for row in told] == [date(2026, 11, day) for day in (2, 9, 16)]
    assert [row["receivable_cents"] for row in told] == [18000, 10000, 10000]
    assert [row["refused_cents"] for row in told] == [500] * 3
    assert [row["over_90_cents"] for row in told] == [1000] * 3
    assert [row["charged_90_days_cents"] for row in told] == [18500] * 3
    assert [float(row["days_receivable"]) for row in told] == [87.6, 48.6, 48.6]
    assert [row["slope_4_weeks"] is None for row in told] == [True, True, False]
    assert float(told[2]["slope_4_weeks"]) < 0
    assert not any(row["alarm"] for row in told)


@pytest.mark.proves("S1-18")
@pytest.mark.parametrize(("first", "alarms"), [(100, True), (80, False)])
def test_receivables_that_rise_for_four_weeks_alarm_once_there_are_claims_enough(
    rows: Rows, first: int, alarms: bool
) -> None:
    rows.visit("first", NOW - (first + 3) * DAY, client_id="first")
    rows.claim("CLFIRST", {"hhax/first": 90000}, NOW - first * DAY)
    rows.reply("CLFIRST", "835", "paid", NOW - 60 * DAY, amount=900)
    for week in range(5):
        sent = NOW - (30 - 7 * week) * DAY
        rows.visit(f"V{week}", sent - 3 * DAY, client_id=f"C{week}")
        rows.claim(f"CL{week}", {f"hhax/V{week}": 40000}, sent)
    told = rows.tell("receivables")
    assert [row["alarm"] for row in told][-1] is alarms
    assert not any(row["alarm"] for row in told[:-1])


@pytest.mark.proves("S0-26")
def test_sent_acknowledged_and_adjudicated_add_up_in_count_and_money(rows: Rows) -> None:
    sent = NOW - 5 * DAY
    batch = rows.batch(sent)
    for number in range(4):
        rows.visit(f"V{number}", sent - DAY, client_id=f"C{number}")
        claim = {f"hhax/V{number}": 1000 + 4 * number}
        rows.claim(f"CL{number}", claim, sent, batch_no=batch)
    rows.reply("CL1", "277CA", "rejected", NOW - 2 * DAY)
    rows.reply("CL2", "277CA", "accepted", NOW - 2 * DAY)
    for _ in range(2):  # the same payment told twice is one
        rows.reply("CL3", "835", "paid", NOW - DAY, amount=9.5)
    rows.visit("before", sent - 50 * DAY)
    rows.claim("CLOLD", {"hhax/before": 4}, sent - 40 * DAY)
    (told,) = rows.tell("sent_and_answered")
    before = rows.tell("sent_and_answered", until=date(2026, 11, 18))[0]
    assert (before["unanswered_claims"], before["adjudicated_claims"]) == (2, 0)
    assert {key: told[key] for key in list(told) if key.endswith("claims")} == {
        "claims": 4,
        "acknowledged_claims": 2,
        "refused_claims": 1,
        "adjudicated_claims": 1,
        "unanswered_claims": 1,
    }
    assert told["cents"] == 4024
    assert told["acknowledged_cents"] + told["refused_cents"] + told["unanswered_cents"] == 4024
    assert (told["adjudicated_cents"], told["paid_cents"], told["alarm"]) == (1012, 950, False)


@pytest.mark.proves("S0-26")
def test_an_answer_to_nothing_we_sent_alarms(rows: Rows) -> None:
    rows.reply("NOT-OURS", "835", "paid", NOW - DAY, amount=3)
    rows.reply("NOT-OURS-EITHER", "277CA", "accepted", NOW - DAY)
    rows.reply("LONG-AGO", "835", "paid", NOW - 50 * DAY, amount=3)
    (stray,) = rows.tell("sent_and_answered")
    assert (stray["batch_no"], stray["alarm"], stray["paid_cents"]) == (None, True, 300)
    assert (stray["acknowledged_claims"], stray["adjudicated_claims"]) == (2, 1)


def test_the_backlog_is_what_is_on_no_claim_after_three_business_days(rows: Rows) -> None:
    # a Friday: three business days back is Tuesday
    for name, day, payer in (
        ("monday", "2026-11-16", "P1"), ("tuesday", "2026-11-17", "P1"),
        ("old", "2026-11-02", "P1"), ("excluded", "2026-11-02", "P1"),
        ("claimed", "2026-11-02", "P1"), ("other", "2026-11-02", "P2"),
    ):  # fmt: skip
        rows.visit(name, local(f"{day}T09:00"), client_id=name, payer_id=payer)
        if name != "claimed":
            state = "excluded" if name == "excluded" else "held"
            why = {"reason_code": "DOC-NOTE-UNSIGNED", "amount_cents": 1700}
            rows.entry(H3, f"hhax/{name}", state, **why)
    rows.claim("CL1", {"hhax/claimed": 1700}, NOW - DAY)
    rows.visit("on-its-way", local("2026-11-12T09:00"))
    rows.entry(H1, "hhax/on-its-way", "moved")
    told = rows.tell("unbilled_backlog", payer="P1")
    assert [(row["hop"], row["reason_code"], row["visits"], row["cents"]) for row in told] == [
        (H3, "DOC-NOTE-UNSIGNED", 2, 3400),
        (H1, None, 1, 0),
    ]
    assert (told[0]["oldest_service_date"], told[0]["over_14_days"]) == (date(2026, 11, 2), 1)


@pytest.mark.proves("S2-25")
def test_a_payer_s_query_is_counted_and_ages_until_it_is_answered(rows: Rows) -> None:
    sent = NOW - 30 * DAY
    for name in ("asked", "answered", "paid", "fine"):
        rows.visit(name, sent - DAY, client_id=name)
        rows.claim(f"CL{name.upper()}", {f"hhax/{name}": 1700}, sent)
    rows.reply("CLASKED", "835", "denied", NOW - 9 * DAY, codes="CLP:4;CO:252;CO:45")
    rows.reply("CLASKED", "277CA", "review", NOW - 5 * DAY, codes="A4:35")
    rows.reply("CLANSWERED", "277CA", "accepted", NOW - 9 * DAY, codes="R4:287:PR")
    rows.reply("CLPAID", "835", "denied", NOW - 9 * DAY, codes="CO:226")
    rows.reply("CLPAID", "835", "paid", NOW - 3 * DAY, codes="CLP:1", amount=17)
    rows.reply("CLFINE", "835", "denied", NOW - 9 * DAY, codes="CO:197;CO:2520")
    rows.put(
        "core.claim_request",
        claim_id="CLANSWERED",
        wish="resend",
        after_attempt=1,
        frequency="1",
        because="documents sent",
        made_by="x",
        made_role="Billing specialist",
        made_at=NOW - 8 * DAY,
    )
    rows.put(
        "core.claim_attempt",
        claim_id="CLANSWERED",
        attempt_no=2,
        batch_no=rows.batch(NOW - 8 * DAY),
        set_control="0001",
        frequency="1",
        why="documents sent",
        made_by="x",
        batch_id=3,
        published_at=NOW - 8 * DAY,
    )
    told = rows.tell("payer_queries")
    assert [(row["claim_id"], row["queries"], row["days_open"]) for row in told] == [
        ("CLASKED", 2, 9),
        ("CLANSWERED", 1, 1),
        ("CLPAID", 1, 6),
    ]
    assert told[0]["asked"] == ["A4:35", "CO:252"]
    assert (told[0]["answered_at"], told[1]["answered_at"]) == (None, NOW - 8 * DAY)


def test_claims_went_through_the_first_time_or_were_refused_or_denied(rows: Rows) -> None:
    sent = NOW - 9 * DAY
    batch = rows.batch(sent)
    for number in range(6):
        rows.visit(f"V{number}", sent - DAY, client_id=f"C{number}")
        rows.claim(f"CL{number}", {f"hhax/V{number}": 1000}, sent, batch_no=batch)
    rows.visit("before", sent - 50 * DAY)
    rows.claim("CLOLD", {"hhax/before": 4}, sent - 40 * DAY)
    rows.visit("other", sent - DAY, payer_id="P2")
    rows.claim("CLP2", {"hhax/other": 4}, sent, payer_id="P2")
    rows.reply("CL0", "277CA", "rejected", NOW - 8 * DAY)
    rows.reply("CL1", "277CA", "accepted", NOW - 8 * DAY)
    for claim in ("CL2", "CL3"):
        rows.reply(claim, "835", "paid", NOW - 8 * DAY, amount=10)
    rows.reply("CL4", "835", "denied", NOW - 8 * DAY, amount=0)
    told, other = rows.tell("claim_quality")
    assert (told["claims"], told["answered"], told["refused"]) == (6, 5, 1)
    assert (told["paid"], told["denied"], told["denied_cents"]) == (2, 1, 1000)
    assert [float(told[f"share_{what}"]) for what in ("clean", "refused")] == [0.8, 0.2]
    assert [float(told[f"share_{what}"]) for what in ("paid_at_once", "denied")] == [0.667, 0.333]
    assert (other["payer_id"], other["answered"], other["share_clean"]) == ("P2", 0, None)
