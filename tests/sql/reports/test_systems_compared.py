"""The same thing in several systems: do they agree, and who notices when they do not."""

from datetime import date, timedelta

import pytest

from orchestration.reports.report_files import find_report
from tests.sql.reports.rows_to_report import DAY, H1, H2, H3, HOUR, NOW, TODAY, Rows, local

START = local("2026-11-18T09:00")


def clocked(rows: Rows, name: str, start=START, **more: object) -> None:
    """A visit at its source, as coordination knows it."""
    rows.land(
        "evv_visit",
        **{
            "source_system": "hhax",
            "visit_id": name,
            "sequence_id": 1,
            "action": "upsert",
            "client_id": "C1",
            "caregiver_id": "G1",
            "payer_id": "P1",
            "service_code": "T1019",
            "call_in_at": start,
            "call_out_at": start + HOUR,
            "call_in_type": "Mobile",
            "call_out_type": "Mobile",
            "updated_by": "clock",
            "updated_by_role": "Caregiver",
        }
        | more,
    )


def delivered(rows: Rows, name: str, **more: object) -> str:
    """A visit at both sides, moved."""
    clocked(rows, name)
    rows.entry(H1, f"hhax/{name}", "moved")
    return rows.visit(name, START, **more)


@pytest.mark.proves("S2-02")
def test_systems_are_compared_about_delivery_authorizations_and_risk(rows: Rows) -> None:
    delivered(rows, "same")
    delivered(rows, "other-times", end_at=START + 2 * HOUR)
    delivered(rows, "other-version", sequence_id=2)
    delivered(rows, "cancelled-there")
    clocked(rows, "cancelled-there", sequence_id=2, action="cancel")
    clocked(rows, "not-ours")
    rows.entry(H1, "hhax/not-ours", "moved")
    clocked(rows, "held")
    rows.entry(H1, "hhax/held", "held")
    rows.visit("never-clocked", START)
    rows.entry(H1, "hhax/never-clocked", "moved")
    clocked(rows, "before", START - 20 * DAY)
    for name, version, claimed in (("same", 1, False), ("other-version", 2, False), ("c", 2, True)):
        if claimed:
            rows.visit(name, START, client_id="C2")
            rows.entry(H1, f"hhax/{name}", "cancelled", reason_class="X", reason_code="X")
            rows.claim("CL1", {f"hhax/{name}": 1700}, NOW)
        else:
            auth = {"auth_id": "A1", "auth_version": version, "auth_number": "N1"}
            rows.line(f"hhax/{name}", **auth)
    rows.land("service_auth", auth_id="A1", auth_version=1, auth_number="N1", status="approved")
    clocked(rows, "flagged", concern_codes="FALL")
    rows.entry(H1, "hhax/flagged", "held")
    rows.deviation("risk_flag", "hhax/flagged", NOW, occurred_at=START, detail_code="FALL")
    clocked(rows, "siloed", concern_codes="SKIN")
    rows.entry(H1, "hhax/siloed", "held")
    clocked(rows, "just-in", concern_codes="SKIN")
    rows.entry(H1, "hhax/just-in", "waiting")
    told = {row["subject"]: row for row in rows.tell("feed_parity")}

    def counts(subject: str) -> tuple[int, ...]:
        row = told[subject]
        wanted = ("explained", "equal", "different", "only_source", "only_ours")
        return tuple(row[name] for name in wanted)

    assert counts("delivery") == (5, 1, 2, 1, 2)
    assert counts("authorization") == (0, 1, 1, 0, 0)
    assert counts("risk") == (1, 1, 0, 1, 0)
    assert float(told["delivery"]["parity"]) == 0.167
    assert all(row["alarm"] for row in told.values())


def test_systems_that_agree_do_not_alarm(rows: Rows) -> None:
    delivered(rows, "same")
    told = {row["subject"]: row for row in rows.tell("feed_parity")}
    assert (told["delivery"]["parity"], told["delivery"]["alarm"]) == (1, False)
    assert (told["risk"]["parity"], told["risk"]["alarm"]) == (None, False)


