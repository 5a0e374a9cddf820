"""Where time goes, what comes back, and when trouble is found."""

from datetime import date, timedelta

import pytest

from tests.sql.reports.rows_to_report import DAY, H1, H3, H4, HOUR, NOW, TODAY, Rows, local

MONDAY = local("2026-11-16T09:00")


@pytest.mark.proves("S0-07")
def test_a_delay_is_the_queue_s_somebody_outside_s_or_somebody_s_who_mends(rows: Rows) -> None:
    mended = rows.entry(H3, "hhax/V1", "moved", received_at=MONDAY)
    rows.went(mended, MONDAY + 2 * HOUR, "waiting>held", ("DOC-NOTE-UNSIGNED",))
    rows.went(mended, MONDAY + 5 * HOUR, "held>waiting")
    rows.went(mended, MONDAY + 6 * HOUR, "waiting>waiting", ("DOC-NOTE-NOT-DUE",))
    rows.went(mended, MONDAY + 10 * HOUR, "waiting>moved")
    rows.entry(H1, "hhax/V2", "waiting", received_at=NOW - HOUR)
    long_ago = rows.entry(H1, "hhax/V3", "moved", received_at=MONDAY - 90 * DAY)
    rows.went(long_ago, MONDAY - 80 * DAY, "waiting>moved")
    told = {row["hop"]: row for row in rows.tell("delay_split")}
    billing = told[H3]
    assert (billing["queue_hours"], billing["outside_hours"], billing["mending_hours"]) == (3, 4, 3)
    assert float(billing["queue_share"]) == 0.3
    assert (told[H1]["records"], told[H1]["queue_hours"]) == (1, 1)


def test_a_delay_is_cut_at_the_window(rows: Rows) -> None:
    held = rows.entry(H3, "hhax/V1", "held", received_at=MONDAY)
    rows.went(held, MONDAY, "waiting>held", ("DOC-NOTE-UNSIGNED",))
    (tuesday,) = rows.tell("delay_split", date(2026, 11, 17), date(2026, 11, 17))
    assert (tuesday["mending_hours"], tuesday["records"]) == (24, 1)


@pytest.mark.proves("S0-32")
def test_it_is_measured_how_long_trouble_takes_to_find_and_to_clear(rows: Rows) -> None:
    for record, found, cleared in (("V1", 2, 5), ("V2", 4, 5), ("V3", 6, None)):
        entry = rows.entry(H3, f"hhax/{record}", "held", received_at=MONDAY)
        rows.went(entry, MONDAY + found * HOUR, "waiting>held", ("DOC-NOTE-UNSIGNED",))
        rows.went(entry, MONDAY + (found + 0.5) * HOUR, "held>held", ("DOC-NOTE-UNSIGNED",))
        if cleared:
            rows.went(entry, MONDAY + (found + cleared) * HOUR, "held>moved")
    before = rows.entry(H3, "hhax/V4", "held", received_at=MONDAY - 40 * DAY)
    rows.went(before, MONDAY - 40 * DAY, "waiting>held", ("AUTH-NONE",))
    for since, taken, closed in ((1, 0.5, 3), (3, None, None)):
        opened = MONDAY + since * HOUR
        rows.put(
            "ops.incident",
            key=f"hop_stale:{H1}:{since}",
            kind="hop_stale",
            subject=H1,
            cause=str(since),
            severity="P2",
            owner="EVV coordinator",
            opened_at=opened,
            since=MONDAY,
            judged_at=opened,
            last_seen_at=opened,
            quiet_for=timedelta(minutes=15),
            acknowledged_at=opened + taken * HOUR if taken else None,
            acknowledged_by="somebody" if taken else None,
            acknowledged_why="on it" if taken else None,
            closed_at=opened + closed * HOUR if closed else None,
            closed_by="carehops" if closed else None,
            closed_because="away" if closed else None,
        )
    incident, record = rows.tell("time_to_find_and_clear")
    assert (incident["what"], incident["place"], incident["code"]) == ("incident", H1, "hop_stale")
    assert (incident["found"], incident["still_open"]) == (2, 1)
    assert [float(incident[f"hours_to_{what}"]) for what in ("find", "take", "clear")] == [
        2,
        0.5,
        3,
    ]
    assert (record["place"], record["code"]) == (H3, "DOC-NOTE-UNSIGNED")
    assert (record["found"], record["still_open"]) == (3, 1)
    assert [float(record[f"hours_to_{what}"]) for what in ("find", "clear")] == [4, 5]
    assert record["oldest_open_at"] == MONDAY + 6 * HOUR


