"""A HOLD lets go when somebody who may, and did not make the record, approves that finding."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from orchestration import assembly
from orchestration.flow.approvals import Approval, Registrar, Wish, approvals
from orchestration.ground.approvers import read_approvers
from orchestration.ground.failures import ContractFailure, PermanentFailure
from orchestration.views.reasons import edits_of
from tests.bench_of_records import ZONE, Records
from tests.sql.delivery_to_billing.good_delivery import (
    DAY,
    HOP,
    auth,
    bill,
    contract,
    lay_ground,
    local,
    visit,
)

pytestmark = pytest.mark.slow

CLAIMS = "billing_to_clearinghouse"
BOSS = "boss@agency.example"
APPROVERS = """
[[right]]
role = "Billing manager"
codes = ["EVV-NO-SCHEDULE", "OVLP-*"]
valid_from = 2026-11-01
valid_to = 2026-11-20

[[person]]
name = "boss@agency.example"
roles = ["Billing manager"]
logins = ["Boss01"]
valid_from = 2026-01-01

[[person]]
name = "left@agency.example"
roles = ["Billing manager"]
valid_from = 2026-01-01
valid_to = 2026-11-19
"""


@pytest.fixture
def ground(records: Records) -> Records:
    lay_ground(records)
    records.put(
        "role_right",
        role="Coordinator",
        right_code="visit_edit",
        valid_from=local(DAY, 1).date().replace(month=1),
    )
    return records


@pytest.fixture
def registrar(tmp_path: Path) -> Registrar:
    (tmp_path / "approvers.toml").write_text(APPROVERS)
    return Registrar(assembly.sql_library(), read_approvers(tmp_path), ZONE)


def approve(
    records: Records, registrar: Registrar, code: str = "EVV-NO-SCHEDULE", **wish: Any
) -> Approval:
    asked = Wish(**{"record": "hhax/V1", "code": code, "by": BOSS, "because": "Called in", **wish})
    hop = next(hop for hop in assembly.hops() if hop.name == HOP)
    edit = edits_of(assembly.sql_library(), HOP)[code]
    with records.database.transaction() as connection:
        return registrar.approve(connection, hop, edit, asked, records.now)


def withdraw(records: Records, registrar: Registrar, number: int) -> None:
    with records.database.transaction() as connection:
        registrar.withdraw(connection, number, BOSS, "It was another visit", records.now)


UNPLANNED = visit("V1", local(DAY, 9), schedule_id=None)


@pytest.mark.proves("S2-20")
def test_an_approved_hold_goes_on_and_still_shows(ground: Records, registrar: Registrar) -> None:
    bill(ground, UNPLANNED)
    assert ground.codes("hhax/V1", HOP) == ["EVV-NO-SCHEDULE"]
    given = approve(ground, registrar)
    assert (given.approved_by, given.approved_role) == (BOSS, "Billing manager")
    assert ground.state("hhax/V1", HOP) == "held"
    ground.run(HOP)
    assert ground.state("hhax/V1", HOP) == "moved"
    row = ground.one("select code, severity, approval_id from ledger.reason")
    assert row is not None
    assert tuple(row) == ("EVV-NO-SCHEDULE", "HOLD", given.number)
    told = ground.one("select actor, note from ledger.transition where note like 'exception%'")
    assert told is not None
    assert tuple(told) == (BOSS, "exception approved: EVV-NO-SCHEDULE")


def test_what_is_approved_leaves_other_reasons_in_force(
    ground: Records, registrar: Registrar
) -> None:
    ground.put("payer_contract", contract("NOTE1", needs_signed_note=True))
    bill(ground, {**UNPLANNED, "service_code": "NOTE1"})
    approve(ground, registrar)
    ground.run(HOP)
    assert ground.state("hhax/V1", HOP) == "held"
    entry = ground.entry("hhax/V1", HOP)
    assert entry is not None
    assert entry.reason_code == "DOC-NOTE-UNSIGNED"


def test_a_wish_that_cannot_be_granted_is_refused_in_plain_words(
    ground: Records, registrar: Registrar
) -> None:
    bill(ground, UNPLANNED)
    refused: list[tuple[dict[str, str], str]] = [
        ({"by": "jo@agency.example"}, "no right to approve EVV-NO-SCHEDULE today; Billing manager"),
        ({"by": "left@agency.example"}, "no right"),
        ({"because": "  "}, "needs a reason"),
        ({"record": "hhax/V9"}, "hhax/V9 is not held"),
        ({"code": "OVLP-CLIENT"}, "hhax/V1 is not held at delivery_to_billing for OVLP-CLIENT"),
        ({"code": "CONTRACT-REVIEW-DUE"}, "only warns"),
    ]
    for wish, said in refused:
        with pytest.raises(PermanentFailure, match=said):
            approve(ground, registrar, **wish)
    assert approvals_of(ground) == []


def test_a_block_is_never_approved(ground: Records, registrar: Registrar) -> None:
    ground.put("payer_contract", contract("NOTE1", needs_signed_note=True))
    bill(ground, visit("V1", local(DAY, 9), service_code="NOTE1"))
    with pytest.raises(PermanentFailure, match="BLOCK: nobody can approve it"):
        approve(ground, registrar, "DOC-NOTE-UNSIGNED")


def test_nobody_approves_what_they_made_under_any_of_their_names(
    ground: Records, registrar: Registrar
) -> None:
    bill(ground, {**UNPLANNED, "updated_by": "BOSS01"})
    with pytest.raises(PermanentFailure, match="made or changed hhax/V1"):
        approve(ground, registrar)


def test_a_right_that_has_ended_approves_nothing(ground: Records, registrar: Registrar) -> None:
    bill(ground, UNPLANNED)
    ground.now += timedelta(days=1)
    with pytest.raises(PermanentFailure, match="no right to approve"):
        approve(ground, registrar)


def test_an_approval_does_not_hold_for_another_version(
    ground: Records, registrar: Registrar
) -> None:
    bill(ground, UNPLANNED)
    approve(ground, registrar)
    bill(
        ground,
        {
            **UNPLANNED,
            "sequence_id": 2,
            "adjusted_out_at": local(DAY, 9, 45),
            "change_reason_code": "10",
            "change_attested": True,
            "updated_by_role": "Coordinator",
        },
    )
    assert ground.state("hhax/V1", HOP) == "held"
    assert ground.codes("hhax/V1", HOP) == ["EVV-NO-SCHEDULE"]


def test_an_approval_does_not_hold_for_another_fact(ground: Records, registrar: Registrar) -> None:
    bill(
        ground,
        visit("V1", local(DAY, 9)),
        visit("V2", local(DAY, 9, 30), caregiver_id="G2"),
    )
    assert ground.codes("hhax/V1", HOP) == ["OVLP-CLIENT"]
    given = approve(ground, registrar, "OVLP-CLIENT")
    assert given.fact == "hhax/V2 version 1"
    bill(ground, visit("V3", local(DAY, 9, 40), caregiver_id="G2"))
    assert ground.state("hhax/V1", HOP) == "held"
    assert approve(ground, registrar, "OVLP-CLIENT").fact == "hhax/V2 version 1, hhax/V3 version 1"
    ground.run(HOP)
    assert ground.state("hhax/V1", HOP) == "moved"
    assert ground.state("hhax/V2", HOP) == "held"


def test_an_approval_does_not_hold_for_what_was_gone_and_is_found_anew(
    ground: Records, registrar: Registrar
) -> None:
    ground.put("payer_contract", contract("NOTE1", needs_signed_note=True))
    bill(ground, {**UNPLANNED, "service_code": "NOTE1", "schedule_id": "S9"})
    approve(ground, registrar)
    planned = {"client_id": "C1", "caregiver_id": "G1", "payer_id": "P1", "service_code": "NOTE1"}
    planned |= {"payer_program": "WAIVER", "start_at": local(DAY, 9), "end_at": local(DAY, 10)}
    ground.put("schedule", schedule_id="S9", **planned)
    ground.run(HOP)
    assert ground.codes("hhax/V1", HOP) == ["DOC-NOTE-UNSIGNED"]
    with ground.database.transaction() as connection:
        connection.exec_driver_sql("delete from landing.schedule where schedule_id = 'S9'")
    ground.now += timedelta(hours=1)
    ground.run(HOP)
    ground.run(HOP)
    row = ground.one("select approval_id from ledger.reason where code = 'EVV-NO-SCHEDULE'")
    assert row is not None
    assert row.approval_id is None


def test_approved_records_draw_on_their_authorization_and_held_ones_do_not(
    ground: Records, registrar: Registrar
) -> None:
    ground.put("payer_contract", contract("AUTH1", needs_service_auth=True))
    ground.put("service_auth", auth("A1", service_code="AUTH1", units_total=4))
    first = {**UNPLANNED, "service_code": "AUTH1"}
    second = visit("V2", local(DAY, 12), service_code="AUTH1")
    third = visit("V3", local(DAY, 14), service_code="AUTH1")
    bill(ground, first)
    approve(ground, registrar)
    bill(ground, second)
    assert ground.state("hhax/V1", HOP) == "moved"
    assert ground.codes("hhax/V2", HOP) == ["AUTH-OVER-TOTAL"]
    withdraw(ground, registrar, 1)
    ground.run(HOP)
    assert (ground.state("hhax/V1", HOP), ground.state("hhax/V2", HOP)) == ("held", "moved")
    bill(ground, third)
    assert ground.codes("hhax/V3", HOP) == ["AUTH-OVER-TOTAL"]


def test_a_record_held_again_for_another_fact_draws_nothing(
    ground: Records, registrar: Registrar
) -> None:
    ground.put("payer_contract", contract("AUTH1", needs_service_auth=True))
    ground.put("service_auth", auth("A1", service_code="AUTH1", units_total=4))
    bill(
        ground,
        visit("V1", local(DAY, 9), service_code="AUTH1"),
        visit("V2", local(DAY, 9, 30), service_code="AUTH1", caregiver_id="G2"),
    )
    approve(ground, registrar, "OVLP-CLIENT")
    bill(
        ground,
        visit("V3", local(DAY, 9, 40), service_code="AUTH1", caregiver_id="G2"),
        visit("V4", local(DAY, 14), service_code="AUTH1"),
    )
    assert ground.state("hhax/V1", HOP) == "held"
    assert ground.state("hhax/V4", HOP) == "moved"


def test_a_withdrawal_before_the_claim_holds_the_record_again(
    ground: Records, registrar: Registrar
) -> None:
    bill(ground, UNPLANNED)
    number = approve(ground, registrar).number
    ground.run(HOP)
    withdraw(ground, registrar, number)
    ground.run(HOP)
    assert ground.state("hhax/V1", HOP) == "held"
    with pytest.raises(PermanentFailure, match="no approval 1 is in force"):
        withdraw(ground, registrar, number)
    assert approvals_of(ground)[0].withdrawn_by == BOSS


def test_a_withdrawal_after_the_claim_is_listed(ground: Records, registrar: Registrar) -> None:
    bill(ground, UNPLANNED)
    number = approve(ground, registrar).number
    ground.run(HOP)
    ground.run(CLAIMS)
    withdraw(ground, registrar, number)
    ground.run(HOP)
    assert ground.state("hhax/V1", HOP) == "moved"
    late = ground.one("select relied_on, is_final, consequence from ledger.late_change")
    assert late is not None
    assert (late.relied_on, late.is_final) == ("approval of EVV-NO-SCHEDULE", True)
    assert "adjust or void" in late.consequence


def test_approvals_are_never_changed_or_deleted(ground: Records, registrar: Registrar) -> None:
    bill(ground, UNPLANNED)
    approve(ground, registrar)
    for statement in ("update ledger.approval set because = 'x'", "delete from ledger.approval"):
        with (
            pytest.raises(sa.exc.DBAPIError, match="append-only"),
            ground.database.transaction() as connection,
        ):
            connection.exec_driver_sql(statement)
    with pytest.raises(PermanentFailure, match="approved that already"):
        approve(ground, registrar)


def approvals_of(records: Records) -> list[Approval]:
    with records.database.engine.connect() as connection:
        return approvals(connection, HOP)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('[[right]]\nrole = "X"\nvalid_from = 2026-01-01', "number 1: codes is missing"),
        (
            '[[right]]\nrole = "X"\ncodes = ["*"]\nvalid_from = 2026-02-01\nvalid_to = 2026-01-01',
            "valid_to is before valid_from",
        ),
        ('[[person]]\nname = "x"\nroles = "Y"\nvalid_from = 2026-01-01', "roles must be a list"),
        ('[[person]]\nname = "x"\nroles = ["Y"]\nvalid_from = "soon"', "without quotes"),
        ("[[person]\n", "approvers.toml"),
    ],
)
def test_a_wrong_file_of_rights_says_where_and_how_to_mend_it(
    tmp_path: Path, wrong: str, said: str
) -> None:
    (tmp_path / "approvers.toml").write_text(wrong)
    with pytest.raises(ContractFailure) as refused:
        read_approvers(tmp_path)
    assert said in str(refused.value)


def test_without_a_file_nobody_may_approve(tmp_path: Path) -> None:
    assert read_approvers(tmp_path).roles_for("EVV-NO-SCHEDULE", DAY) == ()