@pytest.mark.proves("S1-11", "S1-21")
def test_plan_visit_note_authorization_bill_and_claim_stand_side_by_side(rows: Rows) -> None:
    for name, planned, signed in (("good", 60, 2), ("short", 90, -1), ("bare", None, None)):
        delivered(rows, name)
        if planned:
            rows.land(
                "schedule",
                schedule_id=f"S-{name}",
                client_id="C1",
                start_at=START,
                end_at=START + timedelta(minutes=planned),
                status="planned",
            )
            rows.land(
                "document",
                document_id=f"N-{name}",
                document_kind="note",
                visit_source="hhax",
                visit_id=name,
                status="signed",
                signed_at=START + HOUR + signed * HOUR,
            )
    rows.land("service_auth", auth_id="A1", auth_version=1, auth_number="N1", status="approved")
    rows.line("hhax/short", auth_id="A1", auth_version=2, auth_number="N1", visit_sequence_id=1)
    rows.claim("CL1", {"hhax/good": 1700}, NOW, rung="999")
    rows.entry(H3, "hhax/short", "held", reason_code="DOC-NOTE-UNSIGNED")
    delivered(rows, "other-payer", payer_id="P2")
    told = {row["record_id"]: row for row in rows.tell("visit_side_by_side", payer="P1")}
    good, short, bare = (told[f"hhax/{name}"] for name in ("good", "short", "bare"))
    agrees = [f"{what}_agrees" for what in ("plan", "note", "auth", "claim")]
    assert [good[key] for key in agrees] == [True, True, None, True]
    assert [short[key] for key in agrees] == [False, False, False, None]
    assert [bare[key] for key in agrees] == [None] * 4
    assert (good["claim_id"], good["rung"], good["cents"], good["units"]) == ("CL1", "999", 1700, 4)
    assert (short["hop"], short["reason_code"]) == (H3, "DOC-NOTE-UNSIGNED")
    assert len(told) == 3


@pytest.mark.proves("S1-21")
def test_both_departments_read_the_same_rows(rows: Rows) -> None:
    for number in range(3):
        delivered(rows, f"V{number}")
        rows.entry(
            H3, f"hhax/V{number}", "held", reason_code="DOC-NOTE-UNSIGNED", amount_cents=1700
        )
        rows.land(
            "document",
            document_id=f"N-{number}",
            document_kind="note",
            visit_source="hhax",
            visit_id=f"V{number}",
            status="draft",
        )
    later = NOW + 10 * DAY
    coordination = rows.tell("daily_exceptions", now=later)
    billing = rows.tell("unbilled_backlog", now=later)
    both = rows.tell("visit_side_by_side", until=TODAY)
    clinical = rows.tell("documentation_lag", now=later)[0]
    assert {len(coordination), billing[0]["visits"], len(both), clinical["unsigned"]} == {3}
    assert sum(row["amount_cents"] for row in coordination) == billing[0]["cents"] == 5100
    readers = find_report("visit_side_by_side").readers
    assert {"Care coordinator", "Billing specialist"} <= set(readers)


@pytest.mark.proves("S2-29")
def test_an_audit_draws_the_same_visits_again_and_names_what_differs(rows: Rows) -> None:
    for number in range(60):
        rows.visit(f"V{number}", START - number % 20 * DAY)
    first, last = date(2026, 10, 21), date(2026, 11, 20)
    drawn = [row["record_id"] for row in rows.tell("sample_audit", first, last)]
    assert len(drawn) == 50
    assert drawn == [row["record_id"] for row in rows.tell("sample_audit", first, last)]
    other = [row["record_id"] for row in rows.tell("sample_audit", date(2026, 10, 20), last)]
    assert set(drawn) != set(other)


@pytest.mark.proves("S2-29")
def test_an_audit_compares_a_visit_with_every_system(rows: Rows) -> None:
    rows.land(
        "incident",
        incident_id="I1",
        client_id="C-hurt",
        occurred_at=START + 5 * HOUR,
        status="open",
    )
    for name, client in (("good", "C1"), ("bad", "C-hurt"), ("flagged", "C-hurt")):
        clocked(rows, name, sequence_id=2 if name == "bad" else 1)
        rows.visit(
            name, START, client_id=client, concern_codes="FALL" if name == "flagged" else "-"
        )
        rows.land(
            "schedule",
            schedule_id=f"S-{name}",
            client_id=client,
            caregiver_id="G2" if name == "bad" else "G1",
            start_at=START,
            end_at=START + HOUR,
        )
        rows.land(
            "document",
            document_id=f"N-{name}",
            document_kind="note",
            visit_source="hhax",
            visit_id=name,
            status="draft" if name == "bad" else "signed",
            signed_at=None if name == "bad" else START + 2 * HOUR,
        )
    rows.line("hhax/bad", minutes=67, units=4)
    rows.claim("CL1", {"hhax/good": 1700}, NOW)
    told = {row["record_id"]: row for row in rows.tell("sample_audit")}
    wrong = {key for key, value in told["hhax/bad"].items() if key.endswith("agrees") and not value}
    assert told["hhax/bad"]["differences"] == 5
    assert wrong - {"claim_agrees"} == {
        *("evv_agrees", "plan_agrees", "note_agrees", "bill_agrees", "incident_agrees"),
    }
    assert told["hhax/bad"]["alarm"]
    assert [told[f"hhax/{name}"]["differences"] for name in ("good", "flagged")] == [0, 0]
    assert told["hhax/good"]["claim_agrees"]