@pytest.mark.proves("S1-17")
def test_what_came_back_and_what_was_touched_is_counted(rows: Rows) -> None:
    back = rows.entry(H3, "hhax/V1", "moved")
    rows.went(back, MONDAY - 40 * DAY, "moved>waiting")
    rows.went(back, MONDAY, "waiting>moved")
    rows.went(back, MONDAY + HOUR, "moved>waiting")
    rows.went(back, MONDAY + 2 * HOUR, "waiting>held", ("AUTH-NONE",))
    rows.went(back, MONDAY + 3 * HOUR, "held>held", ("AUTH-NONE",), actor="billing-manager")
    smooth = rows.entry(H3, "hhax/V2", "moved")
    rows.went(smooth, MONDAY, "waiting>moved")
    rows.went(smooth, MONDAY + HOUR, "moved>moved", actor="billing-manager")  # a note, no return
    (told,) = rows.tell("rework")
    assert told == {
        "hop": H3,
        "records": 2,
        "touches": 6,
        "by_people": 2,
        "reopened": 1,
        "reopenings": 1,
        "requests": 1,
        "touches_per_record": 3,
        "reopened_share": 0.5,
        "most_touches": 4,
    }


@pytest.mark.proves("S1-14")
def test_an_exception_is_found_at_the_claim_when_no_hop_before_had_found_it(rows: Rows) -> None:
    for number, hop in enumerate((H1, H3, H4, H3)):
        entry = rows.entry(hop, f"hhax/V{number}", "moved")
        rows.went(entry, MONDAY, "waiting>held", ("EVV-NO-OUT" if hop == H1 else "MAP-SERVICE",))
    late = rows.entry(H4, "hhax/V3", "held")
    rows.went(late, MONDAY + DAY, "waiting>held", ("MAP-SERVICE",))  # known since billing
    waits = rows.entry(H4, "hhax/V9", "waiting")
    rows.went(waits, MONDAY, "waiting>waiting", ("CLM-TIMELY-NEAR",))
    before = rows.entry(H4, "hhax/V8", "held")
    rows.went(before, MONDAY - 60 * DAY, "waiting>held", ("PROV-NPI",))
    (week,) = rows.tell("found_at_the_claim")
    assert (week["week"], week["found"], week["at_the_claim"]) == (date(2026, 11, 16), 4, 1)
    assert float(week["share_at_the_claim"]) == 0.25


@pytest.mark.proves("S2-04")
def test_discrepancies_found_here_are_told_from_those_a_payer_found(rows: Rows) -> None:
    for number in range(3):
        entry = rows.entry(H3, f"hhax/ours-{number}", "held")
        rows.went(entry, MONDAY, "waiting>held", ("AUTH-NONE",))
        rows.went(entry, MONDAY + HOUR, "held>held", ("AUTH-NONE", "DOC-NOTE-UNSIGNED"))
    for name, kind, outcome in (
        ("refused", "277CA", "rejected"),
        ("paid", "835", "paid"),
        ("denied", "835", "denied"),
    ):
        record = rows.visit(name, MONDAY - 5 * DAY, client_id=name)
        rows.claim(f"CLAIM{name.upper()}", {record: 1700}, MONDAY - 3 * DAY)
        rows.reply(f"CLAIM{name.upper()}", kind, outcome, MONDAY + HOUR)
    rows.reply("CLAIMREFUSED", "277CA", "rejected", MONDAY + 8 * DAY, codes="A7:1")  # once more
    (week,) = rows.tell("found_before_payer", until=date(2026, 11, 30))
    assert (week["found_here"], week["found_by_payer"]) == (3, 2)
    assert float(week["share_found_here"]) == 0.6


