"""What changes after a visit moved is found again: taken back while it can be, listed when not."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.bench_of_records import Records
from tests.sql.delivery_to_billing.good_delivery import (
    DAY,
    HOP,
    auth,
    bill,
    caregiver,
    client,
    contract,
    lay_ground,
    lines,
    local,
    visit,
)

pytestmark = pytest.mark.slow

CLAIMS = "billing_to_clearinghouse"
CORRECTED: dict[str, Any] = {
    "sequence_id": 2,
    "adjusted_out_at": local(DAY, 9, 30),
    "change_reason_code": "10",
    "change_attested": True,
    "updated_by": "jo",
    "updated_by_role": "Coordinator",
}


@pytest.fixture
def ground(records: Records) -> Records:
    lay_ground(records)
    records.put(
        "role_right", role="Coordinator", right_code="visit_edit", valid_from=date(2026, 1, 1)
    )
    records.put("payer_contract", contract("AUTH1", needs_service_auth=True))
    records.put("service_auth", auth("A1", service_code="AUTH1"))
    return records


GOOD = visit("V1", local(DAY, 9), service_code="AUTH1")


def stored(records: Records) -> list[tuple[Any, ...]]:
    """The billable lines, without when they were written and what claim they are on."""
    return [
        tuple(row)[:22]
        for row in records.all("select * from core.billable_line order by record_id, line_no")
    ]


def late(records: Records) -> list[tuple[Any, ...]]:
    return [
        (row.relied_on, row.old_version, row.new_version, row.changed_by, row.is_final)
        for row in records.all("select * from ledger.late_change order by late_change_id")
    ]


def test_a_correction_before_the_claim_is_billed_instead(ground: Records) -> None:
    bill(ground, GOOD)
    assert lines(ground, "V1") == [(DAY, 60, 4)]
    bill(ground, {**GOOD, **CORRECTED})
    assert lines(ground, "V1") == [(DAY, 30, 2)]
    assert ground.state("hhax/V1", HOP) == "moved"


def test_a_correction_after_the_claim_is_held_and_the_line_stays(ground: Records) -> None:
    bill(ground, GOOD)
    ground.run(CLAIMS)
    before = stored(ground)
    bill(ground, {**GOOD, **CORRECTED})
    assert ground.codes("hhax/V1", HOP) == ["CLM-LOCKED-CHANGED"]
    assert stored(ground) == before
    assert late(ground) == [("visit hhax/V1", 1, 2, "jo", True)]


def test_a_claimed_visit_that_is_looked_at_again_changes_nothing(ground: Records) -> None:
    bill(ground, GOOD)
    ground.run(CLAIMS)
    before = stored(ground)
    ground.put("payer_contract", contract("AUTH1", contract_version=2, rate_cents=999))
    with ground.database.transaction() as connection:
        connection.exec_driver_sql(
            "update ledger.entry set state = 'waiting' where hop = 'delivery_to_billing'"
        )
    ground.run(HOP)
    assert ground.state("hhax/V1", HOP) == "moved"
    assert stored(ground) == before


def test_a_correction_nobody_may_make_stops_the_older_version_too(ground: Records) -> None:
    bill(ground, GOOD)
    bill(ground, {**GOOD, **CORRECTED, "updated_by_role": "Temp"})
    assert ground.state("hhax/V1", "evv_to_coordination") == "held"
    assert ground.codes("hhax/V1", HOP) == ["EVV-CORRECTION-OPEN"]
    assert ground.state("hhax/V1", HOP) == "waiting"
    ground.run(CLAIMS)
    assert ground.codes("hhax/V1", CLAIMS) == ["RECON-REOPENED"]
    assert ground.state("hhax/V1", CLAIMS) == "waiting"
    bill(ground, {**GOOD, **CORRECTED, "sequence_id": 3})
    ground.run(CLAIMS)
    assert ground.state("hhax/V1", CLAIMS) == "moved"
    assert lines(ground, "V1") == [(DAY, 30, 2)]


def test_a_visit_cancelled_after_billing_goes_on_no_claim(ground: Records) -> None:
    bill(ground, GOOD, visit("V2", local(DAY, 12), service_code="AUTH1"))
    bill(ground, {**GOOD, "sequence_id": 2, "action": "cancel", "updated_by_role": "Coordinator"})
    assert ground.codes("hhax/V1", HOP) == ["VISIT-CANCELLED"]
    assert ground.state("hhax/V1", HOP) == "cancelled"
    ground.run(CLAIMS)
    assert ground.codes("hhax/V1", CLAIMS) == ["VISIT-CANCELLED"]
    assert ground.state("hhax/V1", CLAIMS) == "cancelled"
    assert [row.record_id for row in ground.all("select * from core.claim_line")] == ["hhax/V2"]


def test_the_units_of_a_cancelled_visit_go_back_to_its_authorization(ground: Records) -> None:
    ground.put("service_auth", auth("A1", auth_version=2, service_code="AUTH1", units_total=4))
    second = visit("V2", local(DAY, 12), service_code="AUTH1")
    bill(ground, GOOD, second)
    assert ground.codes("hhax/V2", HOP) == ["AUTH-OVER-TOTAL"]
    bill(ground, {**GOOD, "sequence_id": 2, "action": "cancel", "updated_by_role": "Coordinator"})
    assert ground.state("hhax/V2", HOP) == "moved"


def test_they_go_back_for_visits_of_later_passes_too(ground: Records) -> None:
    ground.put("service_auth", auth("A1", auth_version=2, service_code="AUTH1", units_total=4))
    bill(ground, GOOD)
    bill(ground, {**GOOD, "sequence_id": 2, "action": "cancel", "updated_by_role": "Coordinator"})
    ground.run(HOP)
    bill(ground, visit("V2", local(DAY, 12), service_code="AUTH1"))
    assert ground.state("hhax/V2", HOP) == "moved"


def test_units_on_a_claim_stay_used_whatever_becomes_of_the_visit(ground: Records) -> None:
    ground.put("service_auth", auth("A1", auth_version=2, service_code="AUTH1", units_total=4))
    bill(ground, GOOD)
    ground.run(CLAIMS)
    bill(ground, {**GOOD, "sequence_id": 2, "action": "cancel", "updated_by_role": "Coordinator"})
    bill(ground, visit("V2", local(DAY, 12), service_code="AUTH1"))
    assert ground.codes("hhax/V2", HOP) == ["AUTH-OVER-TOTAL"]


def test_a_new_rate_prices_again_what_is_on_no_claim(ground: Records) -> None:
    bill(ground, GOOD)
    ground.put(
        "payer_contract",
        contract("AUTH1", needs_service_auth=True, contract_version=2, rate_cents=500),
    )
    ground.run(HOP)
    line = ground.one("select rate_cents, charge_cents, contract_version from core.billable_line")
    assert line is not None
    assert tuple(line) == (500, 2000, 2)


def test_new_terms_for_later_days_touch_nothing(ground: Records) -> None:
    bill(ground, GOOD)
    ground.put(
        "payer_contract",
        contract(
            "AUTH1",
            needs_service_auth=True,
            valid_from=DAY + timedelta(days=1),
            rate_cents=500,
        ),
        contract("AUTH1", needs_service_auth=True, contract_version=2, review_on=DAY),
    )
    assert ground.run(HOP).late_changes == 0


def test_older_terms_that_change_do_not_touch_what_newer_ones_price(ground: Records) -> None:
    needs = {"needs_service_auth": True}
    ground.put("payer_contract", contract("AUTH1", valid_from=DAY, rate_cents=500, **needs))
    bill(ground, GOOD)
    ground.put("payer_contract", contract("AUTH1", contract_version=2, rate_cents=600, **needs))
    assert ground.run(HOP).late_changes == 0


@pytest.mark.proves("S1-07")
def test_an_authorization_cut_after_the_claim_is_held_for_adjusting_and_not_undone(
    ground: Records,
) -> None:
    bill(ground, GOOD)
    ground.run(CLAIMS)
    before = stored(ground)
    ground.put(
        "service_auth",
        auth("A1", auth_version=2, service_code="AUTH1", status="terminated", updated_by="portal2"),
    )
    ground.run(HOP)
    assert ground.state("hhax/V1", HOP) == "held"
    assert "AUTH-RETRO-BILLED" in ground.codes("hhax/V1", HOP)
    assert stored(ground) == before
    assert late(ground) == [("authorization A1", 1, 2, "portal2", True)]
    change = ground.one("select consequence, sent_as, code from ledger.late_change")
    assert change is not None
    assert "void" in change.consequence
    assert (change.sent_as, change.code) == (before[0][20] or claim_of(ground), "AUTH-RETRO-BILLED")


def test_an_authorization_that_still_covers_what_was_claimed_is_listed_only(
    ground: Records,
) -> None:
    bill(ground, GOOD)
    ground.run(CLAIMS)
    ground.put("service_auth", auth("A1", auth_version=2, service_code="AUTH1", units_total=4))
    ground.run(HOP)
    assert ground.state("hhax/V1", HOP) == "moved"
    assert late(ground) == [("authorization A1", 1, 2, "portal", True)]


@pytest.mark.proves("S1-07")
def test_a_cap_cut_after_the_claim_flags_the_visit_that_crosses_it(ground: Records) -> None:
    ground.put("service_auth", auth("A1", auth_version=2, service_code="AUTH1", cap_week=40))
    sunday = DAY - timedelta(days=2)
    days = {name: sunday + timedelta(days=place - 1) for place, name in enumerate(("sat", "sun"))}
    days["mon"] = sunday + timedelta(days=1)
    bill(
        ground,
        *(visit(name, local(day, 9), 240, service_code="AUTH1") for name, day in days.items()),
    )
    ground.run(CLAIMS)
    ground.put("service_auth", auth("A1", auth_version=3, service_code="AUTH1", cap_week=24))
    ground.run(HOP)
    assert {name: ground.state(f"hhax/{name}", HOP) for name in days} == {
        "sat": "moved",
        "sun": "moved",
        "mon": "held",
    }
    assert ground.codes("hhax/mon", HOP) == ["AUTH-RETRO-BILLED"]
    # the payer gives it back: nothing objects any more
    ground.put("service_auth", auth("A1", auth_version=4, service_code="AUTH1", cap_week=32))
    ground.run(HOP)
    assert ground.state("hhax/mon", HOP) == "moved"


def claim_of(records: Records) -> str:
    line = records.one("select claim_id from core.billable_line")
    assert line is not None
    return str(line.claim_id)


#: What changes under a billed visit: table, the old version, the new one, and what it is called.
NOW_CHANGED: dict[str, tuple[str, dict[str, Any], str]] = {
    "schedule": (
        "schedule",
        {"schedule_version": 2, "status": "cancelled", "updated_by": "sam"},
        "schedule S1",
    ),
    "eligibility": (
        "client",
        {**client("C1", record_version=2, eligible_to=DAY - timedelta(days=1))},
        "eligibility C1",
    ),
    "discipline": (
        "caregiver",
        {**caregiver("G1", record_version=2, credential_expires_on=DAY - timedelta(days=1))},
        "discipline G1",
    ),
    "restriction": (
        "caregiver_restriction",
        {
            "caregiver_id": "G1",
            "client_id": "C1",
            "record_version": 2,
            "restricted_from": DAY - timedelta(days=1),
        },
        "restriction G1/C1",
    ),
    "plan": (
        "care_plan",
        {
            "plan_id": "P1",
            "plan_version": 2,
            "client_id": "C1",
            "effective_from": DAY - timedelta(days=1),
            "service_codes": "OTHER",
            "tasks": "BATH:required",
            "entered_by": "nurse",
        },
        "plan P1",
    ),
    "document": (
        "document",
        {
            "document_id": "D1",
            "document_version": 2,
            "document_kind": "note",
            "client_id": "C1",
            "visit_source": "hhax",
            "visit_id": "V1",
            "status": "signed",
            "signed_at": local(DAY, 12),
            "content_hash": "bbbbbbbb",
            "updated_by": "nurse",
        },
        "document D1",
    ),
}


def before_the_change(records: Records) -> None:
    records.put(
        "care_plan",
        **{**NOW_CHANGED["plan"][1], "plan_version": 1, "service_codes": "AUTH1"},
    )
    records.put(
        "document",
        **{**NOW_CHANGED["document"][1], "document_version": 1, "content_hash": "aaaaaaaa"},
    )
    over = {"record_version": 1, "restricted_to": DAY - timedelta(days=1)}
    records.put("caregiver_restriction", **{**NOW_CHANGED["restriction"][1], **over})


def put_change(records: Records, kind: str) -> None:
    table, row, _ = NOW_CHANGED[kind]
    planned = {"schedule_id": "S1", "client_id": "C1", "caregiver_id": "G1", "payer_id": "P1"}
    planned |= {"payer_program": "WAIVER", "service_code": "T1019"}
    planned |= {"start_at": local(DAY, 9), "end_at": local(DAY, 10)}
    records.put(table, **({**planned, **row} if kind == "schedule" else row))


@pytest.mark.proves("S1-06", "S1-07", "S1-08", "S1-13")
@pytest.mark.parametrize("kind", NOW_CHANGED)
def test_what_a_billed_visit_relied_on_changes(ground: Records, kind: str) -> None:
    """Before the claim it is judged again; after it, listed with the claim."""
    before_the_change(ground)
    bill(ground, GOOD)
    put_change(ground, kind)
    ground.now += timedelta(hours=3)
    outcome = ground.run(HOP)
    assert (outcome.late_changes, outcome.taken) == (1, 1)
    row = ground.one(
        "select * from core.change where hop = :hop and kind = :kind", hop=HOP, kind=kind
    )
    assert row is not None
    assert (row.old_version, row.new_version, row.seen_at) == (1, 2, ground.now)
    assert row.was.keys() == row.became.keys()
    assert row.was != row.became or kind == "eligibility"
    listed = ground.one("select * from ledger.late_change")
    assert listed is not None
    assert (listed.relied_on, listed.is_final) == (NOW_CHANGED[kind][2], False)
    again = ground.run(HOP)
    assert (again.late_changes, again.written) == (0, {"billable_line": 0})


@pytest.mark.proves("S1-08", "S0-17")
@pytest.mark.parametrize("kind", NOW_CHANGED)
def test_what_a_claimed_visit_relied_on_changes(ground: Records, kind: str) -> None:
    before_the_change(ground)
    bill(ground, GOOD)
    ground.run(CLAIMS)
    claimed = stored(ground)
    put_change(ground, kind)
    assert ground.run(HOP).taken == 0
    listed = ground.one("select * from ledger.late_change")
    assert listed is not None
    assert (listed.relied_on, listed.is_final) == (NOW_CHANGED[kind][2], True)
    assert listed.sent_as == claim_of(ground)
    assert stored(ground) == claimed


def test_a_person_s_data_stays_out_of_the_list_of_changes(ground: Records) -> None:
    bill(ground, GOOD)
    ground.put("client", **client("C1", record_version=2, last_name="ZZPHI-OTHER"))
    ground.run(HOP)
    row = ground.one("select was, became from core.change")
    assert row is not None
    assert row.was == row.became == {"last_name": "(kept back)"}


def test_a_change_that_matters_to_nothing_is_no_change(ground: Records) -> None:
    bill(ground, GOOD)
    ground.put("client", **client("C1", record_version=2, phone="6145550101"))
    assert ground.run(HOP).late_changes == 0
    assert ground.one("select 1 from core.change") is None


def test_a_record_held_again_upstream_waits_downstream_too(ground: Records) -> None:
    bill(ground, GOOD)
    right = {"role": "Caregiver", "right_code": "visit_edit", "valid_from": date(2026, 1, 1)}
    ground.put("role_right", **right)
    bill(ground, {**GOOD, "sequence_id": 2})
    assert ground.state("hhax/V1", HOP) == "moved"
    ground.put("role_right", **right, record_version=2, valid_to=date(2026, 1, 2))
    ground.run("evv_to_coordination")
    assert ground.codes("hhax/V1", "evv_to_coordination") == ["PERM-VISIT-EDIT"]
    ground.run(HOP)
    assert ground.codes("hhax/V1", HOP) == ["EVV-CORRECTION-OPEN"]


def test_a_night_corrected_to_a_day_keeps_no_second_line(ground: Records) -> None:
    ground.put("payer_contract", contract("SPLIT", splits_at_midnight=True))
    night = visit("N1", local(DAY, 22), 240, service_code="SPLIT")
    bill(ground, night)
    assert len(lines(ground, "N1")) == 2
    bill(ground, {**night, **CORRECTED, "adjusted_out_at": local(DAY, 23)})
    assert lines(ground, "N1") == [(DAY, 60, 4)]


def test_a_second_pass_writes_nothing(ground: Records) -> None:
    bill(ground, GOOD)
    again = ground.run(HOP)
    assert (again.taken, again.written, again.late_changes) == (0, {"billable_line": 0}, 0)