@pytest.mark.proves("S0-09")
def test_a_change_that_looked_successful_and_did_not_carry_through_is_found(rows: Rows) -> None:
    changed = NOW - 3 * HOUR
    for hop in (H1, H2, H3):
        rows.put(
            "ledger.pass", hop=hop, outcome="published", started_at=NOW - HOUR, finished_at=NOW
        )
    rows.put("ledger.pass", hop=H1, outcome="stopped", started_at=NOW, finished_at=NOW)

    def edited(name: str, at=changed) -> None:
        delivered(rows, name)
        clocked(
            rows, name, sequence_id=2, landed_at=at, updated_by="temp01", updated_by_role="Temp"
        )

    delivered(rows, "unchanged")
    edited("lost")
    edited("without-right")
    rows.connection.exec_driver_sql(
        "update ledger.entry set state = 'held', reason_code = 'PERM-VISIT-EDIT', due_at = now()"
        ", reason_class = 'PERMISSION', owner_role = 'Privacy/security officer'"
        " where record_id = 'hhax/without-right'"
    )
    edited("after-the-pass", NOW - HOUR / 2)
    edited("long-ago", NOW - 60 * DAY)
    rows.land("care_plan", plan_id="PL1", plan_version=2, landed_at=changed, entered_by="nurse")
    rows.visit("stale-bill", START, sequence_id=3, published_at=changed)
    rows.line("hhax/stale-bill", visit_sequence_id=2)
    told = {row["record_id"]: row for row in rows.tell("not_carried_through")}
    assert {record: row["alarm"] for record, row in told.items()} == {
        "hhax/lost": True,
        "hhax/without-right": False,
        "PL1": True,
        "hhax/stale-bill": True,
    }
    lost = told["hhax/lost"]
    assert (lost["way"], lost["source_version"], lost["our_version"]) == (
        "visit_to_coordination", 2, 1,
    )  # fmt: skip
    assert (lost["changed_by"], lost["changed_by_role"], lost["hours"]) == ("temp01", "Temp", 3)
    assert told["hhax/without-right"]["reason_code"] == "PERM-VISIT-EDIT"
    assert told["hhax/stale-bill"]["way"] == "visit_to_billing"


@pytest.mark.proves("S1-09")
def test_a_document_that_changed_without_a_change_of_plan_is_noticed(rows: Rows) -> None:
    def order(client: str, kind: str = "order", **changes: object) -> None:
        known = {"content_hash": "aaaaaaaa", "weekly_visits_most": 3, "landed_at": NOW - 9 * DAY}
        fresh = {**known, "landed_at": NOW - DAY, "source_updated_at": NOW - 2 * DAY, **changes}
        for version, values in ((1, known), (2, fresh)):
            rows.land(
                "document",
                document_id=f"D-{client}",
                document_version=version,
                document_kind=kind,
                client_id=client,
                status="signed",
                **values,
            )

    order("C-text", content_hash="bbbbbbbb")
    order("C-frequency", weekly_visits_most=5)
    order("C-signed-again", signed_at=NOW)
    order("C-note", "note", content_hash="bbbbbbbb")
    order("C-planned", content_hash="bbbbbbbb")
    order("C-old-plan", content_hash="bbbbbbbb")
    order("C-long-ago", content_hash="bbbbbbbb", landed_at=NOW - 40 * DAY)
    rows.land("care_plan", plan_id="PL1", client_id="C-planned", entered_at=NOW - DAY)
    rows.land("care_plan", plan_id="PL2", client_id="C-old-plan", entered_at=NOW - 30 * DAY)
    told = {row["client_id"]: row for row in rows.tell("documents_without_plan_change")}
    assert set(told) == {"C-text", "C-frequency", "C-old-plan"}
    assert (told["C-text"]["old_version"], told["C-text"]["new_version"]) == (1, 2)
    assert (told["C-text"]["plan_entered_at"], told["C-text"]["days"]) == (None, 2)
    assert told["C-old-plan"]["plan_entered_at"] == NOW - 30 * DAY