@pytest.mark.proves("S1-04")
def test_what_a_claim_needs_is_reported_in_six_families(rows: Rows) -> None:
    codes = {
        "signatures": ("DOC-NOTE-UNSIGNED", "DOC-ORDER-UNSIGNED", "DOC-CLIENT-SIGNATURE"),
        "frequency": ("FREQ-ORDER",),
        "authorization": ("AUTH-NONE", "AUTH-OVER-WEEK"),
        "visit_times": ("EVV-NO-OUT", "OVLP-CLIENT", "UNIT-ZERO"),
        "codes": ("CODE-INVALID", "MAP-SERVICE"),
        "documents": ("DOC-F2F-MISSING", "DOC-OASIS-OPEN"),
        "other": ("ELIG-INACTIVE",),
    }
    for place, code in enumerate((code for each in codes.values() for code in each), start=1):
        entry = rows.entry(H3, f"hhax/V{place}", "held", reason_code=code, amount_cents=100 * place)
        _reason(rows, entry, code)
        rows.went(entry, MONDAY, "waiting>held", (code,))
    second = rows.entry(H3, "hhax/two", "held", reason_code="FREQ-ORDER", amount_cents=1)
    _reason(rows, second, "FREQ-ORDER")
    _reason(rows, second, "AUTH-NONE")
    warned = rows.entry(H3, "hhax/warned", "held", reason_code="ELIG-INACTIVE")
    _reason(rows, warned, "AUTH-PARTIAL", severity="WARN")
    moved = rows.entry(H3, "hhax/moved", "moved")
    _reason(rows, moved, "AUTH-NONE")
    told = {row["family"]: row for row in rows.tell("edit_families")}
    assert {family: row["records"] for family, row in told.items()} == {
        **{family: len(each) for family, each in codes.items()},
        "frequency": 2,
        "authorization": 3,
    }
    assert (told["authorization"]["as_first"], told["authorization"]["found"]) == (2, 2)
    assert told["authorization"]["amount_cents"] == 500 + 600 + 1


def test_a_family_with_nothing_is_told_too(rows: Rows) -> None:
    assert [row["records"] for row in rows.tell("edit_families")] == [0] * 7


def _reason(rows: Rows, entry_id: int, code: str, **more: object) -> None:
    rows.put(
        "ledger.reason",
        **{
            "entry_id": entry_id,
            "code": code,
            "checkpoint": "V09",
            "reason_class": "DOC_TIMING" if code.startswith("DOC") else "UNRECONCILED",
            "severity": "HOLD",
            "outcome": "held",
            "owner_role": "Clinical supervisor",
            "first_at": NOW - 2 * DAY,
            "due_at": NOW,
        }
        | more,
    )


@pytest.mark.proves("S1-16")
def test_clarifications_are_items_with_an_age_that_compound_by_client(rows: Rows) -> None:
    twice = rows.entry(H3, "hhax/V1", "held", amount_cents=1700)
    _reason(rows, twice, "DOC-NOTE-UNSIGNED")
    _reason(rows, twice, "AUTH-NONE", first_at=NOW - DAY)
    again = rows.entry(H3, "hhax/V2", "held", amount_cents=300)
    _reason(rows, again, "DOC-ORDER-UNSIGNED", first_at=NOW - 3 * DAY)
    other = rows.entry(H3, "hhax/V3", "held", client_id="C2")
    _reason(rows, other, "AUTH-NONE")
    _reason(rows, other, "EVV-NO-OUT")
    _reason(rows, other, "DOC-DUTIES", severity="WARN")
    done = rows.entry(H3, "hhax/V4", "moved")
    _reason(rows, done, "DOC-NOTE-UNSIGNED")
    first, second = rows.tell("open_clarifications")
    assert (first["client_id"], first["items"], first["visits"]) == ("C1", 3, 2)
    assert (float(first["index_days"]), first["amount_cents"]) == (6, 2000)
    assert first["kinds"] == ["DOC_TIMING", "UNRECONCILED"]
    assert first["oldest_at"] == NOW - 3 * DAY
    assert (second["client_id"], second["items"]) == ("C2", 1)


@pytest.mark.proves("S1-16")
def test_it_shows_week_by_week_whether_clarifications_pile_up(rows: Rows) -> None:
    for number, closed in enumerate((None, MONDAY + DAY, MONDAY - 3 * DAY)):
        entry = rows.entry(H3, f"hhax/V{number}", "held")
        rows.went(entry, MONDAY - 6 * DAY, "waiting>held", ("DOC-NOTE-UNSIGNED",))
        rows.went(entry, MONDAY - 5 * DAY, "held>held", ("DOC-NOTE-UNSIGNED", "AUTH-NONE"))
        if closed:
            rows.went(entry, closed, "held>moved")
    other = rows.entry(H1, "hhax/V9", "held")
    rows.went(other, MONDAY, "waiting>held", ("EVV-NO-OUT",))
    told = rows.tell("clarification_trend", date(2026, 11, 9), TODAY)
    assert [(row["opened"], row["closed"], row["open_at_end"]) for row in told] == [
        (3, 1, 2),
        (0, 1, 1),
    ]
    assert float(told[1]["index_days"]) == round((NOW - (MONDAY - 6 * DAY)) / DAY, 1)
