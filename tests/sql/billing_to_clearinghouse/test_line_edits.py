"""What is wrong with a line, its provider or its claim is held; the line beside it goes out."""

from datetime import date

import pytest

from tests.bench_of_records import Records
from tests.sql.billing_to_clearinghouse.good_claim import HOP, lay_claim_ground, of
from tests.sql.delivery_to_billing.good_delivery import bill, client, contract, enrolment

pytestmark = pytest.mark.slow

MONDAY = date(2026, 11, 9)
CORRECTED = {
    "sequence_id": 2,
    "updated_by_role": "Coordinator",
    "change_reason_code": "99",
    "change_attested": True,
}


@pytest.fixture(scope="module")
def tried(module_records: Records) -> Records:
    records = module_records
    lay_claim_ground(records)
    records.put(
        "role_right", role="Coordinator", right_code="visit_edit", valid_from=date(2026, 1, 1)
    )
    plans = ("LAPSED", "ENDSNOW", "NEVER", "ODD")
    records.put(
        "payer_contract",
        contract("RULE1"),
        contract("WORD1"),
        contract("DAILY", unit_rule="DAILY_SUM_THEN_ROUND"),
        *(contract(payer_program=plan) for plan in plans),
    )
    records.put(
        "provider_enrolment",
        enrolment(payer_program="LAPSED", enrolled_to=date(2026, 11, 8)),
        enrolment(payer_program="ENDSNOW", enrolled_to=MONDAY),
        enrolment(payer_program="ODD", taxonomy_code="253Z00000Y"),
    )
    records.put("client", *(client(f"C-{plan}", payer_program=plan) for plan in plans))
    records.put("client", client("C-short"), client("C-same"))
    bill(
        records,
        of("C1", MONDAY, hour=5, service_code="RULE1"),
        of("C1", MONDAY, hour=6, service_code="WORD1"),
        of("C1", MONDAY, hour=7),
        of("C1", MONDAY, hour=8, service_code="DAILY"),
        of("C1", MONDAY, hour=9, service_code="DAILY"),
        of("C-short", MONDAY, hour=10),
        of("C-same", MONDAY, hour=11),
        *(
            of(f"C-{plan}", MONDAY, hour=12 + place, payer_program=plan)
            for place, plan in enumerate(plans)
        ),
    )
    records.put(
        "payer_contract",
        contract("RULE1", unit_rule="FLOOR_15", contract_version=2),
        contract("WORD1", unit_rule_version=2, contract_version=2),
    )
    for name, hour, shorter in (("C-short", 10, True), ("C-same", 11, False)):
        row = of(name, MONDAY, hour=hour, **CORRECTED)
        if shorter:
            row["call_out_at"] = row["call_in_at"].replace(minute=30)
        records.put("evv_visit", row)
    records.run("evv_to_coordination")
    records.run(HOP)
    return records


@pytest.mark.parametrize(
    ("code", "caught", "left"),
    [
        ("UNIT-RULE", "C1-1109-5", "C1-1109-7"),
        ("UNIT-RULE", "C1-1109-6", "C1-1109-9"),
        ("UNIT-GT-EVV", "C-short-1109-10", "C-same-1109-11"),
        ("PROV-TAXONOMY", "C-LAPSED-1109-12", "C-ENDSNOW-1109-13"),
        ("PROV-TAXONOMY", "C-NEVER-1109-14", "C1-1109-7"),
        ("PROV-TAXONOMY", "C-ODD-1109-15", "C1-1109-8"),
    ],
)
def test_an_edit_catches_what_breaks_it_and_leaves_its_neighbour(
    tried: Records, code: str, caught: str, left: str
) -> None:
    # a corrected visit also waits for its reconciliation
    assert set(tried.codes(f"hhax/{caught}", HOP)) - {"RECON-REOPENED"} == {code}
    assert code not in tried.codes(f"hhax/{left}", HOP)


def test_lines_that_nothing_is_wrong_with_go_out(tried: Records) -> None:
    good = ("C1-1109-7", "C1-1109-8", "C1-1109-9", "C-ENDSNOW-1109-13")
    assert {tried.state(f"hhax/{name}", HOP) for name in good} == {"moved"}


def test_a_change_after_the_claim_is_no_new_claim(records: Records) -> None:
    lay_claim_ground(records)
    records.put(
        "role_right", role="Coordinator", right_code="visit_edit", valid_from=date(2026, 1, 1)
    )
    bill(records, of("C1", MONDAY, hour=9), of("C1", MONDAY, hour=12))
    records.run(HOP)
    bill(records, of("C1", MONDAY, hour=9, **CORRECTED))
    with records.database.transaction() as connection:
        # asked for again, as a person's replay would
        connection.exec_driver_sql(
            "update ledger.entry set state = 'waiting' where hop = 'billing_to_clearinghouse'"
        )
    records.run(HOP)
    assert records.codes("hhax/C1-1109-9", HOP)[0] == "CLM-FREQ"
    assert "CLM-DUP" not in records.codes("hhax/C1-1109-9", HOP)
    assert records.codes("hhax/C1-1109-12", HOP) == ["CLM-DUP"]