@pytest.mark.proves("S0-21")
def test_a_producer_that_says_things_differently_has_drifted(rows: Rows) -> None:
    for number in range(60):
        before, now = NOW - 20 * DAY, NOW - DAY
        clocked(rows, f"A{number}", before, call_in_type="Mobile")
        clocked(rows, f"B{number}", now, call_in_type="Mobile" if number % 3 else "Manual")
        for system, at in (("carebridge", before), ("carebridge", now)):
            mode = "Telephony" if number % 2 else "Mobile"
            name = f"{system}{at.day}-{number}"
            clocked(rows, name, at, source_system=system, call_in_type=mode)
        clocked(rows, f"E{number}", before, source_system="quiet", service_code="T1019")
        code = "T1019" if number else None
        clocked(rows, f"F{number}", now, source_system="quiet", service_code=code)
        if number < 40:
            clocked(rows, f"C{number}", before, source_system="sandata")
            clocked(rows, f"D{number}", now, source_system="sandata", call_in_type="FVV")
    told = {(row["source_system"], row["column_name"]): row for row in rows.tell("producer_drift")}
    drifted = told["hhax", "call_in_type"]
    assert drifted["alarm"]
    assert (drifted["new_values"], drifted["visits"], drifted["visits_before"]) == (
        ["Manual"],
        60,
        60,
    )
    assert float(drifted["psi"]) > 2
    assert not told["hhax", "call_out_type"]["alarm"]
    assert not told["quiet", "service_code"]["alarm"]  # one that is missing is an edit's
    as_ever, too_few = told["carebridge", "call_in_type"], told["sandata", "call_in_type"]
    assert (as_ever["psi"], as_ever["alarm"]) == (0, False)
    assert (too_few["psi"], too_few["alarm"]) == (None, False)


@pytest.mark.proves("S2-19")
def test_variance_between_planned_and_delivered_minutes_and_tasks_is_measured(rows: Rows) -> None:
    def plan(name: str, client: str, minutes: int, start=START, **more: object) -> None:
        end = start + timedelta(minutes=minutes)
        rows.land(
            "schedule",
            **{"schedule_id": name, "client_id": client, "start_at": start, "end_at": end}
            | {"status": "planned", "payer_id": "P1"}
            | more,
        )

    plan("S1", "C1", 120)
    plan("S2", "C1", 60)
    plan("cancelled", "C1", 600, status="cancelled")
    plan("not-over", "C1", 60, NOW + HOUR)
    rows.visit("V1", START, 90, tasks_done=3, tasks_refused=1, tasks_missed=2)
    plan("S3", "C2", 100)
    rows.visit("V2", START, 150, client_id="C2", tasks_done=4)
    plan("before", "C1", 60, START - 7 * DAY)
    before, *week = rows.tell("plan_variance", date(2026, 11, 9), TODAY)[1:]
    assert (before["week"], float(before["variance"])) == (date(2026, 11, 9), 1)
    assert [
        (row["client_id"], row["planned_minutes"], row["delivered_minutes"]) for row in week
    ] == [
        (None, 280, 240),
        ("C1", 180, 90),
        ("C2", 100, 150),
    ]
    # more for one does not make up for less for another
    assert [float(row["variance"]) for row in week] == [0.5, 0.5, 0.5]
    assert [(row["tasks_done"], row["tasks_recorded"]) for row in week] == [(7, 10), (3, 6), (4, 4)]
    assert float(week[1]["task_completion"]) == 0.5


def test_changes_are_read_before_the_visit_they_are_about_or_late_or_never(rows: Rows) -> None:
    def version(number: int, acknowledged, urgency="routine", standing="acknowledged", at=START):
        rows.put(
            "core.plan_delivery",
            record_id=f"PL/v{number}/G1",
            plan_id="PL",
            plan_version=number,
            client_id="C1",
            caregiver_id="G1",
            urgency=urgency,
            entered_at=at - DAY,
            published_at_frontline=at - DAY,
            first_visit_at=at,
            acknowledged_at=acknowledged,
            standing=standing,
            batch_id=1,
            published_at=at,
        )

    version(1, START)
    version(2, START + HOUR)
    version(3, None, standing="late")
    version(4, START - HOUR, "safety")
    version(5, None, "safety", "withdrawn")
    version(6, None, standing="pending", at=NOW + HOUR)
    told = rows.tell("acknowledged_before_visit")
    assert [
        (row["urgency"], row["due"], row["in_time"], row["late"], row["never"]) for row in told
    ] == [("routine", 3, 1, 1, 1), ("safety", 1, 1, 0, 0)]
    assert float(told[0]["share_in_time"]) == 0.333


def test_visits_are_verified_or_typed(rows: Rows) -> None:
    clocked(rows, "V1", aggregator_status="Verified")
    clocked(rows, "V2", aggregator_status="Processed", call_out_type="Manual")
    clocked(rows, "V3", aggregator_status="Incomplete", call_in_type="Manual")
    clocked(rows, "V4")
    clocked(rows, "V5", action="cancel")
    clocked(rows, "V6", payer_id="P2", aggregator_status="Verified")
    clocked(rows, "V7", START - 60 * DAY)
    first, second = rows.tell("evv_verified")
    assert (first["visits"], first["verified"], first["unanswered"], first["typed"]) == (4, 2, 1, 2)
    assert (float(first["share_verified"]), float(first["share_typed"])) == (0.5, 0.5)
    assert (second["payer_id"], second["share_verified"]) == ("P2", 1)
